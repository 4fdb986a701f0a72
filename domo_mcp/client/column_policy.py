"""What may be seen of the columns of datasets and of the properties of documents, under the rules of an instance."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from domo_mcp.client.appdb import AppDb
from domo_mcp.client.datasets import Datasets
from domo_mcp.client.documents import Collection
from domo_mcp.client.metadata import Column
from domo_mcp.client.places import appdb
from domo_mcp.client.places import datasets as places
from domo_mcp.client.surface import Surface
from domo_mcp.errors import DomoError, NotFound, Refused
from domo_mcp.sql import ColumnRules

T = TypeVar("T")

_MASKED_TYPE = "STRING"  # of asterisks


@dataclass(frozen=True)
class Sight:
    """The columns of one dataset that may be seen, those that may not, and the rules as they are for this dataset.

    `complete` tells whether these are all columns that a statement could name.
    """

    columns: tuple[Column, ...]
    hidden: tuple[str, ...]
    rules: ColumnRules
    complete: bool

    @property
    def names(self) -> list[str]:
        """The names of the columns that may be seen."""
        return [column.name for column in self.columns]

    @property
    def kept_back(self) -> tuple[str, ...]:
        """The columns whose values may not be seen."""
        return (*self.hidden, *(column.name for column in self.columns if column.masked))

    @property
    def narrows(self) -> bool:
        """Whether a statement has to be kept to these columns."""
        return bool(self.kept_back) or not self.complete


class ColumnPolicy:
    """Reads what rules need to know: what a dataset is called, which collection syncs to it, its data dictionary.

    `datasets` and `appdb` are those without rules. Where something cannot be read that a rule depends on, it is
    `Refused`, since the rule could not be kept.
    """

    def __init__(self, rules: ColumnRules, surface: Surface, datasets: Datasets, appdb: AppDb) -> None:
        self.rules = rules
        self._surface = surface
        self._datasets = datasets
        self._appdb = appdb

    async def sight(self, dataset_id: str) -> Sight:
        """The columns of a dataset under the rules. Raises `DomoError`, and `Refused`."""
        complete = self._surface.offers(places.INDEXED_SCHEMA)
        columns = await self._datasets.schema(dataset_id, include_hidden=complete)
        rules = await self.of_dataset(dataset_id, columns)
        return Sight(
            columns=tuple(_seen(column, rules) for column in columns if _shows(column, rules)),
            hidden=tuple(column.name for column in columns if rules.hides(column.name)),
            rules=rules,
            complete=complete,
        )

    async def of_dataset(self, dataset_id: str, columns: tuple[Column, ...]) -> ColumnRules:
        """The rules as they are for a dataset of these columns."""
        names = {dataset_id}
        rules = self.rules.of(names)
        if rules.depends_on_names(column.name for column in columns):
            names.add((await _needed(self._datasets.get(dataset_id), "what the dataset is called")).name)
            rules = self.rules.of(names)
        if rules.depends_on_names(column.name for column in columns):
            names |= await self._collections_of(dataset_id)
        return self.rules.of(names, await self._disabled(dataset_id))

    async def of_collection(self, c: Collection) -> ColumnRules:
        """The rules as they are for the documents of a collection; those for the dataset it syncs to hold too."""
        names = {c.id, c.name}
        if not self.rules or not c.datasource_id:
            return self.rules.of(names)
        names.add(c.datasource_id)
        if self.rules.by_dataset and not self._surface.one_app:
            names.add((await _needed(self._datasets.get(c.datasource_id), "what its dataset is called")).name)
        return self.rules.of(names, await self._disabled(c.datasource_id))

    async def of_thing(self, kind: str, key: str, name: str) -> ColumnRules:
        """The rules for what a change touches; of a collection that is yet to be made, or gone, by its name."""
        if not self.rules or kind != "collection":
            return self.rules.of({key, name})
        try:
            return await self.of_collection(await self._appdb.collection(key)) if key else self.rules.of({name})
        except NotFound:
            return self.rules.of({key, name})

    async def _disabled(self, dataset_id: str) -> list[str]:
        if not self.rules.by_flag:
            return []
        if not self._surface.offers(places.DICTIONARY):
            raise Refused(
                f"Which columns are not for agents is not told on {self._surface.title}, so nothing is read.",
                "The operator writes names in place of agent-disabled in policy.columns.",
            )
        found = await _needed(self._datasets.dictionary(dataset_id), "its data dictionary")
        return [column.name for column in (found.columns if found else ()) if column.agent_enabled is False]

    async def _collections_of(self, dataset_id: str) -> set[str]:
        """What the collections are called that sync to the dataset; of an app's alias that is not known."""
        if self._surface.one_app or not self._surface.offers(appdb.COLLECTIONS):
            return set()
        found = await _needed(self._appdb.collections(), "which collection it is synced from")
        return {name for each in found if each.datasource_id == dataset_id for name in (each.id, each.name)}


def _shows(column: Column, rules: ColumnRules) -> bool:
    return column.visible is not False and not rules.hides(column.name)


def _seen(column: Column, rules: ColumnRules) -> Column:
    if not rules.masks(column.name):
        return column
    return column.model_copy(update={"masked": True, "type": _MASKED_TYPE})


async def _needed(reading: Awaitable[T], what: str) -> T:
    try:
        return await reading
    except DomoError as error:
        raise Refused(
            f"Policy hides columns, and {what} cannot be read, which it depends on: {error.message}",
            "The operator can write the rule by column name alone (policy.columns).",
        ) from None
