"""Which datasets a question may be about: many are looked at by name, few are asked for their columns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import anyio

from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.knowledge import Described, Knowledge
from domo_mcp.catalog.ranking import Candidate, Ranked, rank

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Dataset

_LOOKED_INTO = 24
_DESCRIBED = 8


@dataclass(frozen=True)
class Fit:
    """A dataset, what is known of it, and how it fits a question."""

    ranked: Ranked
    described: Described


class Chooser:
    """Ranks datasets by what is known of them; what is not known yet is asked for where it may matter."""

    def __init__(self, knowledge: Knowledge, max_age_s: float) -> None:
        self._knowledge = knowledge
        self._readable: Cache[bool] = Cache(max_age_s)
        self._fits: Cache[list[Fit]] = Cache(max_age_s, most=100)

    def forget(self) -> None:
        """Find out anew what the user may read, and what fits."""
        self._readable.forget()
        self._fits.forget()

    async def fits(self, question: str, pool: Sequence[Dataset]) -> list[Fit]:
        """The datasets of `pool` whose columns the user may read, the best first.

        A question that comes again finds the same for nothing, unless one of them was updated since.
        """
        since = max((self._knowledge.since(dataset.id) for dataset in pool), default=0)
        found = await self._fits.get(question, partial(self._find, question, pool), since=since)
        there = {dataset.id for dataset in pool}
        return [fit for fit in found if fit.ranked.id in there]

    async def _find(self, question: str, pool: Sequence[Dataset]) -> list[Fit]:
        """The same, learning more each time.

        Columns are asked for where names and descriptions fit best, the rest where those columns do.
        """
        known = {dataset.id: await self._knowledge.remembered(dataset) for dataset in pool}
        values = {each: await self._values(described) for each, described in known.items() if described}

        def ranked() -> list[Fit]:
            """All of them: how rare a word is shows only in the whole pool."""
            told = {dataset.id: known[dataset.id] or Described(dataset, ()) for dataset in pool}
            found = rank(question, [candidate(entry, values.get(each, ())) for each, entry in told.items()])
            return [Fit(each, told[each.id]) for each in found]

        fits = ranked()
        if unknown := [fit.described.dataset for fit in fits if known[fit.ranked.id] is None]:
            await _at_once(self._look_into, unknown[:_LOOKED_INTO], known)
            fits = ranked()
        best = [fit for fit in fits if known[fit.ranked.id]][:_DESCRIBED]
        await _at_once(self._describe, [fit.described.dataset for fit in best], known)
        if any(known[fit.ranked.id] != fit.described for fit in best):
            fits = ranked()
        return [fit for fit in fits if known[fit.ranked.id]]

    async def readable(self, dataset_id: str) -> bool:
        """Whether the user may read it: search also shows names of what the user may not."""
        return await self._readable.get(dataset_id, partial(self._knowledge.readable, dataset_id))

    async def _values(self, described: Described) -> tuple[str, ...]:
        """The texts that were found in its columns; none where nobody has asked about it yet."""
        profiles = await self._knowledge.profile(described, look=False) or {}
        return tuple(value for profile in profiles.values() for value in profile.values)

    async def _look_into(self, dataset: Dataset) -> Described | None:
        readable = await self.readable(dataset.id)
        return Described(dataset, await self._knowledge.columns(dataset.id)) if readable else None

    async def _describe(self, dataset: Dataset) -> Described | None:
        return await self._knowledge.describe(dataset.id)


def candidate(described: Described, values: tuple[str, ...] = ()) -> Candidate:
    """A dataset as ranking looks at it: columns with their meanings, beast modes, values that are known to be there."""
    meanings = [(name, described.meaning(name)) for name in described.names]
    columns = [(name, " ".join([description, *synonyms])) for name, (description, synonyms) in meanings]
    dataset = described.dataset
    return Candidate(
        id=dataset.id,
        name=dataset.name,
        description=dataset.description or "",
        columns=(*columns, *((formula.name, "") for formula in described.formulas)),
        cards=dataset.card_count or 0,
        rows=dataset.row_count or 0,
        values=values,
    )


async def _at_once(
    read: Callable[[Dataset], Awaitable[Described | None]],
    datasets: Sequence[Dataset],
    known: dict[str, Described | None],
) -> None:
    async def one(dataset: Dataset) -> None:
        known[dataset.id] = await read(dataset)

    async with anyio.create_task_group() as tasks:
        for dataset in datasets:
            tasks.start_soon(one, dataset)
