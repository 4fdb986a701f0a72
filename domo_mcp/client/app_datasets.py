"""Datasets as an app has them: the aliases of its manifest."""

from __future__ import annotations

from collections.abc import Sequence

from domo_mcp.client.datasets import Datasets, Part
from domo_mcp.client.metadata import Column, Dataset, DatasetPage, Dictionary
from domo_mcp.client.places import datasets as places
from domo_mcp.client.rows import ANSWER, rows_of
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework
from domo_mcp.errors import Refused


class AppDatasets(Datasets):
    """The aliases that are configured, since the surface has no list of them.

    An alias that is not listed is as good as one that is; only Domo knows whether there is such a dataset.
    """

    def __init__(self, session: Session, surface: AppFramework, aliases: Sequence[str]) -> None:
        super().__init__(session, surface)
        self._aliases = tuple(dict.fromkeys(aliases))

    async def search(self, query: str, owner_id: str | None = None, limit: int = 50, offset: int = 0) -> DatasetPage:
        """Return the aliases that hold `query`; sends nothing."""
        if owner_id:
            raise Refused(f"Who owns a dataset is not told on {self._surface.title}.", "Search without an owner.")
        found = [alias for alias in self._aliases if query.casefold() in alias.casefold()]
        return DatasetPage(items=tuple(map(_dataset, found[offset : offset + limit])), total=len(found))

    async def get(self, dataset_id: str, parts: Sequence[Part] = (), *, details: bool = False) -> Dataset:  # noqa: ARG002 - an alias has no parts
        """Return the alias as a dataset of which nothing else is known; sends nothing."""
        return _dataset(dataset_id)

    async def schema(self, dataset_id: str, include_hidden: bool = False) -> tuple[Column, ...]:  # noqa: ARG002 - it shows none
        """Return the columns of the alias, as the Data API names and types them over one row.

        Source: App-Framework document, Data API, Detailed JSON.
        """
        where = self._surface.at(places.DATA_API, dataset_id)
        rows = rows_of(await self._session.read("GET", where, ANSWER, params={"limit": 1}))
        return tuple(Column(name=column.name, type=column.type or "STRING") for column in rows.columns)

    async def dictionary(self, dataset_id: str) -> Dictionary | None:  # noqa: ARG002 - there is none for any
        """Return None: an app has no data dictionaries."""
        return None


def _dataset(alias: str) -> Dataset:
    return Dataset(id=alias, name=alias)
