"""The datasets of one instance by id and name, their columns and meanings, with an age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio

from domo_mcp.catalog.brief import Known
from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.candidates import several, unknown
from domo_mcp.catalog.choosing import Chooser, Fit
from domo_mcp.catalog.collections import collections
from domo_mcp.catalog.directory import UUID, Directory
from domo_mcp.catalog.filesets import filesets
from domo_mcp.catalog.knowledge import Described, Knowledge
from domo_mcp.catalog.nearness import nearest
from domo_mcp.catalog.notes import Notes, fitting
from domo_mcp.catalog.packages import packages
from domo_mcp.catalog.people import groups, users
from domo_mcp.catalog.permits import Everything, Permits
from domo_mcp.catalog.ranking import keywords
from domo_mcp.catalog.search import MOST_FIRST, Search
from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.catalog.strays import Written
from domo_mcp.catalog.workflows import workflows
from domo_mcp.client.places import datasets as places
from domo_mcp.errors import DomoError, Forbidden, NotFound, Refused, Rejected, UnknownName, UnreadableAnswer

if TYPE_CHECKING:
    from domo_mcp.catalog.kept import Shelf
    from domo_mcp.client.documents import Collection
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Column, Dataset

_SEARCH_WORDS = 4
_MOST_TITLES = 10
_MOST_FAILURES = 3

_EVERYTHING = Everything()
_NO_NOTES = Notes()


class Catalog:
    """Metadata of one instance, as the one user sees it that the instance's token stands for."""

    def __init__(
        self,
        domo: Domo,
        settings: CatalogSettings,
        permits: Permits = _EVERYTHING,
        shelf: Shelf | None = None,
        notes: Notes = _NO_NOTES,
    ) -> None:
        self._domo = domo
        self._permits = permits
        self.settings = settings
        self.notes = notes
        self._written = Written(notes, settings.examples)
        self._datasets: Cache[Dataset] = Cache(settings.max_age_s)
        self._knowledge = Knowledge(domo, settings.max_age_s, shelf)
        self._search = Search(domo, settings.max_age_s, self._knowledge.saw)
        self._chooser = Chooser(self._knowledge, settings.max_age_s)
        self.collections = collections(domo, settings.max_age_s, permits)
        self.filesets = filesets(domo, settings.max_age_s, permits)
        self.workflows = workflows(domo, settings.max_age_s, permits)
        self.packages = packages(domo, settings.max_age_s, permits)
        self.users = users(domo, settings.max_age_s, permits)
        self.groups = groups(domo, settings.max_age_s, permits)

    @property
    def _directories(self) -> Mapping[str, Directory[Any]]:
        """The directories by the kind of what is in them."""
        return {
            "collection": self.collections,
            "fileset": self.filesets,
            "workflow": self.workflows,
            "package": self.packages,
            "user": self.users,
            "group": self.groups,
        }

    def url(self, dataset_id: str) -> str:
        """Where a person opens the dataset."""
        if not self._domo.surface.offers(places.PERMISSIONS):
            return self._domo.url  # neither an app's host nor api.domo.com has pages of datasets
        return f"{self._domo.url}/datasources/{dataset_id}/details/overview"

    async def dataset(self, name_or_id: str) -> Dataset:
        """The dataset of that id, or of that name: exact, or the only one when case does not count.

        Raises UnknownName with the candidates where it is none or several.
        """
        wanted = name_or_id.strip().strip("`").strip()
        if UUID.fullmatch(wanted):
            return await self._by_id(wanted.lower())
        found = await self._search.named_like(wanted)
        for same in (str.__eq__, _same_but_case):
            matches = [dataset for dataset in found if same(dataset.name, wanted)]
            visible = await self.visible(matches)
            if len(visible) > 1:
                raise several(wanted, visible)
            if matches:
                return await self._permitted((visible or matches)[0])
        if not self._domo.surface.offers(places.SEARCH):
            # An app's manifest may know aliases that nobody listed.
            return await self._permitted(await self._domo.datasets.get(wanted))
        raise await self._none_called(wanted, await self.visible(found))

    async def dataset_now(self, name_or_id: str) -> Dataset:
        """The same for who is about to change it: as it is called now, and what is called so now."""
        self._search.forget()
        self._datasets.forget()
        return await self.dataset(name_or_id)

    async def permit(self, kind: str, thing_id: str, name: str) -> None:
        """Raise Refused where policy keeps callers from a thing; a denied collection's synced dataset is denied too."""
        await self._permits.check(kind, thing_id, name)
        if kind == "dataset":
            for collection in await self._synced_to(thing_id):
                await self._permits.check("collection", collection.id, collection.name)

    async def permit_now(self, kind: str, thing_id: str, name: str) -> None:
        """The same for who is about to change it: under the name that it has now, not the one it had a while ago."""
        if thing_id and (directory := self._directories.get(kind)):
            directory.forget()
            name = (await directory.get(thing_id)).name
        if thing_id and kind == "dataset":
            self._datasets.forget()
            name = (await self._by_id(thing_id)).name
        if thing_id and kind == "stream" and any(map(self.restricts, ("stream", "dataset", "collection"))):
            filled = (await self._domo.streams.get(thing_id)).dataset
            await self.permit("dataset", filled.id, filled.name)
            name = filled.name
        await self.permit(kind, thing_id, name)

    async def visible(self, datasets: Sequence[Dataset]) -> list[Dataset]:
        """Those of `datasets` that policy lets callers see."""
        return [dataset for dataset in datasets if await self._sees(dataset)]

    async def _sees(self, dataset: Dataset) -> bool:
        try:
            await self.permit("dataset", dataset.id, dataset.name)
        except Refused:
            return False
        return True

    async def _permitted(self, dataset: Dataset) -> Dataset:
        await self.permit("dataset", dataset.id, dataset.name)
        return dataset

    async def _synced_to(self, dataset_id: str) -> list[Collection]:
        """The collections that sync to a dataset, where some may be denied. An app's aliases do not tell."""
        if not self._permits.restricts("collection") or self._domo.surface.one_app:
            return []
        try:
            return [each for each in await self.collections.all() if each.datasource_id == dataset_id]
        except DomoError as error:
            raise Refused(
                f"Whether this dataset holds a denied collection cannot be told: {error.message}",
                "The user needs to see AppDB collections, or the operator takes collections off the lists.",
            ) from None

    def restricts(self, kind: str) -> bool:
        """Whether policy keeps callers from some things of a kind."""
        return self._permits.restricts(kind)

    async def forget(self, kind: str, thing_id: str = "") -> None:
        """Look things of a kind up anew from here on, after one was made, changed or deleted."""
        own = kind == "dataset"  # and not a stream, whose id is no dataset's
        kind = {"stream": "dataset", "datastore": "collection"}.get(kind, kind)  # what each of them fills, or holds
        if kind == "dataset":
            self._datasets.forget()
            self._search.forget()
            self._chooser.forget()
            await (self._knowledge.forget(thing_id) if own else self._knowledge.forget_all())
        elif directory := self._directories.get(kind):
            directory.forget()

    async def search(self, words: str) -> tuple[Dataset, ...]:
        """The first page of datasets whose name holds `words`; all for the empty text."""
        return tuple(await self.visible(await self._search.hits(words)))

    async def columns(self, dataset_id: str) -> tuple[Column, ...]:
        """The columns that a query can name."""
        return await self._knowledge.columns(dataset_id)

    async def describe(self, dataset_id: str) -> Described:
        """Everything about one dataset that helps to ask it; what the user may not read is left out."""
        return await self._knowledge.describe(dataset_id)

    async def known(self, dataset_id: str, question: str, *, look: bool) -> Known:
        """The same with what the operator wrote about it and what is in its columns, if `look` also of its rows now."""
        described = await self.describe(dataset_id)
        names = (described.dataset.name, dataset_id)
        return Known(
            described,
            await self._knowledge.profile(described, look=look),
            self.notes.about(*names),
            fitting(self.settings.examples, question, names),
        )

    async def fits(self, question: str) -> list[Fit]:
        """The datasets that the question may be about, best first."""
        return await self._chooser.fits(question, await self.pool(question))

    async def general_notes(self) -> str:
        """What the operator wrote that is about no dataset in particular."""
        if not self._written:
            return ""
        try:
            named = [text for dataset in await self._search.first() for text in (dataset.name, dataset.id)]
            if len(named) >= 2 * MOST_FIRST:
                named += await self._titles_beyond(frozenset(map(str.casefold, named)))
            else:
                self._written.compare(named)
        except (DomoError, Refused):
            named = self.notes.titles
        return self.notes.general(named)

    async def _titles_beyond(self, known: frozenset[str]) -> list[str]:
        """The headings that are, or may be, names or ids of datasets beyond the first ones.

        Names are looked up only where policy may deny them; of too many all may be some.
        """
        ids = [title for title in self.notes.titles if UUID.fullmatch(title)]
        if not (self.restricts("dataset") or self.restricts("collection")):
            return ids
        unknown = list(dict.fromkeys(title for title in self.notes.titles if title.casefold() not in {*known, *ids}))
        if len(unknown) > _MOST_TITLES:
            return ids + unknown
        found = [await self._search.named_like(title) for title in unknown]
        return ids + [dataset.name for each in found for dataset in each]

    async def warm_up(self, pause_s: float) -> None:
        """Learn the columns and meanings of the first datasets, one after the other with a pause between."""
        failures = 0
        for dataset in await self.pool(""):
            try:
                if await self._chooser.readable(dataset.id):
                    await self.describe(dataset.id)
                failures = 0
            except (Forbidden, NotFound, Rejected, UnreadableAnswer):
                failures = 0  # of this one; the others are not worse
            except DomoError:
                failures += 1
                if failures == _MOST_FAILURES:
                    raise
            await anyio.sleep(pause_s)

    async def _by_id(self, dataset_id: str) -> Dataset:
        try:
            found = await self._datasets.get(dataset_id, partial(self._domo.datasets.get, dataset_id))
        except NotFound:
            raise unknown(dataset_id, ()) from None
        self._knowledge.saw(found)
        return await self._permitted(found)

    async def pool(self, question: str) -> list[Dataset]:
        """The first datasets of the instance; where it has more, those too whose names have words of the question."""
        pool = {dataset.id: dataset for dataset in await self._search.first()}
        if len(pool) >= MOST_FIRST:
            for words in sorted(keywords(question), key=len, reverse=True)[:_SEARCH_WORDS]:
                pool |= {dataset.id: dataset for dataset in await self.search(words)}
        return await self.visible(list(pool.values()))

    async def _none_called(self, wanted: str, holding: Sequence[Dataset]) -> UnknownName:
        """That there is none, with those whose name holds what is wanted or is like it, else the first of all."""
        everything = {} if holding else {dataset.name: dataset for dataset in await self.search("")}
        near = holding or [everything[name] for name in nearest(wanted, everything, 5)]
        return unknown(wanted, near) if near else unknown(wanted, list(everything.values()), "There are, among others")


def _same_but_case(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
