from __future__ import annotations

import pytest

from domo_mcp.client.paging import pages
from domo_mcp.errors import UnreadableAnswer


@pytest.mark.parametrize(("count", "asked"), [(0, [0]), (1, [0, 1]), (2, [0, 2]), (3, [0, 2]), (4, [0, 2, 4])])
async def test_pages_end_with_a_short_or_empty_one(count: int, asked: list[int]) -> None:
    offsets = []

    async def fetch(limit: int, offset: int) -> list[int]:
        offsets.append(offset)
        return list(range(count))[offset : offset + limit]

    found = [item async for page in pages(fetch, size=2) for item in page]
    assert found == list(range(count))
    assert offsets == asked


async def test_a_server_that_ignores_the_offset_does_not_hold_us_for_ever() -> None:
    async def fetch(_limit: int, _offset: int) -> list[int]:
        return [1, 2]

    with pytest.raises(UnreadableAnswer, match="twice"):
        assert [page async for page in pages(fetch, size=2)]


async def test_a_server_that_gives_less_at_once_than_asked_for_is_read_to_its_end() -> None:
    async def fetch(_limit: int, offset: int) -> list[int]:
        return list(range(60))[offset : offset + 50]

    assert [item async for page in pages(fetch, size=100) for item in page] == list(range(60))
