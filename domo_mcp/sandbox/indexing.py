"""Datasets on their way to the query engine: how far an index request is, by the sandbox's clock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domo_mcp.sandbox.records import Dataset, Record

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store


class Indexing(Record):
    """A request to index versions of a dataset."""

    id: int
    dataset_id: str
    data_ids: tuple[int, ...]
    begun: int
    ends: int


def begin(store: Store, dataset: Dataset, data_ids: tuple[int, ...], takes_s: float) -> Indexing:
    """Index versions of a dataset in `takes_s` seconds; none given means all that are not indexed, else the latest."""
    there = [version for version in dataset.versions if not version.deleted]
    waiting = tuple(version.id for version in there if not version.indexed)
    latest = tuple(version.id for version in there[-1:])
    now = _milliseconds(store.clock())
    indexing = Indexing(
        id=len(store.all(Indexing)) + 1,
        dataset_id=dataset.id,
        data_ids=data_ids or waiting or latest,
        begun=now,
        ends=now + round(takes_s * 1000),
    )
    store.put(indexing)
    return indexing


def statuses(store: Store, indexing: Indexing) -> list[dict[str, object]]:
    """Give how far each version is (shape and names: assumed)."""
    now = _milliseconds(store.clock())
    done = now >= indexing.ends
    share = 100 if done else round(100 * (now - indexing.begun) / (indexing.ends - indexing.begun))
    return [
        {
            "indexId": indexing.id,
            "dataId": data_id,
            "status": "SUCCESS" if done else "RUNNING",
            "percentComplete": share,
            "dateStarted": indexing.begun,
            "dateCompleted": indexing.ends if done else None,
        }
        for data_id in indexing.data_ids or (None,)
    ]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
