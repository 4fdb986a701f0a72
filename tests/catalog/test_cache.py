"""Values with an age."""

from __future__ import annotations

import time
from collections.abc import Iterator

import anyio
import pytest

from domo_mcp.catalog.cache import Cache


async def test_a_value_is_loaded_once_while_it_is_young() -> None:
    cache: Cache[int] = Cache(60)
    loads = 0

    async def load() -> int:
        nonlocal loads
        loads += 1
        return loads

    assert [await cache.get("a", load), await cache.get("a", load), await cache.get("b", load)] == [1, 1, 2]


async def test_an_old_value_is_loaded_again() -> None:
    cache: Cache[int] = Cache(0)
    values = iter([1, 2])

    async def load() -> int:
        return next(values)

    assert [await cache.get("a", load), await cache.get("a", load)] == [1, 2]


async def test_many_at_once_cost_one_load() -> None:
    cache: Cache[int] = Cache(60)
    loads, go = 0, anyio.Event()

    async def load() -> int:
        nonlocal loads
        loads += 1
        await go.wait()
        return loads

    results: list[int] = []

    async def ask() -> None:
        results.append(await cache.get("a", load))

    async with anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        go.set()
    assert results == [1] * 64


async def test_a_failure_is_not_kept_and_the_next_in_line_tries() -> None:
    cache: Cache[int] = Cache(60)
    outcomes: Iterator[ValueError | int] = iter([ValueError("no"), 5])

    async def load() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, ValueError):
            raise outcome
        return outcome

    with pytest.raises(ValueError, match="no"):
        await cache.get("a", load)
    assert await cache.get("a", load) == 5


async def test_a_cancelled_load_leaves_the_key_free() -> None:
    cache: Cache[int] = Cache(60)

    async def never() -> int:
        await anyio.sleep_forever()
        raise AssertionError

    async def soon() -> int:
        return 7

    with anyio.move_on_after(0.01):
        await cache.get("a", never)
    with anyio.fail_after(5):
        assert await cache.get("a", soon) == 7


async def test_the_oldest_values_leave_when_there_are_too_many() -> None:
    cache: Cache[int] = Cache(60, most=2)
    for key in (1, 2, 3):
        cache.put(str(key), key, time.time())

    async def load() -> int:
        return -1

    assert [await cache.get("3", load), await cache.get("1", load)] == [3, -1]


@pytest.mark.parametrize("all_of_it", [True, False])
async def test_what_was_dropped_while_it_was_loaded_is_not_kept(all_of_it: bool) -> None:
    cache: Cache[int] = Cache(60)
    values = iter([1, 2])

    async def load() -> int:
        value = next(values)
        if value == 1:
            if all_of_it:
                cache.forget()
            else:
                await cache.drop("a")
        return value

    assert [await cache.get("a", load) for _ in range(3)] == [1, 2, 2]
