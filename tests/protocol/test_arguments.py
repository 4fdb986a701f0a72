"""Arguments as models really send them: taken where that is no guess, refused with what to do where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.answers import rows_of, text_of
from tests.protocol.conftest import ERAS, Way

QUESTION = "How many products are there?"
FOUR_PRODUCTS = "SELECT `Product ID` FROM `Products` ORDER BY `Product ID` LIMIT 4"

REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "a wrong type": ("run_sql", {"sql": FOUR_PRODUCTS, "limit": [1]}, ("limit", "integer", "[1]")),
    "text that is no number": ("run_sql", {"sql": FOUR_PRODUCTS, "limit": "many"}, ("limit", "integer", "many")),
    "true for a number": ("run_sql", {"sql": FOUR_PRODUCTS, "limit": True}, ("limit", "true", "Most rows")),
    "true for a text": ("ask_data", {"question": True}, ("question", "true", "plain words")),
    "a number out of range": ("run_sql", {"sql": FOUR_PRODUCTS, "limit": 0}, ("limit", "greater than or equal to 1")),
    "an unknown name": ("run_sql", {"sql": FOUR_PRODUCTS, "limt": 1}, ("limt", "Did you mean limit?")),
    "a name like none": ("whoami", {"zzz": 1}, ("zzz", "It takes: none")),
    "a required one missing": ("run_sql", {}, ("sql is required", "SELECT")),
    "null for a required one": ("run_sql", {"sql": None}, ("sql is required",)),
    "several faults": ("run_sql", {"limit": "x", "limt": 1}, ("sql is required", "limit:", "limt")),
    "a choice that does not exist": (
        "get_dataset",
        {"dataset": "Products", "include": ["secrets"]},
        ("include", "schema", "secrets"),
    ),
}

TAKEN: dict[str, dict[str, Any]] = {
    "text for a number": {"question": QUESTION, "limit": "5"},
    "a list as JSON text": {"question": QUESTION, "datasets": '["Products"]'},
    "one text for a list": {"question": QUESTION, "datasets": "Products"},
    "null for not given": {"question": QUESTION, "datasets": None, "limit": None},
}


@pytest.fixture(params=ERAS)
def way(request: pytest.FixtureRequest, ways: Callable[[str, str], Way]) -> Way:
    """In memory: what happens to arguments does not depend on the transport, which test_calls.py shows."""
    return ways("memory", request.param)


@pytest.mark.parametrize("case", REFUSED)
async def test_refused(way: Way, case: str) -> None:
    """Tools, SHOULD: errors of validation are results that a model can act on, without the insides of the server."""
    name, arguments, expected = REFUSED[case]
    async with way.open() as client:
        result = await client.call_tool(name, arguments)
    text = text_of(result)
    assert result.is_error
    assert all(part in text for part in expected), text
    assert not any(inside in text for inside in ("Traceback", "pydantic", "http", "_arguments", 'File "'))


@pytest.mark.parametrize("case", TAKEN)
async def test_taken(way: Way, case: str) -> None:
    """Tools: what can only mean one thing is not refused."""
    async with way.open() as client:
        result = await client.call_tool("ask_data", TAKEN[case])
    assert not result.is_error, text_of(result)
    assert rows_of(text_of(result))[1:] == [["120"]]


async def test_text_for_a_number_means_that_number(way: Way) -> None:
    """Tools: "2" is taken as 2, not ignored."""
    async with way.open() as client:
        result = await client.call_tool("run_sql", {"sql": FOUR_PRODUCTS, "limit": "2"})
    assert len(rows_of(text_of(result))[1:]) == 2
