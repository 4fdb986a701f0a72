"""The bytes of files, in SQLite: a sequence of pieces by key, so that no large file is ever one object in memory."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pieces (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS placed_pieces (key TEXT, number INTEGER, piece INTEGER, PRIMARY KEY (key, number));
"""


@dataclass(frozen=True)
class Measured:
    """What is known of some bytes; hashes are in upper-case hex."""

    size: int
    md5: str
    sha256: str


class Contents:
    """Bytes by key; they are written and read in pieces with numbers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep them in a database: where a piece belongs apart from its bytes, so that moving it copies nothing."""
        self._connection = connection
        connection.executescript(_SCHEMA)

    def put(self, key: str, data: bytes, number: int = 1) -> None:
        """Store one piece; one of the same number is replaced."""
        with self._connection:
            self._forget("key = ? AND number = ?", key, number)
            piece = self._connection.execute("INSERT INTO pieces (data) VALUES (?)", (data,)).lastrowid
            self._connection.execute("INSERT INTO placed_pieces VALUES (?, ?, ?)", (key, number, piece))

    def keys(self) -> set[str]:
        """Give all keys that there are."""
        return {key for (key,) in self._connection.execute("SELECT DISTINCT key FROM placed_pieces")}

    def numbers(self, key: str) -> list[int]:
        """Give the numbers of the pieces that there are, in order."""
        return [number for number, _ in self._placed(key)]

    def pieces(self, key: str) -> Iterator[bytes]:
        """Give the pieces in order, one in memory at a time."""
        for _, piece in self._placed(key):
            (data,) = self._connection.execute("SELECT data FROM pieces WHERE id = ?", (piece,)).fetchone()
            yield data

    def rename(self, key: str, new: str) -> None:
        """Let everything under a key stand under another one."""
        with self._connection:
            self._connection.execute("UPDATE placed_pieces SET key = ? WHERE key = ?", (new, key))

    def drop(self, key: str) -> None:
        """Delete everything under a key."""
        with self._connection:
            self._forget("key = ?", key)

    def measure(self, key: str) -> Measured:
        """Give size and hashes of everything under a key."""
        size, md5, sha256 = 0, hashlib.md5(usedforsecurity=False), hashlib.sha256()
        for piece in self.pieces(key):
            size += len(piece)
            md5.update(piece)
            sha256.update(piece)
        return Measured(size, md5.hexdigest().upper(), sha256.hexdigest().upper())

    def _placed(self, key: str) -> list[tuple[int, int]]:
        rows = self._connection.execute("SELECT number, piece FROM placed_pieces WHERE key = ? ORDER BY number", (key,))
        return rows.fetchall()

    def _forget(self, which: str, *values: str | int) -> None:
        self._connection.execute(
            f"DELETE FROM pieces WHERE id IN (SELECT piece FROM placed_pieces WHERE {which})", values
        )
        self._connection.execute(f"DELETE FROM placed_pieces WHERE {which}", values)
