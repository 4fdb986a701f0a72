"""Every operator of a filter."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domo_mcp.sandbox.store import Store

Ask = Callable[..., Awaitable[list[dict[str, Any]]]]


async def firsts(ask: Ask, condition: str, others: str = "") -> list[str]:
    return [row["first"] for row in await ask(f"fields=first&filter={condition}{others}")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("qty < 2", ["Joe"]),
        ("qty <= 2", ["Joe", "Henry"]),
        ("qty > 5", ["Di"]),
        ("qty>=5", ["Cy", "Di"]),
        ("qty = 3", ["Ann"]),
        ("qty == 3", ["Ann"]),
        ("color != red", ["Bo", "Di"]),
        ("reps == closed/won", ["Di"]),
        ("last = O'Hara", ["Ann"]),
        ('last = "O\'Hara"', ["Ann"]),
        ("reps ~ ax", ["Joe", "Henry"]),
        ("reps contains 'ione m'", ["Ann", "Bo"]),
        ("reps !~ ax", ["Ann", "Bo", "Di"]),
        ("reps !contains ax", ["Ann", "Bo", "Di"]),
        ('first in ["Joe", "Bo"]', ["Joe", "Bo"]),
        ("qty in [1, 2]", ["Joe", "Henry"]),
        ('first !in ["Joe", "Henry", "Bo", "Cy", "Di"]', ["Ann"]),
        ("amount > 1000, color contains 'Foobar'", ["Di"]),
        ("date >= 2026-11-16", ["Joe", "Henry"]),
        ("date = '2026-10-01'", ["Bo"]),
        ("first = \\' OR 1 = 1", []),
    ],
)
async def test_filters_keep_the_rows_that_meet_every_condition(ask: Ask, condition: str, expected: list[str]) -> None:
    assert await firsts(ask, condition) == expected


async def test_several_filter_parameters_count_as_one(ask: Ask) -> None:
    assert await firsts(ask, "qty > 1", "&filter=qty < 3") == ["Henry"]


@pytest.mark.parametrize(
    ("period", "standard", "fiscal"),
    [
        ("day", ["Joe"], ["Joe"]),
        ("week", ["Joe"], ["Joe"]),
        ("month", ["Joe", "Henry", "Ann"], ["Joe", "Henry", "Ann"]),
        ("quarter", ["Joe", "Henry", "Ann", "Bo"], ["Joe", "Henry", "Ann", "Bo"]),
        ("year", ["Joe", "Henry", "Ann", "Bo", "Cy"], ["Joe", "Henry", "Ann", "Bo"]),
    ],
)
async def test_todate_begins_with_the_present_period(
    ask: Ask, period: str, standard: list[str], fiscal: list[str]
) -> None:
    assert await firsts(ask, f"date todate {period}") == standard
    assert await firsts(ask, f"date todate {period}", "&calendar=fiscal") == fiscal


async def test_the_fiscal_year_may_begin_in_another_month(
    training: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "fiscal_month", 11)
    assert await firsts(ask, "date todate quarter", "&calendar=fiscal") == ["Joe", "Henry", "Ann"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("at last 1 hour", ["Joe"]),
        ("at last 24 hours", ["Joe", "Henry"]),
        ("at last 2 days", ["Joe", "Henry", "Ann"]),
        ("date last 7 days", ["Joe", "Henry"]),
        ("date last 1 week", ["Joe", "Henry"]),
        ("date last 3 months", ["Joe", "Henry", "Ann", "Bo"]),
        ("date last 1 quarter", ["Joe", "Henry", "Ann", "Bo"]),
        ("date last 1 years", ["Joe", "Henry", "Ann", "Bo", "Cy", "Di"]),
    ],
)
async def test_last_is_a_rolling_period_up_to_now(ask: Ask, condition: str, expected: list[str]) -> None:
    assert await firsts(ask, condition) == expected
