"""The parts of uploads, in SQLite until their rows are in the warehouse."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

_SCHEMA = """
CREATE TABLE IF NOT EXISTS upload_parts (
    dataset_id TEXT, upload INTEGER, part INTEGER, body BLOB NOT NULL, PRIMARY KEY (dataset_id, upload, part))"""
_PUT = "INSERT OR REPLACE INTO upload_parts VALUES (?, ?, ?, ?)"
_OF = "WHERE dataset_id = ? AND upload = ?"


class Parts:
    """Numbered bodies of each upload of each dataset."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep them in an open database."""
        self._records = connection
        connection.execute(_SCHEMA)

    def put(self, dataset_id: str, upload: int, part: int, body: bytes) -> None:
        """Keep one part; one of the same number is replaced."""
        with self._records:
            self._records.execute(_PUT, (dataset_id, upload, part, body))

    def of(self, dataset_id: str, upload: int) -> Iterator[bytes]:
        """Give the parts of an upload by their numbers, one in memory at a time."""
        numbers = self._records.execute(f"SELECT part FROM upload_parts {_OF} ORDER BY part", (dataset_id, upload))
        for (number,) in numbers.fetchall():
            one = f"SELECT body FROM upload_parts {_OF} AND part = ?"
            yield self._records.execute(one, (dataset_id, upload, number)).fetchone()[0]

    def size(self, dataset_id: str, upload: int) -> int:
        """Give the bytes of an upload."""
        total = f"SELECT coalesce(sum(length(body)), 0) FROM upload_parts {_OF}"
        return int(self._records.execute(total, (dataset_id, upload)).fetchone()[0])

    def drop(self, dataset_id: str, upload: int) -> None:
        """Forget the parts of an upload."""
        with self._records:
            self._records.execute(f"DELETE FROM upload_parts {_OF}", (dataset_id, upload))
