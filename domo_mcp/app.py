"""The running application: instances that connect when they are first used, the gate, and the tools that exist."""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from domo_mcp import __version__, telemetry
from domo_mcp.catalog.kept import KeptInFile
from domo_mcp.catalog.notes import Notes
from domo_mcp.config import Config
from domo_mcp.errors import ConfigError, DomoMcpError, InvalidInput
from domo_mcp.guard.applying import Applier
from domo_mcp.guard.asking import Person
from domo_mcp.guard.audit import Audit
from domo_mcp.guard.changes import OwnChanges
from domo_mcp.guard.gate import Gate
from domo_mcp.guard.journal import Journal
from domo_mcp.guard.lists import Lists
from domo_mcp.guard.policy import PolicySettings, allows
from domo_mcp.guard.prepared import Caller, Request
from domo_mcp.guard.results import Results
from domo_mcp.guard.ticket import Tickets
from domo_mcp.instances import InstanceSettings
from domo_mcp.local_domo import Embedded, fault_plan
from domo_mcp.state import State, open_state
from domo_mcp.tools import keeper_of, select_tools, tool_names, toolset_names, toolsets
from domo_mcp.tools.cursor import Cursors
from domo_mcp.tools.local.folders import Folders
from domo_mcp.tools.toolset import Call, Effect, Progress, Rights, Tool
from domo_mcp.untrusted import plain

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from domo_mcp.catalog.datasets import Catalog
    from domo_mcp.client.auth import SignIn
    from domo_mcp.client.domo import Aliases, Domo

logger = logging.getLogger(__name__)

LOCAL_PRINCIPAL = "local"
_REQUESTS_PER_DATASET = 3  # its columns, its details, its dictionary
_UNLIMITED = 1_000_000  # the embedded sandbox is this process: there is nobody to spare
SANDBOX_ORIGIN = "https://sandbox.invalid"
SANDBOX_TOKEN = "sandbox-token"  # noqa: S105 - opens nothing but invented data
SANDBOX_SESSION = "sandbox-session"


