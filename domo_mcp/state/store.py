"""The state as its users see it, whatever database it is in."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio

from domo_mcp.state.anchors import AnchorRows
from domo_mcp.state.changes import ChangeRows
from domo_mcp.state.tickets import TicketRows

Value = str | int | None
Row = tuple[Any, ...]


class Store(Protocol):
    """One database; statements name their values `$1`, `$2`, … and each is a transaction of its own.

    Every method raises StateUnavailable where the database cannot be used.
    """

    async def execute(self, sql: str, *values: Value) -> int:
        """Run a statement, which is on disk when this returns; how many rows it changed."""
        ...

    async def fetch(self, sql: str, *values: Value) -> list[Row]:
        """The rows that a query finds."""
        ...

    async def hold(self) -> None:
        """Make sure that this process can be seen to be alive by the others on the same database."""
        ...

    async def alive(self, writer: str) -> bool:
        """Whether the process that writes under this name still runs."""
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


class OnFirstUse:
    """A store that is opened when it is first needed, and tried again where that failed."""

    def __init__(self, opens: Callable[[], Awaitable[Store]]) -> None:
        self._opens = opens
        self._opening = anyio.Lock()
        self._store: Store | None = None

    async def execute(self, sql: str, *values: Value) -> int:
        """As Store says."""
        return await (await self._opened()).execute(sql, *values)

    async def fetch(self, sql: str, *values: Value) -> list[Row]:
        """As Store says."""
        return await (await self._opened()).fetch(sql, *values)

    async def hold(self) -> None:
        """As Store says."""
        await (await self._opened()).hold()

    async def alive(self, writer: str) -> bool:
        """As Store says."""
        return await (await self._opened()).alive(writer)

    async def close(self) -> None:
        """As Store says; nothing where it was never used."""
        if self._store is not None:
            await self._store.close()

    async def _opened(self) -> Store:
        async with self._opening:
            if self._store is None:
                self._store = await self._opens()
            return self._store


@dataclass(frozen=True)
class State:
    """What is kept: `changes` for the journal, `tickets`, pins; `key` (32 bytes) signs what is handed out.

    `writer` is the name that this process writes under.
    """

    key: bytes = field(repr=False)
    writer: str
    store: Store

    @property
    def changes(self) -> ChangeRows:
        """The rows of the journal."""
        return ChangeRows(self.store, self.writer)

    @property
    def tickets(self) -> TicketRows:
        """The rows of tickets, and what was used once."""
        return TicketRows(self.store)

    @property
    def anchors(self) -> AnchorRows:
        """How far audit files had come."""
        return AnchorRows(self.store)

    async def pin(self, name: str, thing_id: str) -> str:
        """The id that `name` stands for: the one kept, or `thing_id`, which is kept from now on."""
        await self.store.execute(
            "INSERT INTO domo_mcp_pins (name, thing) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            _plain(name),
            _plain(thing_id),
        )
        rows = await self.store.fetch("SELECT thing FROM domo_mcp_pins WHERE name = $1", _plain(name))
        return str(json.loads(f'"{rows[0][0]}"'))

    async def pinned(self, prefix: str, thing_id: str) -> bool:
        """Whether some name that starts with `prefix` stands for `thing_id`."""
        found = await self.store.fetch(
            "SELECT 1 FROM domo_mcp_pins"
            " WHERE thing = $1 AND substr(name, 1, length(CAST($2 AS text))) = CAST($2 AS text) LIMIT 1",
            _plain(thing_id),
            _plain(prefix),
        )
        return bool(found)


def _plain(text: str) -> str:
    """A foreign text as any database takes it: escaped as JSON does, since PostgreSQL has no NUL."""
    return json.dumps(text)[1:-1]
