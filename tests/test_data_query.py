from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from domo_mcp.client.metadata import Column
from domo_mcp.errors import InvalidInput, Refused, UnknownName
from domo_mcp.sql.conditions import Comparison
from domo_mcp.sql.data_query import Aggregate, DataQuery, DateGrain, Grain, Order, parse_condition, parse_order
from domo_mcp.sql.data_select import to_select

NOW = datetime(2026, 11, 22, 12, 30, 5, 999, tzinfo=UTC)
COLUMNS = [
    Column(name="Order Date", type="DATE"),
    Column(name="created", type="DATETIME"),
    Column(name="region", type="STRING"),
    Column(name="units", type="LONG"),
    Column(name="price", type="DECIMAL"),
    Column(name="Year", type="STRING"),
]


def sql(query: DataQuery) -> str:
    return to_select(query, COLUMNS, NOW).text


def where(condition: str) -> str:
    return sql(DataQuery(where=(parse_condition(condition),))).partition(" WHERE ")[2]


def test_nothing_asked_is_everything() -> None:
    assert sql(DataQuery()) == "SELECT * FROM table"


def test_fields_order_and_paging_are_those_of_the_query() -> None:
    query = DataQuery(fields=("region", "units"), order_by=(Order("units", True), Order("region")), limit=5, offset=10)
    assert sql(query) == "SELECT `region`, `units` FROM table ORDER BY `units` DESC, `region` LIMIT 5 OFFSET 10"


def test_a_group_sums_numbers_and_counts_what_is_different_of_the_rest() -> None:
    query = DataQuery(fields=("region", "units", "price", "created"), group_by=("region",))
    assert sql(query) == (
        "SELECT `region`, SUM(`units`) AS `units`, SUM(`price`) AS `price`, COUNT(DISTINCT `created`) AS `created` "
        "FROM table GROUP BY `region`"
    )


def test_an_aggregate_takes_the_place_of_the_usual_one() -> None:
    query = DataQuery(fields=("region",), group_by=("region",), aggregate={"avg": ("units",), "max": ("created",)})
    assert sql(query) == (
        "SELECT `region`, AVG(`units`) AS `units`, MAX(`created`) AS `created` FROM table GROUP BY `region`"
    )


def test_a_group_without_fields_shows_every_column() -> None:
    shown = sql(DataQuery(group_by=("region",))).partition(" FROM ")[0]
    assert [f"`{column.name}`" in shown for column in COLUMNS] == [True] * len(COLUMNS)


def test_aggregates_without_groups_stand_alone() -> None:
    query = DataQuery(fields=("region",), aggregate={"sum": ("units",), "count": ("region",), "unique": ("created",)})
    assert sql(query) == (
        "SELECT SUM(`units`) AS `units`, COUNT(`region`) AS `region`, COUNT(DISTINCT `created`) AS `created` FROM table"
    )


@pytest.mark.parametrize(
    ("grain", "column"),
    [
        ("day", "Date"),
        ("week", "CalendarWeek"),
        ("month", "CalendarMonth"),
        ("quarter", "CalendarQuarter"),
        ("year", "Year"),
    ],
)
def test_a_grain_gives_the_documented_column_in_place_of_the_date(grain: Grain, column: str) -> None:
    query = DataQuery(date_grain=DateGrain("Order Date", grain), order_by=(Order(column),))
    text = sql(query)
    assert text.count(f"AS `{column}`") == 1
    assert "AS `Order Date`" not in text
    period = text.removeprefix("SELECT ").partition(f" AS `{column}`")[0]
    assert text.endswith(f" GROUP BY {period} ORDER BY {period}")


