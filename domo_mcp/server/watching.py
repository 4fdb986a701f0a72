"""Subscriptions: who listens to which resources, and whether what they are about has changed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import anyio
from anyio.abc import TaskGroup
from mcp.server import MCPServer
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated, ServerEvent
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from domo_mcp.errors import DomoMcpError
from domo_mcp.guard.gate import Result
from domo_mcp.server.addresses import PLACES, Address, parsed
from domo_mcp.server.resources import Resources
from domo_mcp.tools.results import Answer, Text
from domo_mcp.tools.table import Table
from domo_mcp.untrusted import one_line

logger = logging.getLogger(__name__)

_MOST = 100
_MOST_LOOKS = 30
"""In the time of one round; where more is watched, a round takes longer."""

_WITH_FACTS = frozenset({"dataset", "fileset"})
"""Kinds whose facts tell that anything about a thing has changed; of others the resource itself is looked at."""

_TOLD_AS = {"file": "data-file"}
_HOLDS = {"stream": "dataset", "datastore": "collection"}
"""By kind of what changed the kind of the things that it fills or holds: which of them is not told."""


@dataclass
class Watch:
    """Tells those who listen that a resource has changed: at once after changes of this server, else by looking.

    A look is the call that reads the facts of the thing, through the gate like every other: one for each thing however
    many listen, in rounds of `every_s` seconds or more, and none while nobody listens.
    """

    resources: Resources
    every_s: float
    bus: InMemorySubscriptionBus = field(default_factory=InMemorySubscriptionBus)
    _streams: ListenHandler = field(init=False)
    _listeners: Counter[str] = field(default_factory=Counter)
    _marks: dict[str, str] = field(default_factory=dict)
    _news: anyio.Event = field(default_factory=anyio.Event)
    _tasks: TaskGroup | None = None
    _looking: bool = False

    def __post_init__(self) -> None:
        self._streams = ListenHandler(self.bus)

    @asynccontextmanager
    async def running(self, _server: MCPServer) -> AsyncIterator[None]:
        """Looking is possible inside: the server's life."""
        changed = self.resources.app.gate.changed
        changed.append(self._told)
        try:
            async with anyio.create_task_group() as self._tasks:
                yield
                self._tasks.cancel_scope.cancel()
        finally:
            self._tasks = None
            changed.remove(self._told)

    async def listen(
        self, ctx: ServerRequestContext[Any, Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """One stream of a client of 2026-07-28; its acknowledgement names the addresses that there are."""
        wanted = [uri for uri in params.notifications.resource_subscriptions or () if self._is_there(uri)]
        there = wanted[: max(_MOST - len(self._listeners), 0)]
        heard = params.notifications.model_copy(update={"resource_subscriptions": there or None})
        with self._listening(there):
            return await self._streams(ctx, params.model_copy(update={"notifications": heard}))

    async def subscribe(self, ctx: ServerRequestContext[Any, Any], params: SubscribeRequestParams) -> EmptyResult:
        """Tell a client of an earlier era, until it unsubscribes or leaves."""
        uri, connection = str(params.uri), ctx.session._connection  # noqa: SLF001 - the session has no name for it
        try:
            self.resources.address(uri)
        except ResourceNotFoundError as error:
            raise MCPError(INVALID_PARAMS, str(error), data={"uri": uri}) from None
        if len(self._listeners) >= _MOST:
            why = f"{_MOST} resources are watched, which is the most. Unsubscribe from one first."
            raise MCPError(INVALID_PARAMS, f"{why} {one_line(uri, 200)}", data={"uri": uri})
        if uri not in connection.state:
            heard = ExitStack()
            heard.enter_context(self._heard_by(ctx.session, uri))
            connection.state[uri] = heard
            connection.exit_stack.callback(heard.close)
        return EmptyResult()

    async def unsubscribe(self, ctx: ServerRequestContext[Any, Any], params: UnsubscribeRequestParams) -> EmptyResult:
        """Tell it no more."""
        if heard := ctx.session._connection.state.pop(str(params.uri), None):  # noqa: SLF001 - as above
            heard.close()
        return EmptyResult()

    @contextmanager
    def _heard_by(self, session: ServerSession, uri: str) -> Iterator[None]:
        """A session of an earlier era hears of `uri` inside."""

        def pass_on(event: ServerEvent) -> None:
            if event == ResourceUpdated(uri) and self._tasks:
                self._tasks.start_soon(_send, session, uri)

        leave = self.bus.subscribe(pass_on)
        try:
            with self._listening([uri]):
                yield
        finally:
            leave()

    @contextmanager
    def _listening(self, uris: Collection[str]) -> Iterator[None]:
        self._listeners.update(uris)
        self._news.set()
        if uris and self._tasks and not self._looking:
            self._looking = True
            self._tasks.start_soon(self._look)
        try:
            yield
        finally:
            self._listeners.subtract(uris)
            self._listeners = +self._listeners  # without those that nobody listens to any more

    async def _look(self) -> None:
        """Look at everything that somebody listens to, in rounds, until nobody does; at what is new at once."""
        due = 0.0
        try:
            while self._listeners:
                self._news, now = anyio.Event(), anyio.current_time()
                things = {repr(self._facts(address)): address for address in self._addresses().values()}
                self._marks = {key: mark for key, mark in self._marks.items() if key in things}
                for key, address in things.items():
                    if now >= due or key not in self._marks:
                        await self._compare(key, address)
                if now >= due:
                    due = now + self.every_s * max(1, len(things) / _MOST_LOOKS)
                with anyio.move_on_after(due - anyio.current_time()):
                    await self._news.wait()
        except Exception:
            logger.exception("Nobody looks any more whether resources have changed")
        finally:
            self._looking = False

    async def _compare(self, key: str, address: Address) -> None:
        tool, arguments = self._facts(address)
        try:
            found = await self.resources.tools[tool].outcome(dict(arguments))
        except DomoMcpError as error:
            logger.info("A resource that somebody listens to cannot be read: %s", error)
            return
        before, self._marks[key] = self._marks.get(key), _mark(found.result)
        if before not in {None, self._marks[key]}:
            await self._publish(address.instance, address.place.kind, {address.thing.casefold()})

    def _facts(self, address: Address) -> tuple[str, dict[str, Any]]:
        """The call that tells whether the thing of an address has changed: that of its facts, or of the list it is."""
        place = address.place
        if place.kind in _WITH_FACTS and address.thing:
            place = next(each for each in PLACES if each.path == f"{place.kind}s/{{id}}")
        tool, arguments = self.resources.arguments(Address(address.instance, place, address.parts))
        return tool.name, arguments

    async def _told(self, instance: str, kind: str, thing_id: str, name: str) -> None:
        """This server has changed something itself."""
        which = None if kind in _HOLDS else {thing_id.casefold(), name.casefold()}
        self._marks.clear()
        self._news.set()  # what is there now is the state that the next look compares with
        await self._publish(instance, _HOLDS.get(kind) or _TOLD_AS.get(kind, kind), which)

    async def _publish(self, instance: str, kind: str, names: set[str] | None) -> None:
        """Tell who listens to things of a kind: those so called, all of them, and the lists that they stand in."""
        for uri, address in self._addresses().items():
            same = address.instance == instance and address.place.kind == kind
            if same and (names is None or not address.thing or address.thing.casefold() in names):
                await self.bus.publish(ResourceUpdated(uri))

    def _addresses(self) -> dict[str, Address]:
        found = {uri: parsed(uri) for uri in self._listeners}
        return {uri: address for uri, address in found.items() if address}

    def _is_there(self, uri: str) -> bool:
        try:
            self.resources.address(uri)
        except ResourceNotFoundError:
            return False
        return True


async def _send(session: ServerSession, uri: str) -> None:
    try:
        await session.send_resource_updated(uri)
    except Exception as error:  # noqa: BLE001 - one client that is gone is no reason to end this server
        logger.info("A client could not be told of a change: %r", error)


def _mark(result: Result) -> str:
    """What tells one state of a thing from another."""
    if isinstance(result, Table):
        told = repr((result.columns, result.rows, result.total))
    elif isinstance(result, Answer):
        told = result.model_dump_json()
    else:
        told = result.body if isinstance(result, Text) else ""
    return sha256(told.encode()).hexdigest()
