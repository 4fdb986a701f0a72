"""The documents of all collections, in SQLite; those of a collection that was asked for stay parsed in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic_core import from_json, to_json

from domo_mcp.sandbox.appdb.definitions import EPOCH, Content

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    collection_id TEXT, id TEXT, owner INTEGER, created INTEGER, updated INTEGER, updated_by INTEGER,
    revision INTEGER, body TEXT NOT NULL, PRIMARY KEY (collection_id, id));
CREATE TABLE IF NOT EXISTS changes (collection_id TEXT PRIMARY KEY, revision INTEGER, since INTEGER);
"""
_ONE_MORE = """
INSERT INTO changes VALUES (?, 1, ?)
ON CONFLICT (collection_id) DO UPDATE SET revision = revision + 1, since = coalesce(since, excluded.since)
RETURNING revision"""
_PUT = """
INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (collection_id, id) DO UPDATE SET owner = excluded.owner, created = excluded.created,
    updated = excluded.updated, updated_by = excluded.updated_by, revision = excluded.revision, body = excluded.body"""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `owner` and `updated_by` are users' ids; `revision` is the collection's when it was last written."""

    id: str
    owner: int
    created: datetime
    updated: datetime
    updated_by: int
    content: Content
    revision: int = 0

    def fields(self, synced_revision: int) -> dict[str, object]:
        """Give the document as queries see it: users are text, times are datetimes."""
        return {
            "id": self.id,
            "owner": str(self.owner),
            "createdBy": str(self.owner),
            "createdOn": self.created,
            "updatedOn": self.updated,
            "updatedBy": str(self.updated_by),
            "syncRequired": self.revision > synced_revision,
            "content": self.content,
        }


class Documents:
    """Documents by collection, always in the order they were created. Every write counts the collection's revision."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep them in a database."""
        self._connection = connection
        self._parsed: dict[str, dict[str, Document]] = {}
        connection.executescript(_SCHEMA)

    def of(self, collection_id: str) -> Mapping[str, Document]:
        """Give a collection's documents by id; not a copy."""
        if collection_id not in self._parsed:
            rows = self._connection.execute(
                "SELECT id, owner, created, updated, updated_by, body, revision FROM documents "
                "WHERE collection_id = ? ORDER BY rowid",
                (collection_id,),
            )
            self._parsed[collection_id] = {row[0]: _document(*row) for row in rows}
        return self._parsed[collection_id]

    def put(self, collection_id: str, documents: Iterable[Document], moment: datetime) -> None:
        """Store documents, all or none; one of the same id is replaced and keeps its place."""
        known = self.of(collection_id)
        with self._connection:
            revision = self._count(collection_id, moment)
            written = [replace(document, revision=revision) for document in documents]
            self._connection.executemany(_PUT, [_row(collection_id, document) for document in written])
        self._parsed[collection_id] = {**known, **{document.id: document for document in written}}

    def remove(self, collection_id: str, ids: Sequence[str], moment: datetime) -> None:
        """Delete documents, all or none."""
        gone = set(ids)
        kept = {key: document for key, document in self.of(collection_id).items() if key not in gone}
        with self._connection:
            self._count(collection_id, moment)
            self._connection.executemany(
                "DELETE FROM documents WHERE collection_id = ? AND id = ?", [(collection_id, key) for key in gone]
            )
        self._parsed[collection_id] = kept

    def drop(self, collection_id: str) -> None:
        """Delete everything about a collection."""
        with self._connection:
            self._connection.execute("DELETE FROM documents WHERE collection_id = ?", (collection_id,))
            self._connection.execute("DELETE FROM changes WHERE collection_id = ?", (collection_id,))
        self._parsed.pop(collection_id, None)

    def touch(self, collection_id: str, moment: datetime) -> None:
        """Count a change that is not one of documents: of the collection itself."""
        with self._connection:
            self._count(collection_id, moment)

    def revision(self, collection_id: str) -> int:
        """Give how often a collection was written."""
        row = self._connection.execute(
            "SELECT revision FROM changes WHERE collection_id = ?", (collection_id,)
        ).fetchone()
        return int(row[0]) if row else 0

    def changed(self, before: datetime) -> list[tuple[str, datetime]]:
        """Give the collections with changes older than a moment that were not settled, and when the first came."""
        rows = self._connection.execute(
            "SELECT collection_id, since FROM changes WHERE since < ? ORDER BY since", (_number(before),)
        )
        return [(key, _moment(since)) for key, since in rows]

    def settle(self, collection_id: str) -> None:
        """Forget that there are changes: they have been dealt with."""
        with self._connection:
            self._connection.execute("UPDATE changes SET since = NULL WHERE collection_id = ?", (collection_id,))

    def _count(self, collection_id: str, moment: datetime) -> int:
        return int(self._connection.execute(_ONE_MORE, (collection_id, _number(moment))).fetchone()[0])


def _document(key: str, owner: int, created: int, updated: int, updated_by: int, body: str, revision: int) -> Document:
    return Document(key, owner, _moment(created), _moment(updated), updated_by, from_json(body), revision)


def _row(collection_id: str, document: Document) -> tuple[str | int, ...]:
    return (
        collection_id,
        document.id,
        document.owner,
        _number(document.created),
        _number(document.updated),
        document.updated_by,
        document.revision,
        to_json(document.content).decode(),
    )


def _number(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND


def _moment(number: int) -> datetime:
    return EPOCH + number * _MICROSECOND
