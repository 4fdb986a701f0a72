"""All of something that Domo gives in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from domo_mcp.errors import UnreadableAnswer

T = TypeVar("T")


async def pages(fetch: Callable[[int, int], Awaitable[Sequence[T]]], *, size: int) -> AsyncIterator[Sequence[T]]:
    """Yield each page that `fetch(limit, offset)` gives, until one is shorter than those before, or empty.

    A first page that is short may be all there is, or as much as Domo gives at once: the next one tells. An endpoint
    that ignores the offset gives the same page twice: it is all there is where its length is not the one asked for,
    else `UnreadableAnswer` is raised, since there may be more.
    """
    offset, largest, before = 0, 0, None
    while page := await fetch(size, offset):
        if page == before and len(page) == size:
            raise UnreadableAnswer("Domo gave the same page twice.")
        if page == before:
            return
        yield page
        if len(page) < largest or len(page) > size:
            return
        offset, largest, before = offset + len(page), len(page), page
