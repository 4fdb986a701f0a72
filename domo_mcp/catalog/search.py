"""Datasets as Domo's search finds them, page after page, for a while from memory; policy is not asked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from domo_mcp.catalog.cache import Cache

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Dataset

MOST_FIRST = 200
"""So many datasets of an instance are looked at when a question names none."""

_PAGE = 50
_MOST_NAMED = 1000
_FIRST, _NAMED = "\n", "\n\n"
"""Begin the keys of what is no page of a search."""


class Search:
    """Searches of one instance; each dataset that comes by is shown to `saw`."""

    def __init__(self, domo: Domo, max_age_s: float, saw: Callable[[Dataset], None]) -> None:
        self._domo = domo
        self._saw = saw
        self._found: Cache[tuple[Dataset, ...]] = Cache(max_age_s)

    def forget(self) -> None:
        """Search anew from here on."""
        self._found.forget()

    async def hits(self, words: str) -> tuple[Dataset, ...]:
        """The first page of datasets whose name holds `words`; of all for the empty text."""

        async def load() -> tuple[Dataset, ...]:
            return tuple(await self._page(words))

        return await self._found.get(words.casefold(), load)

    async def first(self) -> tuple[Dataset, ...]:
        """The first datasets of the instance, MOST_FIRST at most."""

        async def load() -> tuple[Dataset, ...]:
            found = list(await self._page(""))
            while len(found) in range(_PAGE, MOST_FIRST, _PAGE) and (page := await self._page("", len(found))):
                found += page
            return tuple(found)

        return await self._found.get(_FIRST, load)

    async def named_like(self, name: str) -> tuple[Dataset, ...]:
        """The datasets whose name holds `name`, page after page until one is called exactly that."""
        return await self._found.get(_NAMED + name, partial(self._pages_until, name))

    async def _pages_until(self, name: str) -> tuple[Dataset, ...]:
        found = list(await self.hits(name))
        while (
            found
            and len(found) % _PAGE == 0
            and len(found) < _MOST_NAMED
            and all(dataset.name != name for dataset in found)
        ):
            page = await self._page(name, len(found))
            if not page:
                break
            found += page
        return tuple(found)

    async def _page(self, words: str, offset: int = 0) -> Sequence[Dataset]:
        page = await self._domo.datasets.search(words, limit=_PAGE, offset=offset)
        for dataset in page.items:
            self._saw(dataset)
        return page.items