def test_the_date_of_a_grain_orders_by_its_period() -> None:
    query = DataQuery(
        fields=("units",), date_grain=DateGrain("Order Date", "month"), order_by=(Order("Order Date", True),)
    )
    period = "DATE_FORMAT(`Order Date`, '%Y-%m')"
    assert sql(query) == (
        f"SELECT {period} AS `CalendarMonth`, SUM(`units`) AS `units` FROM table "
        f"GROUP BY {period} ORDER BY {period} DESC"
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("units > 1000", "`units` > 1000"),
        ("price = 1.50", "`price` = 1.50"),
        ("units = '12'", "`units` = '12'"),
        ("region == 5", "`region` = '5'"),
        ("region != 'O''Brien'", "`region` != 'O''Brien'"),
        ("region contains '50%_'", "INSTR(`region`, '50%_') > 0"),
        ("region !contains x", "INSTR(`region`, 'x') = 0"),
        ("region in [a, 5]", "`region` IN ('a', '5')"),
        ("units !in (1, 2)", "`units` NOT IN (1, 2)"),
        ("ORDER DATE > 2026-01-31", "`Order Date` > '2026-01-31'"),
        ("Order Date todate day", "`Order Date` >= '2026-11-22' AND `Order Date` <= '2026-11-22'"),
        ("Order Date todate week", "`Order Date` >= '2026-11-22' AND `Order Date` <= '2026-11-22'"),
        ("Order Date todate quarter", "`Order Date` >= '2026-10-01' AND `Order Date` <= '2026-11-22'"),
        ("created todate month", "`created` >= '2026-11-01 00:00:00' AND `created` <= '2026-11-22 12:30:05'"),
        ("created todate year", "`created` >= '2026-01-01 00:00:00' AND `created` <= '2026-11-22 12:30:05'"),
        ("Order Date last 7 days", "`Order Date` > '2026-11-15' AND `Order Date` <= '2026-11-22'"),
        ("Order Date last 2 weeks", "`Order Date` > '2026-11-08' AND `Order Date` <= '2026-11-22'"),
        ("Order Date last 11 months", "`Order Date` > '2025-12-22' AND `Order Date` <= '2026-11-22'"),
        ("Order Date last 1 quarter", "`Order Date` > '2026-08-22' AND `Order Date` <= '2026-11-22'"),
        ("Order Date last 2 years", "`Order Date` > '2024-11-22' AND `Order Date` <= '2026-11-22'"),
        ("created last 3 hours", "`created` > '2026-11-22 09:30:05' AND `created` <= '2026-11-22 12:30:05'"),
    ],
)
def test_a_condition_becomes_sql_that_fits_its_column(condition: str, expected: str) -> None:
    assert where(condition) == expected


def test_a_month_ago_from_a_day_that_month_did_not_have_is_its_last() -> None:
    query = DataQuery(where=(parse_condition("Order Date last 1 month"),))
    assert "> '2024-02-29'" in to_select(query, COLUMNS, datetime(2024, 3, 31, tzinfo=UTC)).text


def test_conditions_hold_together() -> None:
    query = DataQuery(where=(parse_condition("units > 1"), parse_condition("region = a")))
    assert sql(query) == "SELECT * FROM table WHERE `units` > 1 AND `region` = 'a'"


@pytest.mark.parametrize(
    "query",
    [
        DataQuery(fields=("regoin",)),
        DataQuery(where=(Comparison("regoin", "=", 1),)),
        DataQuery(group_by=("regoin",)),
        DataQuery(aggregate={"count": ("regoin",)}),
        DataQuery(order_by=(Order("regoin"),)),
    ],
)
def test_a_name_that_no_column_has_comes_back_with_the_nearest(query: DataQuery) -> None:
    with pytest.raises(UnknownName, match="`region`"):
        sql(query)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (DataQuery(calendar="fiscal"), Refused),
        (DataQuery(use_beast_modes=True), Refused),
        (DataQuery(date_grain=DateGrain("region", "month")), InvalidInput),
        (DataQuery(where=(parse_condition("region last 3 days"),)), InvalidInput),
        (DataQuery(where=(parse_condition("Order Date last 3 hours"),)), InvalidInput),
        (DataQuery(where=(parse_condition("Order Date last 999999 years"),)), InvalidInput),
        (DataQuery(aggregate={"sum": ("region",)}), InvalidInput),
        (DataQuery(where=(Comparison("region", "=", "a\\"),)), Refused),
    ],
)
def test_what_sql_cannot_answer_rightly_is_refused_with_a_way_out(query: DataQuery, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        sql(query)
    assert getattr(caught.value, "hint", "")


@pytest.mark.parametrize("name", ["a` , (SELECT 1) --", "'; DROP TABLE x", "x\\"])
def test_a_strange_column_name_stays_a_name(name: str) -> None:
    select = to_select(DataQuery(fields=(name,)), [Column(name=name)], NOW)
    assert [item.name for item in select.tree.find_all(type(select.tree.selects[0]))] == [name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "parts",
    [
        {"aggregate": {"sum": ("units",), "avg": ("units",)}},
        {"group_by": ("units",), "aggregate": {"sum": ("units",)}},
        {"date_grain": DateGrain("created", "day"), "aggregate": {"max": ("created",)}},
    ],
)
def test_parts_that_contradict_each_other_are_no_query(
    parts: Mapping[str, Mapping[Aggregate, tuple[str, ...]]],
) -> None:
    with pytest.raises(InvalidInput):
        DataQuery(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("name", Order("name")),
        (" Order Date ascending ", Order("Order Date")),
        ("Order Date desc", Order("Order Date", True)),
        ("name DESCENDING", Order("name", True)),
        ("-name", Order("name", True)),
        ("`-name` asc", Order("-name")),
        ("desc", Order("desc")),
    ],
)
def test_an_order_is_a_name_and_a_direction(text: str, order: Order) -> None:
    assert parse_order(text) == order


@pytest.mark.parametrize("text", ["", " ", "-"])
def test_an_order_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_order(text)