@dataclass
class Instance:
    """One configured instance; the connection opens with the first call, so that starting costs none."""

    name: str
    settings: InstanceSettings
    policy: PolicySettings
    config: Config
    folders: Folders
    embedded: Embedded
    state: State
    gate: Gate
    notes: Notes
    kept: KeptInFile
    _stack: AsyncExitStack
    _open: tuple[Domo, Catalog] | None = None
    _opening: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def sandbox(self) -> bool:
        """Whether its data is invented."""
        return self.settings.kind == "sandbox"

    def has(self, tool: Tool) -> bool:
        """Whether it has the tool's endpoints, and its policy allows the tool."""
        return self.settings.surface in tool.surfaces and allows(self.policy.access, tool.effect)

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return Caller(LOCAL_PRINCIPAL, self.name, self.policy)

    async def request(self, tool: Tool, arguments: Mapping[str, Any], person: Person, progress: Progress) -> Request:
        """A call of `tool` as the gate takes it."""
        call = await self.call(tool, arguments, progress)
        domo, _ = await self.connection()
        return Request(tool, arguments, call, domo, self.caller, person)

    async def call(self, tool: Tool, arguments: Mapping[str, Any], progress: Progress) -> Call:
        """What one call of `tool` may use."""
        domo, catalog = await self.connection()
        return Call(
            domo=domo.reading,
            catalog=catalog,
            cursors=Cursors.of(tool.name, arguments, LOCAL_PRINCIPAL, self.name),
            folders=self.folders,
            files=self.config.files,
            results=self.config.results,
            ai=self.config.ai,
            rights=Rights(self.policy.access, tuple(self.config.tools.toolsets), self.sandbox),
            result_link=None if self.folders else self.results.link,
            changes=OwnChanges(self.caller, self.gate.tickets, self.gate.applier),
            progress=progress,
            now=_now,
        )

    @property
    def results(self) -> Results:
        """Whole results that clients read by link."""
        return Results(self.caller, self.gate.tickets, self.config.limits.call_timeout_s)

    async def connection(self) -> tuple[Domo, Catalog]:
        """The instance's client and catalog."""
        from domo_mcp.catalog.datasets import Catalog

        async with self._opening:
            if self._open is None:
                domo = await self._connect()
                permits = Lists(self.name, self.policy.allow, self.policy.deny, self.state)
                shelf = None if self.sandbox else self.kept.shelf(self._place())
                self._open = (domo, Catalog(domo.reading, self.config.catalog, permits, shelf, self.notes))
            return self._open

    async def warm_up(self) -> None:
        """Learn what there is before somebody asks, with half of the requests that Domo may be sent."""
        try:
            _, catalog = await self.connection()
            await catalog.warm_up(0 if self.sandbox else _REQUESTS_PER_DATASET * 120 / self.config.limits.per_minute)
        except DomoMcpError as error:
            logger.warning("%s is not warmed up: %s", self.name, plain(error.text()))

    def _place(self) -> str:
        """Whose knowledge it is: of one user, on one instance and surface, under one policy on columns."""
        sign_in = list(self.settings.auth.secrets().values()) if self.settings.auth else []
        parts = [self.settings.origin(), self.settings.surface, sign_in, self.policy.columns.model_dump()]
        return hashlib.sha256(json.dumps([__version__, *parts]).encode()).hexdigest()

    async def _connect(self) -> Domo:
        from domo_mcp.client.domo import Domo
        from domo_mcp.client.limits import Limits

        limits = self.config.limits
        embedded = await self.embedded.app() if self.sandbox else None
        return await self._stack.enter_async_context(
            Domo.connect(
                self.name,
                SANDBOX_ORIGIN if embedded else self.settings.origin(),
                self._sandbox_sign_in() if embedded else self.settings.sign_in(),
                surface=self.settings.surface,
                aliases=self._aliases(),
                limits=Limits(
                    concurrency=limits.concurrency,
                    per_minute=_UNLIMITED if embedded else limits.per_minute,
                    ai_per_hour=_UNLIMITED if embedded else limits.ai_calls_per_hour,
                ),
                timeout_s=limits.timeout_s,
                call_timeout_s=limits.call_timeout_s,
                rules=self.policy.columns.rules(),
                app=embedded,
            )
        )

    def _aliases(self) -> Aliases:
        from domo_mcp.client.domo import Aliases

        given = self.settings.aliases
        return Aliases(tuple(given.datasets), tuple(given.workflows), tuple(given.packages))

    def _sandbox_sign_in(self) -> SignIn:
        from domo_mcp.client.auth import AppSession, DeveloperToken

        return AppSession(SANDBOX_SESSION) if self.settings.surface == "app" else DeveloperToken(SANDBOX_TOKEN)


@dataclass(frozen=True)
class App:
    """All that a server needs."""

    config: Config
    instances: Mapping[str, Instance]
    gate: Gate
    tools: tuple[Tool, ...]
    folders: Folders
    state: State

    async def warm_up(self) -> None:
        """Learn what there is on all instances, where the configuration asks for it."""
        if self.config.catalog.warm_up:
            async with anyio.create_task_group() as tasks:
                for instance in self.instances.values():
                    tasks.start_soon(instance.warm_up)

    def instance(self, tool: Tool, name: str | None) -> Instance:
        """The instance of that name, or the first that has the tool's endpoints."""
        names = self.instances_with(tool)
        if name is not None and name not in names:
            raise InvalidInput(f"{tool.name} is not there on an instance {name!r}.", f"It is on: {', '.join(names)}.")
        return self.instances[name or names[0]]

    @cached_property
    def unlisted(self) -> frozenset[str]:
        """The names of all tools that callers do not see."""
        return frozenset(tool_names()) - {tool.name for tool in self.tools}

    def instances_with(self, tool: Tool) -> list[str]:
        """The instances that have the tool, the default one first."""
        default = self.config.default_instance
        names = [name for name, instance in self.instances.items() if instance.has(tool)]
        return sorted(names, key=lambda name: name != default)

    @property
    def sandbox(self) -> bool:
        """Whether every instance is invented."""
        return all(instance.sandbox for instance in self.instances.values())


