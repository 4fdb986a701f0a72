"""What Domo knows about the dataset that a collection is synced to. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from domo_mcp.sandbox.appdb.definitions import Collection
from domo_mcp.sandbox.records import ColumnNote, Dataset, DataVersion, Grant
from domo_mcp.sandbox.warehouse import Column

PROVIDER = "appdb"  # assumed
_BYTES_PER_CELL = 9
_KEPT_VERSIONS = 20


def described(before: Dataset | None, collection: Collection, columns: Sequence[Column], rows: int) -> Dataset:
    """Give the record of a collection's dataset after the sync of `last_sync`, as it was `before` in all else."""
    now = before or _new(collection)
    written = {note.name: note for note in now.columns}
    hidden = {column.name for column in collection.columns if not column.visible}
    notes = [written.get(column.name, ColumnNote(name=column.name, description="")) for column in columns]
    load = DataVersion(
        id=now.versions[-1].id + 1 if now.versions else 1,
        recorded=collection.last_sync,
        completed=collection.last_sync,
        rows=rows,
        size_bytes=rows * len(columns) * _BYTES_PER_CELL,
    )
    return now.model_copy(
        update={
            "updated": collection.last_sync,
            "columns": tuple(note.model_copy(update={"visible": note.name not in hidden}) for note in notes),
            "versions": (*now.versions, load)[-_KEPT_VERSIONS:],
        }
    )


def _new(collection: Collection) -> Dataset:
    """Give the record of a dataset that nobody has written about; it is its collection's owner's (assumed)."""
    return Dataset(
        id=collection.dataset_id or "",
        name=collection.name,
        description="",
        unit=None,
        owner_id=collection.owner_id,
        provider=PROVIDER,
        created=collection.last_sync,
        updated=collection.last_sync,
        columns=(),
        grants=(Grant(user_id=collection.owner_id, level="OWNER"),),
    )
