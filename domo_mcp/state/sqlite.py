"""The state in a SQLite file that several processes of one person may share, or in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from domo_mcp.errors import StateUnavailable
from domo_mcp.state.folder import Folder
from domo_mcp.state.schema import TABLES, check
from domo_mcp.state.store import Row, Value

_BUSY_S = 5
_DURABLE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA fullfsync = ON")
"""A commit is on the disk when it returns; fullfsync is what that takes on macOS."""

T = TypeVar("T")


class Sqlite:
    """One connection, used by one worker thread at a time."""

    def __init__(self, connection: sqlite3.Connection, writer: str, folder: Folder | None) -> None:
        self._connection = connection
        self._writer = writer
        self._folder = folder
        self._presence = folder.presence(writer) if folder else None
        self._turn = CapacityLimiter(1)

    @classmethod
    async def open(cls, folder: Folder | None, writer: str) -> Sqlite:
        """The state in `folder`, None for one in memory. Raises StateUnavailable."""

        def work() -> Sqlite:
            return cls(_connected(folder) if folder else _made(":memory:"), writer, folder)

        store = await _in_thread(work, CapacityLimiter(1), folder)
        await store.hold()
        return store

    async def execute(self, sql: str, *values: Value) -> int:
        """As Store says."""
        return await self._run(lambda: self._connection.execute(sql, _named(values)).rowcount)

    async def fetch(self, sql: str, *values: Value) -> list[Row]:
        """As Store says."""
        return await self._run(lambda: self._connection.execute(sql, _named(values)).fetchall())

    async def hold(self) -> None:
        """As Store says."""
        if self._presence is not None:
            await self._run(self._presence.show)

    async def alive(self, writer: str) -> bool:
        """As Store says."""
        if writer == self._writer or self._folder is None:
            return writer == self._writer
        return await self._run(self._folder.presence(writer).seen)

    async def close(self) -> None:
        """As Store says."""
        await self._run(self._connection.close)
        if self._presence is not None:
            await self._run(self._presence.end)

    async def _run(self, work: Callable[[], T]) -> T:
        return await _in_thread(work, self._turn, self._folder)


async def _in_thread(work: Callable[[], T], turn: CapacityLimiter, folder: Folder | None) -> T:
    try:
        return await to_thread.run_sync(work, limiter=turn)
    except (sqlite3.Error, OSError) as error:
        place = folder.file if folder else "in memory"
        raise StateUnavailable(
            f"The state store ({place}) cannot be used: {error}.",
            "Free space, give this user the rights to the file and its folder, or set state.url to another place.",
        ) from None


def _connected(folder: Folder) -> sqlite3.Connection:
    folder.make()
    with folder.opening():
        folder.sweep()
        return _made(str(folder.file))


def _made(database: str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _DURABLE:
            connection.execute(pragma)
        _make_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'domo_mcp_schema'").fetchone():
        check(connection.execute("SELECT version FROM domo_mcp_schema").fetchone()[0])
        return
    connection.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT")


def _named(values: tuple[Value, ...]) -> dict[str, Value]:
    return {str(position): value for position, value in enumerate(values, 1)}
