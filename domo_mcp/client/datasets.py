"""Datasets: find them, and what Domo knows about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from domo_mcp.client.metadata import (
    AccessList,
    Card,
    Column,
    Dataset,
    DatasetPage,
    Dictionary,
    IndexedSchema,
    LatestSchema,
    Partition,
    Stream,
    Version,
)
from domo_mcp.client.places import datasets as places
from domo_mcp.client.places.streams import STREAM
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Surface
from domo_mcp.errors import NotFound

Part = Literal[
    "core", "permission", "status", "pdp", "rowcolcount", "certification", "sharecount", "alertcount",
    "dataprovider", "features", "impactcounts", "functions", "cryo",
]  # fmt: skip


class Datasets:
    """Datasets of one instance. Every method raises `DomoError`; an unknown id is `NotFound`.

    What the surface has no endpoint for is `Refused`.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def search(self, query: str, owner_id: str | None = None, limit: int = 50, offset: int = 0) -> DatasetPage:
        """Return datasets whose name holds `query` (all for ""), newest first.

        Not filtered by row security: it may name what the user cannot read. Source: Domo's own MCP server.
        """
        body = _search_body(query, owner_id, limit, offset)
        return await self._session.read("POST", self._surface.at(places.SEARCH), DatasetPage, json=body)

    async def get(
        self, dataset_id: str, parts: Sequence[Part] = ("core", "permission", "rowcolcount"), *, details: bool = False
    ) -> Dataset:
        """Return one dataset's metadata; `details` asks for all of it, formulas too.

        Source: datasets document, Get Metadata.
        """
        params = {"part": ",".join(parts), "includeAllDetails": True if details else None}
        return await self._session.read("GET", self._surface.at(places.METADATA, dataset_id), Dataset, params=params)

    async def schema(self, dataset_id: str, include_hidden: bool = False) -> tuple[Column, ...]:
        """Return the columns that a query can name; the declared ones where the dataset is not indexed yet."""
        try:
            indexed = await self._session.read(
                "GET",
                self._surface.at(places.INDEXED_SCHEMA, dataset_id),
                IndexedSchema,
                params={"includeHidden": include_hidden},
            )
        except NotFound:
            return await self._declared(dataset_id, include_hidden)
        return indexed.columns or await self._declared(dataset_id, include_hidden)

    async def _declared(self, dataset_id: str, include_hidden: bool) -> tuple[Column, ...]:
        where = self._surface.at(places.DECLARED_SCHEMA, dataset_id)
        latest = await self._session.read("GET", where, LatestSchema)
        return tuple(column for column in latest.columns if include_hidden or column.visible is not False)

    async def permissions(self, dataset_id: str) -> AccessList:
        """Return who may use the dataset."""
        return await self._session.read("GET", self._surface.at(places.PERMISSIONS, dataset_id), AccessList)

    async def cards(self, dataset_id: str) -> list[Card]:
        """Return the cards that show the dataset, drill paths too."""
        where = self._surface.at(places.CARDS, dataset_id)
        return await self._session.read("GET", where, list[Card], params={"drill": True})

    async def partitions(self, dataset_id: str) -> list[Partition]:
        """Return the partitions, those marked for deletion too (datasets document, GET Partition List)."""
        return await self._session.read("GET", self._surface.at(places.PARTITIONS, dataset_id), list[Partition])

    async def versions(self, dataset_id: str) -> list[Version]:
        """Return the versions of the data (datasets document, GET Data Versions)."""
        where = self._surface.at(places.VERSIONS, dataset_id)
        return await self._session.read("GET", where, list[Version])

    async def stream(self, stream_id: str) -> Stream:
        """Return how a dataset is filled; the id is the dataset's `stream_id`."""
        return await self._session.read("GET", self._surface.at(STREAM, stream_id), Stream)

    async def dictionary(self, dataset_id: str) -> Dictionary | None:
        """Return the dataset's data dictionary, None where nobody wrote one."""
        where = self._surface.at(places.DICTIONARY, dataset_id)
        try:
            return await self._session.read("GET", where, Dictionary)
        except NotFound:
            return None


def _search_body(query: str, owner_id: str | None, limit: int, offset: int) -> dict[str, object]:
    filters: list[dict[str, str]] = []
    if query:
        filters.append({"field": "name_sort", "filterType": "wildcard", "query": f"*{query}*"})
    if owner_id:
        filters.append({"field": "owned_by_id", "filterType": "term", "value": owner_id})
    return {
        "entities": ["DATASET"],
        "filters": filters,
        "combineResults": True,
        "query": "*",
        "count": limit,
        "offset": offset,
        "sort": {"isRelevance": False, "fieldSorts": [{"field": "create_date", "sortOrder": "DESC"}]},
    }
