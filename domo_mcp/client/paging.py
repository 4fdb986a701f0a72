"""All of something that Domo gives in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from domo_mcp.errors import UnreadableAnswer

T = TypeVar("T")


async def pages(fetch: Callable[[int, int], Awaitable[Sequence[T]]], *, size: int) -> AsyncIterator[Sequence[T]]:
    """Yield each page that `fetch(limit, offset)` gives, until one is short.

    Raises `UnreadableAnswer` where a page comes twice: the endpoint ignores the offset, and this would never end.
    """
    offset, before = 0, None
    while page := await fetch(size, offset):
        if page == before:
            raise UnreadableAnswer("Domo gave the same page twice.")
        yield page
        if len(page) < size:
            return
        offset, before = offset + len(page), page
