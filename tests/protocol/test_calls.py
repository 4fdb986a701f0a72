"""Calls over every transport and in both eras: right rows, errors as results, many at once."""

from __future__ import annotations

import anyio
from mcp import Client

from tests.answers import rows_of, text_of
from tests.protocol.conftest import Way

PRODUCTS = 120
"""Rows of the sandbox's `Products`, whatever the day."""

AT_ONCE = 32


async def test_calls_are_answered_with_rows_and_failures_with_text(way: Way) -> None:
    """Tools: an answer, a failure of each kind as a result with isError, and an answer again on the same connection."""
    async with way.open() as client:
        await _answers(client)
        for name, arguments, expected in (
            ("run_sql", {"sql": "DELETE FROM `Products`"}, "SELECT"),
            ("run_sql", {"sql": "SELECT nothing FROM `Products`"}, "nothing"),
            ("run_sql", {"sql": "SELECT 1 FROM `Produkts`"}, "Products"),
            ("run_sql", {"statement": "SELECT 1"}, "There is no argument statement"),
            ("run_query", {"sql": "SELECT 1"}, "Did you mean run_sql?"),
        ):
            failed = await client.call_tool(name, arguments)
            assert failed.is_error
            assert expected in text_of(failed)
        await _answers(client)


async def test_a_question_gets_rows_with_their_sql_and_progress_on_the_way(way: Way) -> None:
    """Progress: notifications arrive before the answer and only ever rise."""
    heard: list[float] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async with way.open() as client:
        result = await client.call_tool(
            "ask_data", {"question": "How many products are there?"}, progress_callback=listen
        )
    assert not result.is_error
    assert rows_of(text_of(result))[1:] == [[str(PRODUCTS)]]
    assert "SQL: SELECT" in text_of(result)
    assert heard
    assert heard == sorted(set(heard))


async def test_many_calls_at_once_each_get_their_own_answer(way: Way) -> None:
    """Concurrency: answers on one connection are never mixed up."""
    answers: dict[int, list[list[str]]] = {}

    async def ask(client: Client, number: int) -> None:
        result = await client.call_tool("run_sql", {"sql": f"SELECT {number} AS n FROM `Products` LIMIT 1"})
        answers[number] = rows_of(text_of(result))[1:]

    async with way.open() as client, anyio.create_task_group() as group:
        for number in range(AT_ONCE):
            group.start_soon(ask, client, number)
    assert answers == {number: [[str(number)]] for number in range(AT_ONCE)}


async def _answers(client: Client) -> None:
    result = await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) AS n FROM `Products`"})
    assert not result.is_error
    assert rows_of(text_of(result))[1:] == [[str(PRODUCTS)]]
