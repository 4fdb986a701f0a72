"""The state in PostgreSQL, for several replicas of a server.

A replica is alive as long as its session holds an advisory lock, so the connection may not go through a pooler that
hands out transactions.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import psycopg
from psycopg_pool import AsyncConnectionPool

from domo_mcp.errors import StateUnavailable
from domo_mcp.state.schema import TABLES, check
from domo_mcp.state.store import Row, Value

Connection = psycopg.AsyncConnection[Row]

_CONNECTIONS = 4
_CONNECT_S = 5
_LONGEST_S = 15  # a server that went away without a word
_MAKING = 0x646F6D6F5F6D6370  # "domo_mcp": held by the replica that makes the tables
_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": _CONNECT_S,
    "application_name": "domo-mcp",
    "cursor_factory": psycopg.AsyncRawCursor,
    "prepare_threshold": None,
}
_SETTINGS = b"""
    SELECT set_config(name, 'on', false) FROM pg_settings
        WHERE name = 'synchronous_commit' AND setting IN ('off', 'local');
    SET statement_timeout = '10s';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3
"""
"""A commit is on the disk when it returns; a replica whose machine is gone is noticed within a minute."""


class Postgres:
    """A small pool for the statements, one session for the lock that shows this process to be alive."""

    def __init__(self, url: str, writer: str, session: Connection) -> None:
        self._url = url
        self._writer = writer
        self._session = session
        self._holding = anyio.Lock()
        self._pool = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[Row],
            kwargs=_OPTIONS,
            configure=_configure,
            check=AsyncConnectionPool.check_connection,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_CONNECT_S,
            open=False,
        )

    @classmethod
    async def open(cls, url: str, writer: str) -> Postgres:
        """The state in the database at `url`. Raises StateUnavailable."""
        async with _reaching():
            store = cls(url, writer, await _session(url, writer))
            try:
                await _make_tables(store._session)
                await store._pool.open()
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await store.close()
                raise
            return store

    async def execute(self, sql: str, *values: Value) -> int:
        """As Store says."""
        async with _reaching(), self._pool.connection() as connection:
            return (await connection.execute(sql.encode(), values)).rowcount

    async def fetch(self, sql: str, *values: Value) -> list[Row]:
        """As Store says."""
        async with _reaching(), self._pool.connection() as connection:
            return await (await connection.execute(sql.encode(), values)).fetchall()

    async def hold(self) -> None:
        """As Store says."""
        async with self._holding, _reaching():
            if not await _answers(self._session):
                self._session = await _session(self._url, self._writer)

    async def alive(self, writer: str) -> bool:
        """As Store says."""
        held = await self.fetch(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((classid::bigint << 32) | objid::bigint) = $1",
            _lock_of(writer),
        )
        return bool(held)

    async def close(self) -> None:
        """As Store says."""
        await self._pool.close()
        await self._session.close()


async def _session(url: str, writer: str) -> Connection:
    connection = await psycopg.AsyncConnection[Row].connect(url, **_OPTIONS)
    await _configure(connection)
    await connection.execute(b"SELECT pg_advisory_lock_shared($1)", [_lock_of(writer)])
    return connection


async def _make_tables(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute(b"SELECT pg_advisory_xact_lock($1)", [_MAKING])
        there = await (await connection.execute(b"SELECT to_regclass('domo_mcp_schema')")).fetchone()
        if there and there[0]:
            version = await (await connection.execute(b"SELECT version FROM domo_mcp_schema")).fetchone()
            check(version[0] if version else 0)
            return
        await connection.execute(TABLES.encode())


async def _configure(connection: Connection) -> None:
    await connection.execute(_SETTINGS)


async def _answers(connection: Connection) -> bool:
    try:
        await connection.execute(b"SELECT 1")
    except psycopg.Error:
        await connection.close()
        return False
    return True


@asynccontextmanager
async def _reaching() -> AsyncIterator[None]:
    """What goes wrong in the database, in our own words: those of the driver may quote its address."""
    try:
        with anyio.fail_after(_LONGEST_S):
            yield
    except (psycopg.Error, OSError) as error:
        kind = getattr(error, "sqlstate", None) or type(error).__name__
        raise StateUnavailable(
            f"The state store (PostgreSQL) cannot be used: {kind}.",
            "See that the database of state.url answers and that its user may create tables.",
        ) from None


def _lock_of(writer: str) -> int:
    return int.from_bytes(uuid.UUID(writer).bytes[:8], signed=True)
