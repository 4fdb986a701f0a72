"""The bytes of files and the passages cut from them, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file_contents (file_id TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cut_files (file_id TEXT PRIMARY KEY, fileset_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, fileset_id TEXT NOT NULL, file_id TEXT NOT NULL, text TEXT NOT NULL, vector BLOB);
CREATE INDEX IF NOT EXISTS passages_of_a_file ON passages (file_id);
CREATE INDEX IF NOT EXISTS passages_of_a_fileset ON passages (fileset_id);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_words USING fts5(text, path, tokenize = 'unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a file's text. `vector` is its embedding as little-endian float32, None until there is one."""

    text: str
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage that is in the library."""

    id: int
    file_id: str
    text: str
    vector: bytes | None


class Library:
    """What is too big or too special for a record."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep everything in a database."""
        self._connection = connection
        connection.executescript(_SCHEMA)

    def keep(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Store the bytes of files, by their ids, in place of any others; passages of theirs are forgotten."""
        for file_id, data in contents:
            self.forget(file_id)
            with self._connection:
                self._connection.execute("INSERT OR REPLACE INTO file_contents VALUES (?, ?)", (file_id, data))

    def data(self, file_id: str) -> bytes:
        """Give the bytes of a file; none for one that is not there."""
        row = self._connection.execute("SELECT data FROM file_contents WHERE file_id = ?", (file_id,)).fetchone()
        return bytes(row[0]) if row else b""

    def drop(self, file_id: str) -> None:
        """Delete everything about a file."""
        self.forget(file_id)
        with self._connection:
            self._connection.execute("DELETE FROM file_contents WHERE file_id = ?", (file_id,))

    def forget(self, file_id: str) -> None:
        """Delete the passages of a file."""
        with self._connection:
            self._connection.execute(
                "DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE file_id = ?)", (file_id,)
            )
            self._connection.execute("DELETE FROM passages WHERE file_id = ?", (file_id,))
            self._connection.execute("DELETE FROM cut_files WHERE file_id = ?", (file_id,))

    def add(self, fileset_id: str, file_id: str, path: str, passages: Iterable[Passage]) -> None:
        """Store the passages of a file in place of any others."""
        self.forget(file_id)
        with self._connection:
            self._connection.execute("INSERT INTO cut_files VALUES (?, ?)", (file_id, fileset_id))
            for passage in passages:
                made = self._connection.execute(
                    "INSERT INTO passages (fileset_id, file_id, text, vector) VALUES (?, ?, ?, ?)",
                    (fileset_id, file_id, passage.text, passage.vector),
                )
                self._connection.execute(
                    "INSERT INTO passage_words (rowid, text, path) VALUES (?, ?, ?)",
                    (made.lastrowid, passage.text, path),
                )

    def cut(self, fileset_id: str) -> frozenset[str]:
        """Give the ids of the files whose passages are here, be there any or none."""
        rows = self._connection.execute("SELECT file_id FROM cut_files WHERE fileset_id = ?", (fileset_id,))
        return frozenset(file_id for (file_id,) in rows)

    def passages(self, fileset_id: str) -> list[Kept]:
        """Give the passages of a FileSet, in the order of the files and within them."""
        rows = self._connection.execute(
            "SELECT id, file_id, text, vector FROM passages WHERE fileset_id = ? ORDER BY id", (fileset_id,)
        )
        return [Kept(*row) for row in rows]

    def having(self, expression: str, ids: Sequence[int]) -> dict[int, float]:
        """Give the passages that match an FTS5 expression, of some by id: a positive BM25 figure, higher is better."""
        wanted = frozenset(ids)
        rows = self._connection.execute(
            "SELECT rowid, -bm25(passage_words) FROM passage_words WHERE passage_words MATCH ?", (expression,)
        )
        return {key: figure for key, figure in rows if key in wanted}
