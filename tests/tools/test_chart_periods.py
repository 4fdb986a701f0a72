"""Charts over time tell which of their periods are there in part, as a client sees it, on the sandbox."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import ColumnType
from tests.answers import Connect, text_of
from tests.catalog.shop import Shop

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


@pytest.mark.parametrize("unit", ["month", "year"])
async def test_a_truncated_date_is_the_period_that_it_begins(connect: Connect, unit: str) -> None:
    by = f"SELECT DATE_TRUNC('{unit}', `Order Date`) AS begun, SUM(`Revenue`) AS total FROM `Sales Orders`"
    text = await told(connect, f"{by} WHERE `Order Date` >= '2025-01-15' GROUP BY 1")
    assert f"The first {unit} is not whole: only rows from 15 Jan 2025 on were asked for." in text
    assert f"The last {unit} is not over: today is 22 Nov 2026." in text


async def test_quarters_are_periods_too(connect: Connect) -> None:
    quarter = "CONCAT(YEAR(`Order Date`), '-Q', QUARTER(`Order Date`)) AS quarter"
    by = f"SELECT {quarter}, SUM(`Revenue`) AS total FROM `Sales Orders`"
    text = await told(connect, f"{by} WHERE `Order Date` >= '2025-01-15' GROUP BY 1")
    assert "The first quarter is not whole: only rows from 15 Jan 2025 on were asked for." in text
    assert "The last quarter is not over: today is 22 Nov 2026." in text
    whole = "`Order Date` >= '2025-01-01' AND `Order Date` < '2026-10-01'"
    text = await told(connect, f"{by} WHERE {whole} GROUP BY 1")
    assert "7 values of Quarter" in text
    assert "not whole" not in text
    assert "not over" not in text


async def test_a_week_that_a_year_cuts_is_told(connect: Connect) -> None:
    week = "DATE_SUB(`Order Date`, INTERVAL DAYOFWEEK(`Order Date`) - 1 DAY) AS week"
    by = f"SELECT {week}, SUM(`Revenue`) AS total FROM `Sales Orders`"
    text = await told(connect, f"{by} WHERE YEAR(`Order Date`) = 2026 GROUP BY 1")
    assert "The first week is not whole: only rows from 01 Jan 2026 on were asked for." in text
    text = await told(connect, f"{by} WHERE YEAR(`Order Date`) = 2025 GROUP BY 1")
    assert "The last week is not whole: only rows up to 31 Dec 2025 were asked for." in text


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
        ("YEARWEEK(`Order Date`)", "Line chart: Orders by When."),
        ("YEAR(`Order Date`) + 8000", "Scatter plot: Orders against When."),
    ],
)
async def test_parts_of_dates_are_periods_whatever_they_are_called(connect: Connect, along: str, expected: str) -> None:
    text = await told(connect, f"SELECT {along} AS _when, COUNT(*) AS _orders FROM `Sales Orders` GROUP BY 1")
    assert expected in text


async def test_bars_of_two_numbers_run_along_what_the_rows_are_by(connect: Connect) -> None:
    statement = "SELECT FLOOR(`Revenue` / 100) * 100 AS bucket, COUNT(*) AS orders FROM `Sales Orders` GROUP BY 1"
    async with connect() as client:
        text = text_of(await client.call_tool("chart_data", {"sql": statement, "chart_type": "bar"}))
    assert "Bar chart: Orders by Bucket." in text


async def test_shares_of_a_total_are_in_percent(connect: Connect) -> None:
    share = "SUM(`Revenue`) / (SELECT SUM(`Revenue`) FROM `Sales Orders`) AS part"
    text = await told(connect, f"SELECT `Region`, {share} FROM `Sales Orders` GROUP BY 1")
    assert "Part from 1" in text
    assert text.count("%") >= 7


DAYS: dict[str, ColumnType] = {"Day": "DATE", "Amount": "LONG"}


def by_month(name: str, where: str = "") -> str:
    return f"SELECT DATE_FORMAT(Day, '%Y-%m') AS m, SUM(Amount) AS total FROM `{name}` {where} GROUP BY 1"


@pytest.mark.parametrize(
    ("number", "days"),
    [
        (901, [date(2025, month, 1) for month in range(1, 13)]),
        (902, [date(2025, month, 28) for month in range(1, 13)]),
        (903, [day for day in (date(2025, 1, 2) + timedelta(n) for n in range(361)) if day.weekday() < 5]),
    ],
    ids=["the first of each month", "the 28th of each month", "business days"],
)
async def test_data_in_coarse_steps_end_where_their_last_step_does(
    connect: Connect, spare_store: Store, number: int, days: list[date]
) -> None:
    name = f"Steps {number}"
    Shop.on(spare_store).add(number, name, DAYS, [[day.isoformat(), 1] for day in days])
    text = await told(connect, by_month(name))
    assert "Line chart" in text
    assert "not whole" not in text


async def test_days_that_are_missing_at_an_end_are_told(connect: Connect, spare_store: Store) -> None:
    days = [date(2025, 1, 9) + timedelta(n) for n in range(200)]
    Shop.on(spare_store).add(904, "Daily", DAYS, [[day.isoformat(), 1] for day in days])
    text = await told(connect, by_month("Daily"))
    assert "The first month is not whole: the data begin on 09 Jan 2025." in text
    assert "The last month is not whole: the data end on 27 Jul 2025" not in text  # four days more would be July's all
    text = await told(connect, by_month("Daily", "WHERE Day < '2025-03-01'"))
    assert "The only whole period is Feb 2025 with 28." in text


@pytest.mark.parametrize("where", ["", "WHERE Day <= '9999-12-31'", "WHERE Day BETWEEN '2025-01-01' AND '9999-12-31'"])
@pytest.mark.parametrize("along", ["Day", "YEAR(Day)", "DATE_FORMAT(Day, '%Y-%m')"])
async def test_the_ends_of_time_are_days_too(connect: Connect, spare_store: Store, along: str, where: str) -> None:
    days = ["0001-01-01", "2025-01-01", "2025-02-01", "9999-12-31"]
    Shop.on(spare_store).add(905, "Open End", DAYS, [[day, 1] for day in days])
    text = await told(connect, f"SELECT {along} AS along, SUM(Amount) AS total FROM `Open End` {where} GROUP BY 1")
    assert " by " in text or " against " in text


@pytest.fixture
def store(spare_store: Store) -> Store:
    """The one that may be added to."""
    return spare_store
