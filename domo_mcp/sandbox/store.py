"""One sandbox's state: rows in the warehouse, everything else as records in a small SQLite file beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from domo_mcp.sandbox import company
from domo_mcp.sandbox.appdb import export
from domo_mcp.sandbox.appdb.definitions import Collection
from domo_mcp.sandbox.appdb.documents import Documents
from domo_mcp.sandbox.company.files import shelve
from domo_mcp.sandbox.files.contents import Contents
from domo_mcp.sandbox.filesets.definitions import StoredFile
from domo_mcp.sandbox.filesets.index import Index
from domo_mcp.sandbox.filesets.library import Library
from domo_mcp.sandbox.records import Record
from domo_mcp.sandbox.uploads.parts import Parts
from domo_mcp.sandbox.warehouse import Warehouse

RecordT = TypeVar("RecordT", bound=Record)

_SCHEMA = "CREATE TABLE IF NOT EXISTS records (kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id))"


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The state of one sandbox. `warehouse` has the datasets' rows, `documents` AppDB's, `clock` tells the time.

    `contents` has the bytes of files, `filesets` those of FileSets, `index` searches them.

    `fiscal_month` is the month whose first day begins the fiscal year; it may be set (October: assumed).
    """

    def __init__(self, warehouse: Warehouse, records: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        """Hold what `open` has opened."""
        self.warehouse = warehouse
        self.clock = clock
        self.fiscal_month = 10
        self._records = records
        records.execute("PRAGMA journal_mode = WAL")
        records.execute(_SCHEMA)
        self.documents = Documents(records)
        self.contents = Contents(records)
        self.filesets = Library(records)
        self.index = Index(self.filesets)
        self.parts = Parts(records)

    @classmethod
    def open(cls, data: Path | None = None, *, clock: Callable[[], datetime] = _now) -> Store:
        """Open the state in a folder, or in memory for None; the first opening makes the company as of the clock's day.

        Raises `warehouse.WarehouseBusy` when another process has the folder open.
        """
        if data is not None:
            data.mkdir(parents=True, exist_ok=True)
        warehouse = Warehouse(data, clock=clock)
        try:
            # Handlers run on whichever thread runs the event loop; SQLite itself serialises.
            records = sqlite3.connect(data / "sandbox.sqlite" if data else ":memory:", check_same_thread=False)
            store = cls(warehouse, records, clock)
            store._found()
            store.index.resume(store.all(StoredFile))
        except BaseException:
            warehouse.close()
            raise
        return store

    def _found(self) -> None:
        """Make the company unless it is there; what an interrupted first opening left behind is made again."""
        if self._records.execute("SELECT 1 FROM records LIMIT 1").fetchone():
            return
        for left_over in self.warehouse.datasets():
            self.warehouse.drop(left_over)
        now = self.clock()
        for collection_id, documents in company.documents(now):
            self.documents.drop(collection_id)
            self.documents.put(collection_id, documents, now)
        self.filesets.keep(company.contents(now))
        self.put(*company.build(self.warehouse, now))
        shelve(self, now)
        export.synchronise(self, *self.all(Collection), moment=now)

    def get(self, kind: type[RecordT], key: int | str) -> RecordT | None:
        """Give the record of a kind and id, or None."""
        row = self._records.execute(
            "SELECT body FROM records WHERE kind = ? AND id = ?", (kind.__name__, str(key))
        ).fetchone()
        return kind.model_validate_json(row[0]) if row else None

    def all(self, kind: type[RecordT]) -> list[RecordT]:
        """Give all records of a kind, in the order they were first put."""
        rows = self._records.execute("SELECT body FROM records WHERE kind = ? ORDER BY rowid", (kind.__name__,))
        return [kind.model_validate_json(body) for (body,) in rows]

    def put(self, *records: Record) -> None:
        """Store records, all or none; one of the same kind and id is replaced."""
        with self._records:
            self._records.executemany(
                "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                [(type(record).__name__, str(record.id), record.model_dump_json()) for record in records],
            )

    def remove(self, kind: type[Record], key: int | str) -> None:
        """Forget the record of a kind and id, if there is one."""
        with self._records:
            self._records.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind.__name__, str(key)))

    def close(self) -> None:
        """Write everything down and let go of the folder."""
        self.index.close()
        self._records.close()
        self.warehouse.close()
