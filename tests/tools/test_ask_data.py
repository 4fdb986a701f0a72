"""Questions in plain words, answered end to end: the same rows as SQL written by hand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from starlette.applications import Starlette

from tests.answers import Connect, rows_of, text_of

QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))


def comparable(rows: list[list[str]]) -> list[list[str | float]]:
    """Rows without their header, numbers as numbers, in one order."""
    return sorted(
        (
            [round(float(cell), 4) if re.fullmatch(r"-?[\d.]+(e[+-]\d+)?", cell) else cell for cell in row]
            for row in rows[1:]
        ),
        key=str,
    )


@pytest.mark.parametrize("case", QUESTIONS["answered"], ids=lambda case: case["question"])
async def test_a_question_gets_the_rows_of_the_sql_a_person_would_write(connect: Connect, case: dict[str, str]) -> None:
    async with connect() as client:
        answer = text_of(await client.call_tool("ask_data", {"question": case["question"]}))
        by_hand = text_of(await client.call_tool("run_sql", {"sql": case["sql"], "dataset": case["dataset"]}))
    assert comparable(rows_of(answer)) == comparable(rows_of(by_hand)), answer
    assert f'Chosen by the question: "{case["dataset"]}"' in answer
    assert "SQL: SELECT" in answer
    assert "1 AI call" in answer


@pytest.mark.parametrize("case", QUESTIONS["refused"], ids=lambda case: case["question"])
async def test_an_unanswerable_question_is_refused_with_what_is_missing(connect: Connect, case: dict[str, str]) -> None:
    async with connect() as client:
        result = await client.call_tool("ask_data", {"question": case["question"]})
    assert result.is_error, text_of(result)
    assert re.search(case["missing"], text_of(result))


async def test_the_dataset_may_be_named(connect: Connect) -> None:
    async with connect() as client:
        answer = text_of(
            await client.call_tool(
                "ask_data", {"question": "total revenue by region", "datasets": ["Sales Orders (Archive)"]}
            )
        )
    assert 'dataset "Sales Orders (Archive)"' in answer


async def test_two_datasets_that_fit_as_well_are_asked_about(connect: Connect, sandbox: Starlette) -> None:
    async with connect() as client:
        result = await client.call_tool("ask_data", {"question": "How many by country?"})
    assert result.is_error
    assert "Two datasets fit this question about as well" in text_of(result)
    assert "`datasets`" in text_of(result)
    assert not any("/ai/v1/text" in path for _, path in sandbox.state.requests)


async def test_a_long_answer_points_to_run_sql_and_prints_no_cursor_of_its_own(connect: Connect) -> None:
    async with connect() as client:
        text = text_of(await client.call_tool("ask_data", {"question": "orders by product this year", "limit": 5}))
    assert "next_cursor" not in text
    assert "run_sql with this SQL" in text
