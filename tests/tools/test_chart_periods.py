"""Charts over time tell which of their periods are there in part, as a client sees it, on the sandbox."""

from __future__ import annotations

import pytest

from tests.answers import Connect, text_of

MONTHS = "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') AS order_month, SUM(`Revenue`) AS total FROM `Sales Orders`"
NOT_OVER = "The last month is not over: today is 22 Nov 2026."


async def told(connect: Connect, statement: str, **tables: dict[str, object]) -> str:
    async with connect(**tables) as client:
        return text_of(await client.call_tool("chart_data", {"sql": statement}))


async def test_a_month_that_has_only_begun_is_no_fall(connect: Connect) -> None:
    text = await told(connect, f"{MONTHS} GROUP BY 1")
    assert "Line chart: Total by Order month." in text
    assert "Of whole periods " in text
    assert "at first (Dec 2023)" in text
    assert "at last (Oct 2026)" in text
    assert "The first month is not whole: the data begin on 2" in text
    assert NOT_OVER in text


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("`Order Date` >= DATE_SUB(CURDATE(), INTERVAL 12 MONTH)", "only rows from 22 Nov 2025 on were asked for"),
        ("`Order Date` >= '2026-01-01' AND `Order Date` < '2026-10-16'", "only rows up to 15 Oct 2026 were asked for"),
    ],
)
async def test_what_the_statement_cuts_off_is_told(connect: Connect, where: str, expected: str) -> None:
    assert expected in await told(connect, f"{MONTHS} WHERE {where} GROUP BY 1")


async def test_whole_periods_are_told_as_they_are(connect: Connect) -> None:
    where = "`Order Date` >= '2026-01-01' AND `Order Date` < '2026-11-01'"
    text = await told(connect, f"{MONTHS} WHERE {where} GROUP BY 1")
    assert "whole" not in text
    assert "not over" not in text


async def test_the_day_is_that_of_the_catalogs_time_zone(connect: Connect) -> None:
    text = await told(connect, f"{MONTHS} GROUP BY 1", catalog={"time_zone": "Pacific/Kiritimati"})
    assert "today is 23 Nov 2026" in text


async def test_years_have_an_end_too(connect: Connect) -> None:
    text = await told(connect, "SELECT YEAR(`Order Date`) AS year, COUNT(*) AS orders FROM `Sales Orders` GROUP BY 1")
    assert "The last year is not over: today is 22 Nov 2026." in text


@pytest.mark.parametrize(
    ("along", "expected"),
    [
        ("YEAR(`Order Date`)", "Bar chart: Orders by When."),
        ("DAYOFWEEK(`Order Date`)", "Line chart: Orders by When."),
        ("YEAR(`Order Date`) + 8000", "Scatter plot: Orders against When."),
    ],
)
async def test_parts_of_dates_are_periods_whatever_they_are_called(connect: Connect, along: str, expected: str) -> None:
    text = await told(connect, f"SELECT {along} AS _when, COUNT(*) AS _orders FROM `Sales Orders` GROUP BY 1")
    assert expected in text


async def test_shares_of_a_total_are_in_percent(connect: Connect) -> None:
    share = "SUM(`Revenue`) / (SELECT SUM(`Revenue`) FROM `Sales Orders`) AS part"
    text = await told(connect, f"SELECT `Region`, {share} FROM `Sales Orders` GROUP BY 1")
    assert "Part from 1" in text
    assert text.count("%") >= 7
