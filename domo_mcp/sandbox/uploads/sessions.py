"""Uploads: opened, filled part by part, committed once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from domo_mcp.sandbox.records import Dataset, DataVersion, Record
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.uploads.csv_format import Cells, batches

Action = Literal["APPEND", "REPLACE"]


class RowUpload(Record):
    """One upload. `number` is its id within the dataset, and that of the data version that it becomes (assumed).

    `partition` is the tag whose rows it restates. Its state is `action` from its commit on; then `waiting` tells
    whether its rows still wait for an index.
    """

    id: str
    dataset_id: str
    number: int
    opened: int
    partition: str | None = None
    action: Action | None = None
    waiting: bool = False


def opened(store: Store, dataset: Dataset, partition: str | None) -> RowUpload:
    """Begin an upload."""
    known = [each.number for each in of_dataset(store, dataset)] + [version.id for version in dataset.versions]
    number = max(known, default=0) + 1
    upload = RowUpload(
        id=f"{dataset.id}/{number}", dataset_id=dataset.id, number=number, opened=now(store), partition=partition
    )
    store.put(upload)
    return upload


def of_dataset(store: Store, dataset: Dataset) -> list[RowUpload]:
    """Give the uploads of a dataset, committed or not."""
    return [each for each in store.all(RowUpload) if each.dataset_id == dataset.id]


def commit(store: Store, dataset: Dataset, upload: RowUpload, action: Action, *, index: bool) -> DataVersion:
    """Make an upload a data version; its rows are there at once where it is indexed.

    Raises:
        ValueError: its parts are no rows of the dataset; then nothing is changed, and it stays open.
    """
    done = upload.model_copy(update={"action": action, "waiting": not index})
    version = _version(store, done, _count(store, done))
    if index:
        load(store, done)
    else:
        store.put(done)
    current = store.get(Dataset, dataset.id) or dataset
    store.put(current.model_copy(update={"versions": (*current.versions, version), "updated": version.completed}))
    return version


def load(store: Store, upload: RowUpload) -> None:
    """Put the rows of a committed upload where queries see them. Raises ValueError as `commit` does."""
    instead: Literal["nothing", "all", "partition"] = "all" if upload.action == "REPLACE" else "nothing"
    if upload.partition is not None and upload.action == "APPEND":
        instead = "partition"
    dataset_id, tag = upload.dataset_id, upload.partition
    store.warehouse.write(dataset_id, _rows(store, upload), instead=instead, partition=tag)
    store.put(upload.model_copy(update={"waiting": False}))
    store.parts.drop(dataset_id, upload.number)
    dataset = store.get(Dataset, dataset_id)
    if dataset is not None:
        gone = () if instead == "all" else tuple(each for each in dataset.emptied_partitions if each != tag)
        store.put(dataset.model_copy(update={"emptied_partitions": gone}))


def now(store: Store) -> int:
    """Give the time as records have it."""
    return int(store.clock().timestamp() * 1000)


def _rows(store: Store, upload: RowUpload) -> Iterator[Cells]:
    types = [column.type for column in store.warehouse.columns(upload.dataset_id)]
    for part in store.parts.of(upload.dataset_id, upload.number):
        yield from batches(part, types)


def _count(store: Store, upload: RowUpload) -> int:
    return sum(len(cells[0]) for cells in _rows(store, upload))


def _version(store: Store, upload: RowUpload, rows: int) -> DataVersion:
    return DataVersion(
        id=upload.number,
        recorded=upload.opened,
        completed=now(store),
        rows=rows,
        size_bytes=store.parts.size(upload.dataset_id, upload.number),
        partition=upload.partition,
        indexed=not upload.waiting,
    )
