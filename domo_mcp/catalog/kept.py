"""What the catalog knows, kept between runs: one small SQLite file that only its user may read, safe to delete."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import anyio
import anyio.to_thread

logger = logging.getLogger(__name__)

_LONGEST_S = 30 * 86_400
_LARGEST = 2_000_000
_WAIT_S = 0.1
_REST_S = 60
_COLUMNS = ["place", "key", "made", "value"]
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept (place TEXT, key TEXT, made REAL NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (place, key)) WITHOUT ROWID"
)


@dataclass(frozen=True)
class Value:
    """A value as JSON, and when it was made (Unix seconds)."""

    made: float
    json: str


class Shelf(Protocol):
    """Where values are put for later runs. Losing one costs a request to Domo, so nothing here ever fails."""

    async def get(self, key: str) -> Value | None:
        """What was put under `key`."""
        ...

    async def put(self, key: str, json: str, made: float) -> None:
        """Keep a value that was true at `made`."""
        ...

    async def drop(self, key: str) -> None:
        """Keep nothing under `key`."""
        ...

    async def clear(self) -> None:
        """Keep nothing at all."""
        ...


class KeptInFile:
    """The file of all instances, in the user's folder for such things; `shelf` gives one of them its part.

    A file that cannot be used at once, as when another process holds it, is left alone for a while.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._turn = anyio.CapacityLimiter(1)
        self._rests_until = 0.0

    def shelf(self, place: str) -> Shelf:
        """The part of one user on one instance under one policy: what others may see is not shown to them."""
        return _Part(self, place)

    async def run(self, sql: str, *values: str | float) -> list[tuple[float, str]]:
        """Run one statement; nothing comes back where the file cannot be used."""
        if self._rests:
            return []
        return await anyio.to_thread.run_sync(partial(self._run, sql, values), limiter=self._turn)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()

    @property
    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _run(self, sql: str, values: tuple[str | float, ...]) -> list[tuple[float, str]]:
        if self._rests:  # since this one waited for its turn
            return []
        try:
            if self._connection is None:
                self._connection = _opened(self._file or _own_file())
            with self._connection:
                return self._connection.execute(sql, values).fetchall()
        except (sqlite3.Error, OSError, RuntimeError) as error:
            logger.info("What the catalog knows cannot be kept for later runs: %s", error)
            self._rests_until = time.monotonic() + _REST_S
            return []


@dataclass(frozen=True)
class _Part:
    file: KeptInFile
    place: str

    async def get(self, key: str) -> Value | None:
        rows = await self.file.run("SELECT made, value FROM kept WHERE place = ? AND key = ?", self.place, key)
        return Value(*rows[0]) if rows else None

    async def put(self, key: str, json: str, made: float) -> None:
        if len(json) <= _LARGEST:
            statement = "INSERT OR REPLACE INTO kept (place, key, made, value) VALUES (?, ?, ?, ?)"
            await self.file.run(statement, self.place, key, made, json)

    async def drop(self, key: str) -> None:
        await self.file.run("DELETE FROM kept WHERE place = ? AND key = ?", self.place, key)

    async def clear(self) -> None:
        await self.file.run("DELETE FROM kept WHERE place = ?", self.place)


def _own_file() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("domo-mcp", appauthor=False) / "catalog.db"


def _opened(file: Path) -> sqlite3.Connection:
    """The file, made anew where it is none of SQLite's, or damaged."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _prepared(file)
    except sqlite3.OperationalError:
        raise  # it is locked, or cannot be written
    except sqlite3.DatabaseError:
        for part in ("", "-wal", "-shm"):
            Path(f"{file}{part}").unlink(missing_ok=True)
        return _prepared(file)


def _prepared(file: Path) -> sqlite3.Connection:
    opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.name != "nt":
            os.fchmod(opened, 0o600)  # one that was there may be open to others
    finally:
        os.close(opened)
    # Worker threads take turns.
    connection = sqlite3.connect(file, timeout=_WAIT_S, check_same_thread=False)
    try:
        with connection:
            connection.execute("PRAGMA journal_mode = WAL")
            if [name for _, name, *_ in connection.execute("PRAGMA table_info(kept)")] not in ([], _COLUMNS):
                connection.execute("DROP TABLE kept")  # another version made it
            connection.execute(_TABLE)
            connection.execute("DELETE FROM kept WHERE made < ?", (time.time() - _LONGEST_S,))
    except sqlite3.Error:
        connection.close()
        raise
    return connection
