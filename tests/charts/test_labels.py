"""Names, shares and periods that are there in part, as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from domo_mcp.charts import Told, Wish, choose, draw, in_words, specification, text_chart
from domo_mcp.charts.columns import Value, fields, readable

NOVEMBER = datetime(2026, 11, 1)  # noqa: DTZ001 - moments of charts are UTC without zone
MONTHS: list[list[Any]] = [["2026-08", 100], ["2026-09", 120], ["2026-10", 150], ["2026-11", 30]]
NOT_OVER: dict[Value, str] = {NOVEMBER: "the last month is not over: today is 22 Nov 2026"}


@pytest.mark.parametrize(
    ("name", "named", "title"),
    [
        ("total_revenue", True, "Total revenue"),
        ("orderMonth", True, "Order month"),
        ("revenue", True, "Revenue"),
        ("Total_Revenue", True, "Total Revenue"),
        ("Total Revenue", True, "Total Revenue"),
        ("AOV", True, "AOV"),
        ("n", True, "n"),
        ("<b>__x__", True, "<b>__x__"),
        ("order_id", False, "order_id"),
        ("SUM(`Revenue`)", False, "SUM(Revenue)"),
    ],
)
def test_an_alias_is_written_in_words_and_a_column_keeps_its_name(name: str, named: bool, title: str) -> None:
    assert readable(name, named=named) == title


@pytest.mark.parametrize(
    ("name", "values", "told", "whole"),
    [
        ("revenue_share", [0.0473, 0.71], Told(named=True, divides=True), 1),
        ("Conversion Rate", [0.0473, None, 1.0], Told(divides=True), 1),
        ("Conversion Rate", [0.0473, 0.5], Told(), 0),
        ("Interest Rate", [0.25, 0.75], Told(), 0),
        ("share_price", [0.5, 0.75], Told(divides=True), 0),
        ("online", [0.2, 0.3], Told(whole=1), 1),
        ("online", [20, 30.5], Told(whole=100), 100),
        ("online_pct", [0.2, 0.3], Told(divides=True), 1),
        ("online_pct", [0.2, 0.3], Told(), 0),
        ("online_pct", [0.2, 0.3], Told(hundredfold=True), 0),
        ("revenue_share", [0.2, 1.3], Told(divides=True), 0),
        ("revenue_share", [-0.2, 0.3], Told(divides=True), 0),
        ("exchange_rate", [0.92, 0.93], Told(divides=True), 0),
        ("shareholders", [0.2, 0.3], Told(divides=True), 0),
        ("Discount", [0.2, 0.3], Told(), 0),
    ],
)
def test_only_what_is_surely_a_share_is_in_percent(name: str, values: list[Any], told: Told, whole: float) -> None:
    (field,) = fields([(name, "DOUBLE")], [[value] for value in values], [told])
    assert field.whole == whole


@pytest.mark.parametrize(("whole", "rows"), [(1.0, [["a", 0.0473], ["b", 0.9]]), (100.0, [["a", 4.73], ["b", 90]])])
def test_shares_are_in_percent_everywhere(whole: float, rows: list[list[Any]]) -> None:
    told = [Told(), Told(named=True, whole=whole)]
    drawing = draw(choose([("Channel", ""), ("of_all", "")], rows, Wish(), told), ordered=False)
    assert "Of all from 4.73% to 90%." in in_words(drawing)
    assert text_chart(drawing).endswith(" 4.73%")
    made = specification(drawing, [])
    assert [record["label"] for record in made["data"]["values"]] == ["90%", "4.73%"]
    assert "%" in str(made["layer"][0]["encoding"]["y"]["axis"])


def test_changes_of_shares_are_in_points() -> None:
    encoding = choose(
        [("Month", ""), ("share", "")], [["2026-09", 0.2], ["2026-10", 0.25]], Wish(), [Told(), Told(whole=1)]
    )
    assert "20% at first, 25% at last (+5.0 percentage points)." in in_words(draw(encoding, ordered=True))


@pytest.mark.parametrize("kind", ["line", "bar"])
def test_a_month_that_is_not_over_makes_no_fall(kind: Any) -> None:
    encoding = choose([("month", ""), ("Sales", "")], MONTHS, Wish(type=kind))
    drawing = draw(encoding, ordered=True, partly=NOT_OVER)
    told = in_words(drawing)
    assert "Of whole periods 100 at first (Aug 2026), 150 at last (Oct 2026) (+50.0%); highest 150 (Oct 2026)" in told
    assert told.endswith("The last month is not over: today is 22 Nov 2026.")
    partly = [record for record in specification(drawing, [])["data"]["values"] if record.get("partly")]
    assert [record["y"] for record in partly] == [30]
    assert "'partly'" in str(specification(drawing, [])["layer"])


def test_a_period_that_is_not_drawn_is_not_told() -> None:
    encoding = choose([("month", ""), ("Sales", "")], [*MONTHS[:-1], ["2026-11", None]], Wish(type="bar"))
    assert "not over" not in in_words(draw(encoding, ordered=True, partly=NOT_OVER))
