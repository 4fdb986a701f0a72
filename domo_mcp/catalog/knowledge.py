"""What is known of each dataset: details, columns, meanings, what is in its columns. Asked of Domo once while young."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

import anyio
from pydantic import TypeAdapter

from domo_mcp import sql
from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.kept import Shelf
from domo_mcp.catalog.profile import ColumnProfile, profile, profiled
from domo_mcp.errors import (
    DomoError,
    Forbidden,
    NotFound,
    Refused,
    Rejected,
    SqlRefused,
    UnreadableAnswer,
    first_failure,
)

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Column, Dataset, Dictionary, Formula
    from domo_mcp.client.rows import Row

logger = logging.getLogger(__name__)

_PROFILES_AGE_S = 86_400
_PROFILING_S = 10


@dataclass(frozen=True)
class Described:
    """A dataset with all that helps to ask it: columns as a query can name them, their meanings, its beast modes.

    It is `sealed` where its dictionary could not be read, which may keep columns from agents: no row is looked into.
    """

    dataset: Dataset
    columns: tuple[Column, ...]
    dictionary: Dictionary | None = None
    formulas: tuple[Formula, ...] = ()
    sealed: bool = False

    @property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    @property
    def about(self) -> str:
        """What it says of itself, in its dictionary or its description; empty where nobody wrote any."""
        return (self.dictionary.description if self.dictionary else None) or self.dataset.description or ""

    def meaning(self, column: str) -> tuple[str, tuple[str, ...]]:
        """The description and synonyms of a column; empty where nobody wrote any."""
        return self._meanings.get(column, ("", ()))

    @cached_property
    def _meanings(self) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        entries = reversed(self.dictionary.columns) if self.dictionary else ()
        return {entry.name: (entry.description or "", tuple(entry.synonyms)) for entry in entries}


class Knowledge:
    """The datasets of one instance by id, as the one user sees them that the instance's token stands for.

    With a `shelf` it outlives the process. What was learnt of a dataset before its last update is learnt anew.
    """

    def __init__(self, domo: Domo, max_age_s: float, shelf: Shelf | None = None) -> None:
        from domo_mcp.client.metadata import Column, Dataset, Dictionary

        self._domo = domo
        self._max_age_s = max_age_s
        self._updated: dict[str, float] = {}
        self._details = Cache(max_age_s, name="details", shelf=shelf, kind=TypeAdapter(Dataset))
        self._columns = Cache(max_age_s, name="columns", shelf=shelf, kind=TypeAdapter(tuple[Column, ...]))
        meanings = TypeAdapter[Dictionary | Literal["unread"] | None](Dictionary | Literal["unread"] | None)
        self._dictionaries = Cache(max_age_s, name="dictionary", shelf=shelf, kind=meanings)
        self._shelf = shelf
        age = min(max_age_s * 96, _PROFILES_AGE_S)  # rows that did not change are looked into once a day
        self._profiles = Cache(age, name="profile", shelf=shelf, kind=TypeAdapter(dict[str, ColumnProfile]))
        self._looks: Cache[dict[str, ColumnProfile] | None] = Cache(max_age_s)

    def saw(self, dataset: Dataset) -> None:
        """Take note of when a dataset was updated, wherever Domo tells it."""
        if dataset.last_updated:
            self._updated[dataset.id] = dataset.last_updated.timestamp()

    def since(self, dataset_id: str) -> float:
        """When the dataset was updated (Unix seconds); what Domo's clock says of times to come waits until then."""
        updated = self._updated.get(dataset_id, 0)
        return updated if updated <= time.time() else 0

    async def forget(self, dataset_id: str) -> None:
        """Learn a dataset anew from here on."""
        with anyio.CancelScope(shield=True):
            for cache in (self._details, self._columns, self._dictionaries, self._profiles, self._looks):
                await cache.drop(dataset_id)

    async def forget_all(self) -> None:
        """Learn every dataset anew from here on."""
        for cache in (self._details, self._columns, self._dictionaries, self._profiles, self._looks):
            cache.forget()
        if self._shelf:
            with anyio.CancelScope(shield=True):
                await self._shelf.clear()

    async def columns(self, dataset_id: str) -> tuple[Column, ...]:
        """The columns that a query can name."""
        load = partial(self._domo.datasets.schema, dataset_id)
        return await self._columns.get(dataset_id, load, since=self.since(dataset_id))

    async def describe(self, dataset_id: str) -> Described:
        """Everything about one dataset that helps to ask it; what the user may not read is left out."""
        load = partial(self._domo.datasets.get, dataset_id, details=True)
        dataset = await self._details.get(dataset_id, load, since=self.since(dataset_id))
        self.saw(dataset)
        columns, dictionary = await self.columns(dataset_id), await self._dictionary(dataset_id)
        return _described(dataset, columns, dictionary)

    async def remembered(self, dataset: Dataset) -> Described | None:
        """What is known of a dataset without asking Domo; None where its columns are not."""
        since = self.since(dataset.id)
        columns = await self._columns.peek(dataset.id, since=since)
        if columns is None:
            return None
        (details,) = await self._details.peek(dataset.id, since=since) or (dataset,)
        (dictionary,) = await self._dictionaries.peek(dataset.id, since=since) or ("unread",)
        return _described(details, columns[0], dictionary)

    async def readable(self, dataset_id: str) -> bool:
        """Whether the user may read its columns, and it can be told which of them policy hides."""
        try:
            await self.columns(dataset_id)
        except (Forbidden, NotFound, Refused):
            return False
        return True

    async def profile(self, described: Described, *, look: bool) -> dict[str, ColumnProfile] | None:
        """What is in the columns that may be looked into; None where looking fails or takes too long.

        Without `look` only what was found before: Domo is not asked.
        """
        dataset = described.dataset
        # Where Domo does not tell when rows changed, they are looked into as often as everything else.
        since = self.since(dataset.id) if dataset.last_updated else time.time() - self._max_age_s
        kept = await self._profiles.peek(dataset.id, since=since)
        if described.sealed or not (look or kept):
            return {}
        columns = profiled(described.columns, described.dictionary)
        found: dict[str, ColumnProfile] | None
        if look and columns:
            found = await self._looks.get(dataset.id, partial(self._look, dataset, columns, since), since=since)
        else:
            (found,) = kept or ({},)
        return None if found is None else {each.name: found[each.name] for each in columns if each.name in found}

    async def _look(self, dataset: Dataset, columns: Sequence[Column], since: float) -> dict[str, ColumnProfile] | None:
        """The profile, kept for long; None where it fails or takes too long, which is tried again before that."""
        load = partial(profile, partial(self._rows, dataset.id), columns, dataset.row_count)
        with anyio.move_on_after(_PROFILING_S):
            try:
                with first_failure():
                    return await self._profiles.get(dataset.id, load, since=since)
            except (DomoError, Refused, SqlRefused) as error:
                logger.info("The columns of %s are not profiled now: %s", dataset.id, error)
        return None

    async def _rows(self, dataset_id: str, text: str) -> Sequence[Row]:
        return (await self._domo.query.execute(dataset_id, sql.parse(text), limit=None)).rows

    async def _dictionary(self, dataset_id: str) -> Dictionary | Literal["unread"] | None:
        async def load() -> Dictionary | Literal["unread"] | None:
            try:
                return await self._domo.datasets.dictionary(dataset_id)
            except Rejected:
                return None  # not every instance has the service; the columns alone still help
            except Forbidden:
                return "unread"

        try:
            return await self._dictionaries.get(dataset_id, load, since=self.since(dataset_id))
        except UnreadableAnswer:
            return "unread"  # by now: it is asked for again


def _described(
    dataset: Dataset, columns: tuple[Column, ...], dictionary: Dictionary | Literal["unread"] | None
) -> Described:
    known = None if dictionary == "unread" else dictionary
    return Described(dataset, columns, known, dataset.formulas, sealed=dictionary == "unread")
