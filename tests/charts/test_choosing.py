"""Which chart fits which rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from domo_mcp.charts import CannotChart, Encoding, UnknownColumn, Wish, choose
from domo_mcp.charts.columns import Kind, Scalar, Told, fields
from domo_mcp.untrusted import plain

Rows = Sequence[Sequence[Scalar]]

REGIONS: Rows = [["East", 5], ["West", 7]]
MONTHS: Rows = [["2026-01", 5.5], ["2026-02", 7], ["2026-03", None]]
PAIRS: Rows = [[a, b, n] for n, (a, b) in enumerate([("East", "Web"), ("East", "Shop"), ("West", "Web")])]


def chosen(header: str, rows: Rows, **wish: str) -> Encoding:
    """The chart for columns given as `name:TYPE, …`."""
    columns = [(name, kind) for name, _, kind in (column.strip().partition(":") for column in header.split(","))]
    return choose(columns, rows, Wish(**wish))  # type: ignore[arg-type]  # the names of chart types are checked at the edge


def roles(chart: Encoding) -> tuple[str, str, str, str | None]:
    return chart.type, chart.x.name, chart.y.name, chart.series.name if chart.series else None


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        ("Region:STRING, Sales:LONG", REGIONS, ("bar", "Region", "Sales", None)),
        ("Sales:LONG, Region:STRING", [[5, "East"], [7, "West"]], ("bar", "Region", "Sales", None)),
        ("Month:STRING, Sales:DECIMAL", MONTHS, ("line", "Month", "Sales", None)),
        ("Day:DATE, Sales:DECIMAL", [["2026-01-31", 5]], ("bar", "Day", "Sales", None)),
        ("Year:LONG, Sales:LONG", [[2025, 5], [2026, 7]], ("bar", "Year", "Sales", None)),
        ("MONTH(`Order Date`):LONG, n:LONG", [[n, n] for n in range(1, 13)],
         ("line", "MONTH(`Order Date`)", "n", None)),
        ("Price:DECIMAL, Sales:LONG", [[1.5, 5], [2.5, 7]], ("scatter", "Price", "Sales", None)),
        ("Name:STRING, Price:DECIMAL, Sales:LONG", [[f"N{n}", n, n * n] for n in range(40)],
         ("scatter", "Price", "Sales", None)),
        ("Region:STRING, Channel:STRING, Sales:LONG", PAIRS, ("heatmap", "Region", "Sales", "Channel")),
        ("Year:LONG, Month:LONG, Sales:LONG", [[y, m, m] for y in (2025, 2026) for m in range(1, 13)],
         ("heatmap", "Month", "Sales", "Year")),
        ("Day:DATE, Region:STRING, Sales:LONG", [["2026-01-01", "East", 1], ["2026-01-01", "West", 2],
                                                 ["2026-01-02", "East", 3]], ("line", "Day", "Sales", "Region")),
        ("Customer ID:LONG, Sales:LONG", [[17, 5], [4, 7]], ("bar", "Customer ID", "Sales", None)),
        ("Year:LONG, Weeks:LONG", [[2025, 52], [2026, 47]], ("bar", "Year", "Weeks", None)),
        ("Region:STRING, Sales:DECIMAL", [["East", "5.25"], ["West", "7.5"]], ("bar", "Region", "Sales", None)),
    ],
)  # fmt: skip
def test_the_columns_say_which_chart_fits(header: str, rows: Rows, expected: tuple[str, str, str, str | None]) -> None:
    assert roles(chosen(header, rows)) == expected


def test_what_was_asked_for_is_taken() -> None:
    header = "Region:STRING, Channel:STRING, Sales:LONG, Cost:LONG"
    rows: Rows = [["East", "Web", 1, 2], ["East", "Shop", 3, 4]]
    asked = {"type": "area", "x": "channel", "y": "`Cost`", "title": "  Two\nlines "}
    chart = chosen(header, rows, **asked)
    assert roles(chart) == ("area", "Channel", "Cost", None)
    assert chart.title == "Two lines"
    assert chart.others == ("Region", "Sales")
    assert roles(chosen(header, rows, series="Channel"))[0] == "bar"


@pytest.mark.parametrize("kind", [None, "bar", "line", "area", "scatter"])
@pytest.mark.parametrize("first", ["bucket", "orders"])
def test_what_the_rows_are_by_runs_along(kind: Any, first: str) -> None:
    names = ["bucket", "orders"] if first == "bucket" else ["orders", "bucket"]
    rows = [[n * 100, 5 - n] if first == "bucket" else [5 - n, n * 100] for n in range(4)]
    told = [Told(grouped=name == "bucket") for name in names]
    chart = choose([(name, "LONG") for name in names], rows, Wish(kind), told)
    assert roles(chart) == (kind or "scatter", "bucket", "orders", None)


def test_a_heat_map_takes_whole_steps_and_numbers_that_the_rows_are_by() -> None:
    columns = [("hr", "LONG"), ("DAYNAME(`Created`)", "STRING"), ("n", "LONG")]
    rows: Rows = [[hour, day, hour] for hour in (8, 9) for day in ("Monday", "Friday")]
    chart = choose(columns, rows, Wish("heatmap"), [Told(part="hour", grouped=True), Told(grouped=True), Told()])
    assert roles(chart) == ("heatmap", "hr", "n", "DAYNAME(`Created`)")
    chart = choose(columns, rows, Wish("heatmap"), [Told(grouped=True), Told(grouped=True), Told()])
    assert roles(chart) == ("heatmap", "DAYNAME(`Created`)", "n", "hr")


def test_a_heat_map_may_be_said_by_its_axes() -> None:
    chart = chosen("Region:STRING, Channel:STRING, Sales:LONG", PAIRS, type="heatmap", x="Region", y="Channel")
    assert roles(chart) == ("heatmap", "Region", "Sales", "Channel")


@pytest.mark.parametrize(
    ("header", "rows", "wish", "message"),
    [
        ("Region:STRING, Sales:LONG", REGIONS, {"y": "Region"}, "y has to be numbers, `Region` is text"),
        ("Region:STRING, Channel:STRING", [["East", "Web"]], {}, "a chart needs a column of numbers"),
        ("Sales:LONG", [[5]], {}, "has nothing to stand against"),
        ("Region:STRING, Sales:LONG", REGIONS, {"type": "scatter", "x": "Region"}, "numbers on both axes"),
        ("Region:STRING, Sales:LONG", REGIONS, {"type": "scatter"}, "has nothing to stand against"),
        ("Region:STRING, Sales:LONG", REGIONS, {"type": "heatmap"}, "needs two categories"),
        ("Region:STRING, Sales:LONG", REGIONS, {"x": "Sales", "y": "Sales"}, "name the same column"),
        ("Region:STRING, Sales:LONG", [["East", None]], {}, "`Sales` is NULL in every row"),
        ("Day:DATE, Sales:LONG", [[None, 5], ["2026-01-01", None]], {"type": "line"}, "is NULL wherever there is"),
        ("Region:STRING, Sales:LONG", [["East", 1], ["East", 2]], {}, "Several rows have the same `Region` (East,"),
        ("Region:STRING, Region:STRING, Sales:LONG", [["East", "e", 1]], {"x": "Region"}, "Several columns are called"),
    ],
)  # fmt: skip
def test_what_makes_no_chart_is_refused_with_what_to_do(
    header: str, rows: Rows, wish: dict[str, str], message: str
) -> None:
    with pytest.raises(CannotChart) as refused:
        chosen(header, rows, **wish)
    assert message in plain(refused.value.message)
    assert refused.value.hint


def test_several_rows_for_one_bar_are_told_with_the_sql_that_puts_them_together() -> None:
    with pytest.raises(CannotChart) as refused:
        chosen("Region:STRING, Sales:LONG", [["East", 1], ["East", 2]])
    assert "SELECT `Region`, SUM(`Sales`) … GROUP BY `Region`" in plain(refused.value.hint)


def test_a_name_that_is_not_there_is_told_with_the_real_ones() -> None:
    with pytest.raises(UnknownColumn) as unknown:
        chosen("Region:STRING, Sales:LONG", REGIONS, x="Regon")
    assert plain(unknown.value.message) == "The rows have no column `Regon` for x. Nearest: `Region`."
    assert plain(unknown.value.hint) == "They have: `Region` (text), `Sales` (numbers)."


@pytest.mark.parametrize(
    ("name", "told", "values", "kind"),
    [
        ("a", "", [1, 2.5, None], Kind.NUMBER),
        ("a", "STRING", ["1", "2"], Kind.TEXT),
        ("a", "DECIMAL", ["1.5", None], Kind.NUMBER),
        ("a", "DECIMAL", ["***", "***"], Kind.TEXT),
        ("a", "LONG", [True, False], Kind.TEXT),
        ("a", "", ["2026-01-31", None], Kind.MOMENT),
        ("a", "DATETIME", ["2026-01-31T10:00:00", "2026-01-31 10:00:00Z"], Kind.MOMENT),
        ("a", "DATE", ["2026-02-31"], Kind.TEXT),
        ("a", "STRING", ["2026-01", "n/a"], Kind.TEXT),
        ("a", "STRING", [None], Kind.TEXT),
        ("Fiscal_Year", "LONG", [2025, 2026], Kind.STEP),
        ("orderMonth", "LONG", [1, 12], Kind.STEP),
        ("Year", "LONG", [7, 9], Kind.NUMBER),
        ("Orders per day", "LONG", [7, 9], Kind.NUMBER),
        ("Order Id", "LONG", [7, 9], Kind.TEXT),
    ],
)
def test_a_column_is_what_its_type_and_its_values_say(name: str, told: str, values: list[Scalar], kind: Kind) -> None:
    (field,) = fields([(name, told)], [[value] for value in values])
    assert field.kind is kind
