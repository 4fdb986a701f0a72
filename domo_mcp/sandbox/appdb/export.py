"""Collections as datasets: App Framework APIs, AppDB API, Manually Exporting Collections.

A collection with `syncEnabled` is copied every quarter of an hour of the sandbox's clock when it has changed, and when
somebody exports it. Nothing runs in between: `settle` does what has fallen due since the last time, as of then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from domo_mcp.sandbox.appdb.cells import cells, dataset_columns
from domo_mcp.sandbox.appdb.dataset import described
from domo_mcp.sandbox.appdb.definitions import EPOCH, Collection, RunningExport, milliseconds
from domo_mcp.sandbox.records import Dataset, User
from domo_mcp.sandbox.warehouse import Column

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store

EVERY = timedelta(minutes=15)


def begin(store: Store, datastore_id: str, collections: Sequence[Collection], takes_s: float) -> bool:
    """Export collections of a datastore in `takes_s` seconds, at once for 0; False when an export is running there."""
    if store.get(RunningExport, datastore_id) is not None:
        return False
    if takes_s <= 0:
        synchronise(store, *collections)
        return True
    ids = tuple(collection.id for collection in collections)
    ends = milliseconds(store.clock() + timedelta(seconds=takes_s))
    store.put(RunningExport(id=datastore_id, collection_ids=ids, ends=ends))
    return True


def settle(store: Store) -> None:
    """Finish the exports that have ended, and make those that the clock has called for since (lazily: assumed)."""
    now = store.clock()
    running = {export.id for export in store.all(RunningExport) if not _finished(store, export, now)}
    for key, since in store.documents.changed(_tick(now)):
        collection = store.get(Collection, key)
        if collection is None or not collection.sync_enabled:
            store.documents.settle(key)
        elif collection.datastore_id not in running:
            synchronise(store, collection, moment=_tick(since) + EVERY)


def synchronise(store: Store, *collections: Collection, moment: datetime | None = None) -> None:
    """Copy collections to their datasets as of a moment, now for None; those that cannot have one stay as they are."""
    for collection in collections:
        columns = dataset_columns(collection.columns) if collection.sync_enabled else None
        if columns is not None and _may_write(store, collection):
            _copy(store, collection, columns, moment or store.clock())
        store.documents.settle(collection.id)


def _copy(store: Store, collection: Collection, columns: list[Column], moment: datetime) -> None:
    contents = [(document.id, document.content) for document in store.documents.of(collection.id).values()]
    key = collection.dataset_id or str(uuid4())
    store.warehouse.load(key, columns, [cells(column, contents) for column in columns])
    copied = collection.model_copy(
        update={
            "dataset_id": key,
            "last_sync": milliseconds(moment),
            "synced_revision": store.documents.revision(collection.id),
            "full_replace_required": False,
        }
    )
    store.put(described(store.get(Dataset, key), copied, columns, len(contents)), copied)


def _may_write(store: Store, collection: Collection) -> bool:
    """Whether the owner may change the dataset: without that a collection does not sync (Schema Object, Warning)."""
    dataset = store.get(Dataset, collection.dataset_id) if collection.dataset_id else None
    owner = store.get(User, collection.owner_id)
    if dataset is None or owner is None or owner.role == "Admin":
        return owner is not None
    return any(
        grant.user_id == owner.id and grant.level in ("OWNER", "CO_OWNER", "CAN_EDIT") for grant in dataset.grants
    )


def _tick(moment: datetime) -> datetime:
    """Give the last moment up to this one at which everything was exported."""
    return moment - (moment - EPOCH) % EVERY


def _finished(store: Store, export: RunningExport, now: datetime) -> bool:
    ends = EPOCH + timedelta(milliseconds=export.ends)
    if ends > now:
        return False
    store.remove(RunningExport, export.id)
    synchronise(store, *filter(None, (store.get(Collection, key) for key in export.collection_ids)), moment=ends)
    return True
