"""Versions that were committed without an index, and their way into queries."""

from __future__ import annotations

from collections.abc import Collection

from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.uploads.sessions import load, of_dataset


def index(store: Store, dataset: Dataset, version_ids: Collection[int] | None) -> None:
    """Index the versions of these ids that wait for it, or all that wait where none are named.

    Datasets API, Index Dataset.
    """
    for upload in sorted(of_dataset(store, dataset), key=lambda each: each.number):
        if upload.waiting and (not version_ids or upload.number in version_ids):
            load(store, upload)
            current = store.get(Dataset, dataset.id) or dataset
            versions = tuple(
                version.model_copy(update={"indexed": True}) if version.id == upload.number else version
                for version in current.versions
            )
            store.put(current.model_copy(update={"versions": versions}))
