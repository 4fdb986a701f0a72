"""A change as a proposal: what would happen to Domo and how it could be taken back, before anything happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import JsonValue

from domo_mcp.errors import DomoError, NotFound

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.tools.toolset import Effect

Undoable = Literal["exact", "content", "none"]
"""What undo brings back: everything; the content, while id, owner or dates may differ; nothing."""

UNKNOWN_VALUE: Mapping[str, JsonValue] = {"$decidedByDomo": True}
"""Stands in an expected content for a value that only Domo knows, such as the time of the change."""

NEW = "new:"
"""Starts the key of an object in `Change.after` whose id Domo gives: `new:1`.

No document with such an id gets into a change (`document_ids`).
"""


@dataclass(frozen=True)
class Thing:
    """What a change touches, as a person would name it: one collection, one dataset, one workflow."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True)
class Snapshot:
    """Objects of one place at one moment: their content by id, None for an object that is not there.

    `kind` names the keeper that reads and restores such objects, `place` where they are (documents: the collection's
    id).
    """

    kind: str = ""
    place: str = ""
    objects: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What applying a change did.

    `facts` are sentences of our own about it. `ids` says under which id an object of `Change.after` really is, where
    that differs from its key there. `incomplete` is true where Domo did less than it was asked for. `result` is what
    came of something that ran, as Domo gave it; a result that is null is told by a fact.
    """

    facts: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    incomplete: bool = False
    result: JsonValue = None


@dataclass(frozen=True)
class Change:
    """One proposal; only the gate can make it happen.

    `summary` is one sentence of at most 200 characters about what would happen; names of Domo's stand in it quoted.
    `before` is what would change as it is now, `after` as it would be: no snapshot where there is nothing to read.
    `affected` counts objects where the snapshots do not. `must_confirm` says why it has to be confirmed whatever the
    configuration says ("it opens access", "it replaces what is there"). `notes` are warnings to be read before.
    `acts_as` is the effect where it is more than the tool's: a new file that replaces one is an update. `sends_bytes`
    is how much has to be uploaded, where that may take longer than a call. `stoppable` is one that takes back all it
    did where its caller gives it up before the end. `once` tells changes that are the same: within
    policy.start_once_s a second one is not applied, unless it is wanted `again`; empty where twice is nothing to guard
    against.
    """

    summary: str
    on: Thing
    apply: Callable[[Domo], Awaitable[Outcome]]
    undo: Undoable
    before: Snapshot = Snapshot()
    after: Snapshot = Snapshot()
    affected: int | None = None
    must_confirm: str = ""
    acts_as: Effect | None = None
    notes: tuple[str, ...] = ()
    sends_bytes: int = 0
    stoppable: bool = False
    once: str = ""
    again: bool = False

    @property
    def count(self) -> int:
        """How many objects it touches."""
        if self.affected is not None:
            return self.affected
        return len({*self.before.objects, *self.after.objects})


@dataclass(frozen=True)
class Earlier:
    """The same change, made a short while ago: its id in the journal, and the ids of the objects that it left.

    `status` is unknown where its end is not known, pending where it is still being made.
    """

    change: str
    time: datetime
    status: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """Answers in place of a change that was made already: the change with that id in the journal, nothing new.

    `facts` say what it is like now; `ids` are those of its outcome.
    """

    summary: str
    change: str
    facts: tuple[str, ...]
    ids: Mapping[str, str] = field(default_factory=dict)


class Keeper(Protocol):
    """Reads and puts back the objects of one kind of snapshot."""

    kind: str
    must_confirm: str
    """Why putting back has to be confirmed whatever the configuration says; empty where it need not be."""
    conclusive: bool
    """Whether a state tells who made it: two changes may leave the same number of rows."""

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:
        """The content of each of `ids` as it is now, None for what is not there. Raises DomoError."""
        ...

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """What putting back `wanted` does to Domo: DELETE where objects would go."""
        ...

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:
        """What could be brought back after putting back `wanted`."""
        ...

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Make the objects of `current` what they are in `wanted`. Raises Refused where that would lose something."""
        ...


def going(wanted: Snapshot, current: Snapshot) -> list[str]:
    """The keys of what is there now and would not be."""
    return [key for key, content in current.objects.items() if content is not None and wanted.objects.get(key) is None]


async def each_or_none(ids: Sequence[str], read: Callable[[str], Awaitable[JsonValue]]) -> dict[str, JsonValue]:
    """What `read` gives for each of `ids`, None for what is not there."""
    found: dict[str, JsonValue] = dict.fromkeys(ids)
    for key in ids:
        with suppress(NotFound):
            found[key] = await read(key)
    return found


@contextmanager
def after_writing(written: object) -> Iterator[None]:
    """Let no error pass as `surely_unprocessed` where something is `written`: that says nothing was changed at all."""
    try:
        yield
    except DomoError as error:
        error.surely_unprocessed = error.surely_unprocessed and not written
        raise
