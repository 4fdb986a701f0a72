"""The AppDB collections of one instance by id and name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.permits import Everything, Permits
from domo_mcp.errors import NotFound, UnknownName
from domo_mcp.untrusted import all_foreign, foreign, one_line

if TYPE_CHECKING:
    from domo_mcp.catalog.datasets import CatalogSettings
    from domo_mcp.client.documents import Collection
    from domo_mcp.client.domo import Domo

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MOST_LISTED = 10
_EVERYTHING = Everything()


class Collections:
    """Collections as the one user sees them that the instance's token stands for; only those that are permitted."""

    def __init__(self, domo: Domo, settings: CatalogSettings, permits: Permits = _EVERYTHING) -> None:
        self._domo = domo
        self._max_age_s = settings.max_age_s
        self._permits = permits
        self.forget()

    def forget(self) -> None:
        """Take nothing as known any more, after one was made, changed or deleted."""
        self._known: Cache[str, tuple[Collection, ...]] = Cache(self._max_age_s)

    async def listed(self) -> tuple[Collection, ...]:
        """All collections that may be seen, asked of Domo anew."""
        self.forget()
        return await self._permitted(await self._all())

    async def get(self, name_or_id: str) -> Collection:
        """The collection of that id, or of that name: exact, or the only one when case does not count.

        Raises UnknownName with the candidates where it is none or several, Refused where it is not permitted.
        """
        wanted = name_or_id.strip().strip("`").strip()
        found = await self._in_list(wanted)
        if found is None:
            self.forget()  # it may be younger than the list
            found = await self._in_list(wanted) or await self._by_id(wanted)
        await self._permits.check("collection", found.id, found.name)
        return found

    async def synced_to(self, dataset_id: str) -> list[Collection]:
        """The collections that sync to a dataset, permitted or not."""
        return [each for each in await self._all() if each.datasource_id == dataset_id]

    async def _all(self) -> tuple[Collection, ...]:
        return await self._known.get("", self._domo.appdb.collections)

    async def _permitted(self, some: Iterable[Collection]) -> tuple[Collection, ...]:
        return tuple([each for each in some if await self._permits.allows("collection", each.id, each.name)])

    async def _in_list(self, wanted: str) -> Collection | None:
        """The one that is meant; only permitted ones are candidates, another is found just to be told as refused."""
        everything = await self._all()
        matches = _matches(wanted, await self._permitted(everything))
        if len(matches) > 1:
            raise _several(wanted, matches)
        return next(iter(matches or _matches(wanted, everything)), None)

    async def _by_id(self, wanted: str) -> Collection:
        """A collection that the list leaves out; of an app the list is all there is."""
        if _UUID.fullmatch(wanted) and not self._domo.surface.one_app:
            try:
                return await self._domo.appdb.collection(wanted.lower())
            except NotFound:
                raise _unknown(wanted, ()) from None
        raise _unknown(wanted, await self._permitted(await self._all()))


def named(collection: Collection) -> str:
    """A collection by name and id, safe to stand in a sentence of ours."""
    return all_foreign(f'"{one_line(collection.name, 60)}" ({one_line(collection.id, 40)})')


def _matches(wanted: str, some: Sequence[Collection]) -> list[Collection]:
    """Those of that id, else of that name, else of that name in another case."""
    fold = wanted.casefold()
    by_id = [each for each in some if each.id.casefold() == fold]
    by_name = [each for each in some if each.name == wanted]
    return by_id or by_name or [each for each in some if each.name.casefold() == fold]


def _shortly(collection: Collection) -> str:
    """A collection on one line, as candidates are listed: name, id, owner, documents, last update."""
    owner = f"owner {one_line(collection.owner, 40)}" if collection.owner else "unknown owner"
    updated = f"updated {collection.updated_on:%Y-%m-%d}" if collection.updated_on else "update unknown"
    return all_foreign(f"{named(collection)}: {owner}, documents unknown, {updated}")


def _several(wanted: str, matches: Sequence[Collection]) -> UnknownName:
    listed = "; ".join(_shortly(each) for each in matches[:_MOST_LISTED])
    return UnknownName(
        f'{len(matches)} collections are called "{foreign(wanted, 80)}": {listed}.', "Use the id of the one you mean."
    )


def _unknown(wanted: str, candidates: Sequence[Collection]) -> UnknownName:
    names = {each.name.casefold(): each for each in candidates}
    close = [names[fold] for fold in difflib.get_close_matches(wanted.casefold(), names, n=5, cutoff=0.4)]
    listed = "; ".join(_shortly(each) for each in close or candidates[:5])
    nearest = f" Nearest: {listed}." if listed else ""
    return UnknownName(
        f'There is no collection "{foreign(wanted, 80)}" that the user may see.{nearest}',
        "Find it with list_appdb_collections.",
    )
