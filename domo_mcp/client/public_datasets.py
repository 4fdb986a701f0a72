"""Datasets as the public API lists them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AliasPath, Field

from domo_mcp.client.datasets import Datasets, Part
from domo_mcp.client.metadata import Column, Dataset, DatasetPage, Dictionary, Owner
from domo_mcp.client.places import datasets as places
from domo_mcp.client.shapes import Count, Instant, Many, Shape
from domo_mcp.client.wire import Params
from domo_mcp.errors import Refused

_LARGEST_PAGE = 50


class _Listed(Shape):
    """One dataset (portal, DataSet API): `rows` and `columns` are counts, `dataCurrentAt` is when data last came."""

    id: str
    name: str = ""
    description: str | None = None
    owner: Owner | None = None
    rows: Count = None
    columns: Count = None
    created_at: Instant = None
    updated_at: Instant = None
    data_current_at: Instant = None
    schema_columns: Many[Column] = Field(default=(), validation_alias=AliasPath("schema", "columns"))

    def dataset(self) -> Dataset:
        return Dataset(
            id=self.id,
            name=self.name,
            description=self.description,
            owner=self.owner,
            row_count=self.rows,
            column_count=self.columns,
            created=self.created_at,
            last_touched=self.updated_at,
            last_updated=self.data_current_at or self.updated_at,
        )


class PublicDatasets(Datasets):
    """Datasets that the client's maker may see."""

    async def search(self, query: str, owner_id: str | None = None, limit: int = 50, offset: int = 0) -> DatasetPage:
        """Return datasets whose name holds `query`, at most fifty a request; Domo does not count them."""
        if owner_id:
            raise Refused("The public API has no search by owner.", "Search without an owner.")
        found: list[Dataset] = []
        while len(found) < limit:
            size = min(_LARGEST_PAGE, limit - len(found))
            page = await self._page(query, size, offset + len(found))
            found += page
            if len(page) < size:
                break
        return DatasetPage(items=tuple(found))

    async def _page(self, query: str, limit: int, offset: int) -> list[Dataset]:
        params: Params = {"limit": limit, "offset": offset, "sort": "name", "nameLike": query or None}
        listed = await self._session.read("GET", self._surface.at(places.SEARCH), list[_Listed], params=params)
        return [entry.dataset() for entry in listed]

    async def get(self, dataset_id: str, parts: Sequence[Part] = (), *, details: bool = False) -> Dataset:  # noqa: ARG002 - it has one form
        """Return one dataset's metadata, without formulas."""
        return (await self._one(dataset_id)).dataset()

    async def schema(self, dataset_id: str, include_hidden: bool = False) -> tuple[Column, ...]:  # noqa: ARG002 - it shows none
        """Return the columns that a query can name."""
        return (await self._one(dataset_id)).schema_columns

    async def dictionary(self, dataset_id: str) -> Dictionary | None:  # noqa: ARG002 - there is none for any
        """Return None: the public API has no data dictionaries."""
        return None

    async def _one(self, dataset_id: str) -> _Listed:
        return await self._session.read("GET", self._surface.at(places.METADATA, dataset_id), _Listed)