@asynccontextmanager
async def open_app(config: Config, *, local_files: bool = True, embedded: ASGIApp | None = None) -> AsyncIterator[App]:
    """The application for `config`; `local_files` is true where server and user share a machine.

    `embedded` is a running sandbox for instances of that kind; without it they open one.

    Raises ConfigError for a toolset that does not exist, and for a fault plan that is none.
    """
    _check_unattended(config)
    notes = Notes.read(config.catalog.notes)
    for example in config.catalog.examples:
        example.check()
    fault_plan(config.sandbox.faults)  # a mistake in it shall end the start, not the first call
    unknown = set(config.tools.toolsets) - {"default", "all", *toolset_names()}
    if unknown:
        raise ConfigError(
            f"There is no toolset {', '.join(sorted(unknown))}.",
            f"There are: default, all, {', '.join(toolset_names())}.",
        )
    telemetry.secrets.add(config.secrets())
    folders = Folders(config.files, enabled=local_files)
    async with AsyncExitStack() as stack:
        sandbox = Embedded(config.sandbox, stack, embedded)
        state = await stack.enter_async_context(keep_state(config))
        kept = KeptInFile()
        stack.callback(kept.close)
        gate = _gate(config, state)
        stack.push_async_callback(gate.audit.anchor, now=True)
        instances = {
            name: Instance(
                name, settings, config.policy_of(name), config, folders, sandbox, state, gate, notes, kept, stack
            )
            for name, settings in config.instances.items()
        }
        yield App(
            config=config,
            instances=instances,
            gate=gate,
            tools=_listed(config, instances.values()),
            folders=folders,
            state=state,
        )


def _check_unattended(config: Config) -> None:
    """Raise ConfigError for an approval of a tool that does not exist: it would look like one and be none."""
    for entry in [entry for name in config.instances for entry in config.policy_of(name).unattended]:
        tool = entry.partition(":")[0]
        if tool not in tool_names():
            near = difflib.get_close_matches(tool, tool_names(), n=1)
            meant = f"Did you mean {near[0]}?" if near else "It is TOOL:NAME."
            raise ConfigError(f"policy.unattended: there is no tool {tool!r}.", meant)


def _gate(config: Config, state: State) -> Gate:
    return Gate(
        audit=Audit(config.audit, state),
        tickets=Tickets(state),
        applier=Applier(Journal(state, config.journal), keeper_of, config.limits.call_timeout_s),
        max_tokens=config.results.max_tokens,
        call_timeout_s=config.limits.call_timeout_s,
    )


def keep_state(config: Config) -> AbstractAsyncContextManager[State]:
    """What outlives the process; in memory where nothing is worth keeping."""
    return open_state(config.state, in_memory=not config.audit.file and _forgets(config))


def keep_journal(config: Config) -> AbstractAsyncContextManager[State]:
    """The same for who wants to read what was changed, whatever may be changed now."""
    return open_state(config.state, in_memory=_passing(config))


def _forgets(config: Config) -> bool:
    """Whether nothing can be changed, or all that could is gone with this process: then so is the record of it."""
    only_read = all(config.policy_of(name).access == "read" for name in config.instances)
    return (only_read and not config.state.url) or _passing(config)


def _passing(config: Config) -> bool:
    invented = all(instance.kind == "sandbox" for instance in config.instances.values())
    return invented and not config.sandbox.data and not config.state.url


def _listed(config: Config, instances: Collection[Instance]) -> tuple[Tool, ...]:
    """The tools of the chosen toolsets that some instance has; those about changes while one of them makes any."""
    surfaces = {instance.settings.surface for instance in instances}
    chosen = select_tools(config.tools.toolsets, surfaces)
    chosen = [tool for tool in chosen if any(instance.has(tool) for instance in instances)]
    own = toolsets.changes.tools
    if any(tool.effect is not Effect.READ for tool in chosen if tool not in own):
        return (*(tool for tool in chosen if tool not in own), *own)
    return tuple(tool for tool in chosen if tool not in own)


def _now() -> datetime:
    return datetime.now(UTC)
