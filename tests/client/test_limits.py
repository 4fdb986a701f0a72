from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import httpx
import pytest
from pydantic import ValidationError

from domo_mcp.client.ai import Ai
from domo_mcp.client.limits import Limits, Throttle, Window
from domo_mcp.client.places.people import ME
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import RateLimited


def test_a_minute_has_its_number_of_turns_and_no_more() -> None:
    window = Window(2)
    assert [window.reserve(at) for at in (0.0, 30.0, 40.0, 40.0, 40.0)] == [0.0, 30.0, 60.0, 90.0, 120.0]


def test_turns_of_more_than_a_minute_ago_do_not_count() -> None:
    window = Window(2)
    assert [window.reserve(at) for at in (0.0, 1.0, 60.0, 1000.0, 1000.0)] == [0.0, 1.0, 60.0, 1000.0, 1000.0]


def test_a_turn_given_back_is_there_for_the_next() -> None:
    window = Window(1)
    window.reserve(0.0)
    window.give_back(window.reserve(1.0))
    assert window.reserve(2.0) == 60.0


@pytest.mark.parametrize("field", ["concurrency", "per_minute"])
def test_a_limit_that_lets_nothing_through_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate({field: 0})


async def test_a_turn_beyond_the_deadline_is_refused_at_once() -> None:
    throttle = Throttle(Limits(per_minute=1))
    start = anyio.current_time()
    async with throttle.slot(start + 10):
        pass
    with pytest.raises(RateLimited) as caught:
        async with throttle.slot(start + 10):
            pytest.fail("the second request of a minute got through")
    assert anyio.current_time() - start < 1
    assert caught.value.surely_unprocessed
    assert caught.value.retry_after == pytest.approx(60, abs=1)
    assert "own limit" in caught.value.message


async def test_a_full_house_is_a_refusal_at_the_deadline_and_not_a_hang() -> None:
    throttle = Throttle(Limits(concurrency=1))
    async with throttle.slot(anyio.current_time() + 10):
        with pytest.raises(RateLimited, match="1 requests at once"):
            async with throttle.slot(anyio.current_time() + 0.01):
                pytest.fail("two requests got through")


async def test_no_more_than_the_allowed_number_run_at_once() -> None:
    throttle = Throttle(Limits(concurrency=2))
    running, most = 0, 0

    async def work() -> None:
        nonlocal running, most
        async with throttle.slot(anyio.current_time() + 10):
            running += 1
            most = max(most, running)
            await anyio.lowlevel.checkpoint()
            running -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(work)
    assert most == 2


async def test_a_wait_that_is_cancelled_leaves_its_place_and_its_turn() -> None:
    throttle = Throttle(Limits(concurrency=1, per_minute=1))
    deadline = anyio.current_time() + 500
    async with throttle.slot(deadline):
        pass
    for _ in range(8):
        with anyio.move_on_after(0) as scope:
            async with throttle.slot(deadline):
                pytest.fail("a turn that is a minute away came at once")
        assert scope.cancelled_caught


async def test_a_failure_inside_frees_the_place() -> None:
    throttle = Throttle(Limits(concurrency=1))
    for _ in range(3):
        with pytest.raises(KeyError):
            async with throttle.slot(anyio.current_time() + 0.01):
                raise KeyError


async def test_the_calls_that_cost_credits_end_with_their_number_an_hour(
    answering: Callable[..., AbstractAsyncContextManager[Session]],
) -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"output": "SELECT 1"})

    async with answering(handler, limits=Limits(ai_per_hour=2)) as session:
        ai = Ai(session, Product())
        for _ in range(2):
            await ai.text_generation("hello")
        with pytest.raises(RateLimited, match="2 times in the last hour"):
            await ai.text_generation("hello")
        assert await session.read("GET", Product().at(ME), dict[str, str])
    assert len(asked) == 3
