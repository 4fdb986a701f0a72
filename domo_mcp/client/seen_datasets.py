"""Datasets as they are under column rules: what a hidden column is called stands in nothing that is told of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from domo_mcp.client.column_policy import ColumnPolicy, Sight
from domo_mcp.client.datasets import Datasets, Part
from domo_mcp.client.metadata import (
    AccessList,
    Card,
    Column,
    Dataset,
    DatasetPage,
    Dictionary,
    DictionaryColumn,
    Formula,
    Partition,
    Stream,
    Version,
)
from domo_mcp.errors import Refused
from domo_mcp.sql import ColumnRules


class SeenDatasets(Datasets):
    """The datasets of `inner`; columns, formulas, meanings and what people wrote are those that rules leave."""

    def __init__(self, inner: Datasets, policy: ColumnPolicy) -> None:
        self._inner = inner
        self._policy = policy

    async def search(self, query: str, owner_id: str | None = None, limit: int = 50, offset: int = 0) -> DatasetPage:
        """Return datasets; how many columns each has is not told here."""
        page = await self._inner.search(query, owner_id, limit, offset)
        return page.model_copy(update={"items": tuple(map(self._shortly, page.items))})

    async def get(
        self, dataset_id: str, parts: Sequence[Part] = ("core", "permission", "rowcolcount"), *, details: bool = False
    ) -> Dataset:
        """Return one dataset's metadata; a formula that reads a hidden or masked column is left out."""
        found = await self._inner.get(dataset_id, parts, details=details)
        return _seen(found, await self._policy.sight(dataset_id))

    async def schema(self, dataset_id: str, include_hidden: bool = False) -> tuple[Column, ...]:  # noqa: ARG002 - never
        """Return the columns that a query can name; masked ones are text."""
        return (await self._policy.sight(dataset_id)).columns

    async def permissions(self, dataset_id: str) -> AccessList:
        """Return who may use the dataset."""
        return await self._inner.permissions(dataset_id)

    async def cards(self, dataset_id: str) -> list[Card]:
        """Return the cards that show the dataset."""
        rules = (await self._policy.sight(dataset_id)).rules
        cards = await self._inner.cards(dataset_id)
        return [card.model_copy(update={"title": rules.redacted(card.title)}) for card in cards]

    async def partitions(self, dataset_id: str) -> list[Partition]:
        """Return the partitions. Raises `Refused` where their ids may be values that are not to be seen."""
        if (await self._policy.sight(dataset_id)).kept_back:
            raise Refused(
                "A partition may be named after the values of a column, and policy hides columns of this dataset.",
                "Leave partitions out.",
            )
        return await self._inner.partitions(dataset_id)

    async def versions(self, dataset_id: str) -> list[Version]:
        """Return the versions of the data."""
        return await self._inner.versions(dataset_id)

    async def stream(self, stream_id: str) -> Stream:
        """Return how a dataset is filled."""
        return await self._inner.stream(stream_id)

    async def dictionary(self, dataset_id: str) -> Dictionary | None:
        """Return the data dictionary without hidden columns, and without their names in what it says of others."""
        found = await self._inner.dictionary(dataset_id)
        if found is None:
            return None
        sight = await self._policy.sight(dataset_id)
        rules = sight.rules
        columns = tuple(_meaning(entry, rules) for entry in found.columns if _may_be_told(entry, sight))
        texts = {name: _redacted(getattr(found, name), rules) for name in ("description", "unit_of_analysis")}
        return found.model_copy(update={"columns": columns, **texts})

    def _shortly(self, dataset: Dataset) -> Dataset:
        rules = self._policy.rules.of({dataset.id, dataset.name})
        description = _redacted(dataset.description, rules)
        return dataset.model_copy(update={"description": description, "column_count": None, "formulas_by_id": {}})


def _seen(dataset: Dataset, sight: Sight) -> Dataset:
    told = {
        "description": _redacted(dataset.description, sight.rules),
        "column_count": len(sight.columns) if sight.kept_back else dataset.column_count,
        "formulas_by_id": readable(dataset.formulas_by_id, sight) if sight.kept_back else dataset.formulas_by_id,
    }
    return dataset.model_copy(update=told)


def readable(formulas: Mapping[str, Formula], sight: Sight) -> Mapping[str, Formula]:
    """The beast modes that read nothing that is kept back, themselves or through another; pure."""
    left = {key: formula for key, formula in formulas.items() if not _reads(formula, sight.kept_back)}
    while gone := [formula for key, formula in formulas.items() if key not in left]:
        names = [name for formula in gone for name in (formula.name, formula.id, formula.template_id) if name]
        further = {key for key, formula in left.items() if _reads(formula, names)}
        if not further:
            break
        left = {key: formula for key, formula in left.items() if key not in further}
    return left


def _reads(formula: Formula, names: Iterable[str]) -> bool:
    """Whether a formula, its name or what Domo says of the columns it reads holds one of the names, however spelled."""
    said = [formula.name, formula.formula, *(position.column_name or "" for position in formula.column_positions)]
    text = _plain("\n".join(said))
    return any(re.search(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", text) for name in names if name.strip())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("``", "`").replace('""', '"').casefold().split())


def _may_be_told(entry: DictionaryColumn, sight: Sight) -> bool:
    """Columns that are hidden go, and so does what is said of a beast mode whose formula cannot be judged here."""
    return not sight.rules.hides(entry.name) and not (entry.beastmode_id and sight.kept_back)


def _meaning(entry: DictionaryColumn, rules: ColumnRules) -> DictionaryColumn:
    synonyms = tuple(word for word in entry.synonyms if rules.redacted(word) == word)
    return entry.model_copy(update={"description": _redacted(entry.description, rules), "synonyms": synonyms})


def _redacted(text: str | None, rules: ColumnRules) -> str | None:
    return rules.redacted(text) if text else text
