"""A tool is one typed function; its effect is declared once, by the verb that registers it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from domo_mcp.catalog.datasets import Catalog
    from domo_mcp.client.domo import Domo
    from domo_mcp.tools.ai import AiSettings
    from domo_mcp.tools.change import Change, Done, Earlier
    from domo_mcp.tools.changes import ChangeEntry
    from domo_mcp.tools.cursor import Cursors
    from domo_mcp.tools.local.folders import FilesSettings, Folders
    from domo_mcp.tools.results import Answer, ResultSettings

ToolFunction = Callable[..., Awaitable[Any]]
Surface = Literal["product", "app"]
BOTH_SURFACES: frozenset[Surface] = frozenset({"product", "app"})
NOWHERE: frozenset[Surface] = frozenset()


class Effect(StrEnum):
    """What a tool does to Domo."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RUN = "run"


class Changes(Protocol):
    """The record of changes, and those that wait for a yes."""

    async def pending(self, call: Call, ticket: str, summary: str) -> Change | Done | Answer:
        """The change that a ticket stands for, as it would be now, or what it came to already.

        Raises Refused for a ticket that is not good.
        """
        ...

    async def inverse(self, call: Call, change_id: str) -> Change:
        """The change that takes another one back. Raises Refused where that cannot be done, or not any more."""
        ...

    async def earlier(self, once: str) -> Earlier | None:
        """The caller's change with that `once`, made within policy.start_once_s; one of unknown end within a day."""
        ...

    async def recent(self, call: Call, *, limit: int, offset: int, undoable: bool | None) -> Sequence[ChangeEntry]:
        """Changes of the caller on this instance, newest first."""
        ...


class ResultLink(Protocol):
    """Makes the link under which a client without files of ours reads the whole result of a statement for a while."""

    async def __call__(self, dataset_id: str, statement: str) -> str: ...


class Progress(Protocol):
    """Tells the client how far a call is; `total` in the same unit as `done` where it is known."""

    async def __call__(self, done: float, total: float | None = None, message: str | None = None) -> None: ...


@dataclass(frozen=True)
class Target:
    """Marks a parameter as the name or id of one of Domo's things: policy and audit look for it."""

    kind: str


@dataclass(frozen=True)
class Rights:
    """What this server lets its callers do, for answers about itself."""

    access: str
    toolsets: tuple[str, ...]
    sandbox: bool


@dataclass(frozen=True)
class Call:
    """Everything a tool may use; there is nothing else to reach for. `domo` can only read."""

    domo: Domo
    catalog: Catalog
    cursors: Cursors
    folders: Folders
    files: FilesSettings
    results: ResultSettings
    ai: AiSettings
    rights: Rights
    changes: Changes
    result_link: ResultLink | None
    progress: Progress
    now: Callable[[], datetime]


_SPELLINGS = (
    ("sql", "SQL"),
    ("whoami", "who am I"),
    ("fileset", "FileSet"),
    ("appdb", "AppDB"),
    ("code engine", "Code Engine"),
)
_TO_A_MODEL = re.compile(r"Use it (to |for )?")
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z])")


@dataclass(frozen=True)
class Tool:
    """A tool as its function tells it; hints, schema and guards are derived from this."""

    fn: ToolFunction
    effect: Effect
    toolset: str
    surfaces: frozenset[Surface]
    default_on: frozenset[Surface]
    reaches_domo: bool = True
    idempotent: bool = False

    @property
    def name(self) -> str:
        return self.fn.__name__

    @property
    def title(self) -> str:
        words = self.name.replace("_", " ")
        for short, long in _SPELLINGS:
            words = words.replace(short, long)
        return words[0].upper() + words[1:]

    @property
    def description(self) -> str:
        return " ".join((self.fn.__doc__ or "").split())

    @property
    def summary(self) -> str:
        """What it does, for people: the first sentence of what models read, without the words that address them."""
        first = _TO_A_MODEL.sub("", _SENTENCE.split(self.description, maxsplit=1)[0], count=1).removesuffix(".")
        return first[0].upper() + first[1:].replace(", or to ", ", or ")


@dataclass
class Toolset:
    """Tools that are switched on together; `modules`, below domo_mcp.tools, define those that `names` lists.

    `defaults` are those that a server lists unasked (None: all), on the surfaces `default_on`; `product_only` those
    whose endpoints the App-Framework surface does not have; `idempotent` those that change nothing more when called
    again with the same arguments; `local` those that stay on this machine.
    """

    name: str
    title: str
    modules: tuple[str, ...]
    names: tuple[str, ...]
    defaults: frozenset[str] | None = None
    default_on: frozenset[Surface] = BOTH_SURFACES
    product_only: frozenset[str] = frozenset()
    idempotent: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    _defined: dict[str, Tool] = field(default_factory=dict)

    @property
    def tools(self) -> list[Tool]:
        """The tools in the order of `names`. Their modules are imported here: a server has no use for all of them."""
        for module in self.modules:
            import_module(f"domo_mcp.tools.{module}")
        return [self._defined[name] for name in self.names]

    def tool(self, name: str) -> Tool:
        """The one of that name."""
        return self.tools[self.names.index(name)]

    def read(self, fn: ToolFunction) -> ToolFunction:
        """Register a tool that changes nothing in Domo."""
        return self._add(fn, Effect.READ)

    def create(self, fn: ToolFunction) -> ToolFunction:
        """Register a tool that proposes something new."""
        return self._add(fn, Effect.CREATE)

    def update(self, fn: ToolFunction) -> ToolFunction:
        """Register a tool that proposes to change what is there."""
        return self._add(fn, Effect.UPDATE)

    def delete(self, fn: ToolFunction) -> ToolFunction:
        """Register a tool that proposes to remove what is there."""
        return self._add(fn, Effect.DELETE)

    def run(self, fn: ToolFunction) -> ToolFunction:
        """Register a tool that proposes to start something."""
        return self._add(fn, Effect.RUN)

    def _add(self, fn: ToolFunction, effect: Effect) -> ToolFunction:
        name = fn.__name__
        if name not in self.names:
            raise ValueError(f"{name} is not among the tools that toolsets.py lists for {self.name!r}")
        default = self.defaults is None or name in self.defaults
        surfaces = frozenset[Surface]({"product"}) if name in self.product_only else BOTH_SURFACES
        self._defined[name] = Tool(
            fn,
            effect,
            self.name,
            surfaces,
            default_on=surfaces & self.default_on if default else NOWHERE,
            reaches_domo=name not in self.local,
            idempotent=effect is Effect.READ or name in self.idempotent,
        )
        return fn
