"""What of the rows is drawn, in words and in characters."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from domo_mcp.charts import Drawing, Wish, choose, draw, in_words, text_chart
from domo_mcp.charts.axes import COLOURS
from domo_mcp.charts.columns import Told
from domo_mcp.charts.numbers import number_text, short_number


def drawn(columns: list[str], rows: list[list[Any]], *, ordered: bool = False, **wish: Any) -> Drawing:
    return draw(choose([(name, "") for name in columns], rows, Wish(**wish)), ordered=ordered)


def test_bars_stand_by_size_unless_the_rows_have_an_order() -> None:
    rows = [["b", 1], ["a", 3], ["c", -2]]
    assert drawn(["x", "y"], rows).columns == ("a", "b", "c")
    assert drawn(["x", "y"], rows, ordered=True).columns == ("b", "a", "c")


def test_the_largest_categories_are_kept_and_the_rest_is_told() -> None:
    drawing = drawn(["Customer", "Sales"], [[f"C{n}", n] for n in range(200)])
    assert drawing.columns == tuple(f"C{n}" for n in range(199, 169, -1))
    assert drawing.notes == ("shown are the 30 of 200 values of Customer with the largest Sales",)


def test_the_last_of_many_periods_are_kept() -> None:
    rows = [[f"{2000 + n // 12}-{n % 12 + 1:02}", n] for n in range(100)]
    drawing = drawn(["Month", "Sales"], rows, type="bar")
    assert (len(drawing.columns), drawing.columns[-1]) == (60, "Apr 2008")
    assert drawing.notes == ("shown are the last 60 of 100 values of Month",)


def test_seven_lines_are_kept() -> None:
    rows = [[f"2026-01-{day:02}", f"S{s}", s] for day in (1, 2) for s in range(12)]
    drawing = drawn(["Day", "Shop", "Sales"], rows)
    assert drawing.series == ("S11", "S10", "S9", "S8", "S7", "S6", "S5")
    assert len(drawing.series) == len(COLOURS)


def test_years_without_rows_keep_their_place() -> None:
    assert drawn(["Year", "n"], [[2021, 1], [2024, 2]]).columns == ("2021", "2022", "2023", "2024")


def test_weeks_of_years_stand_in_order_and_no_other_numbers_between_them() -> None:
    rows = [[202601, 4], [202552, 3], [202550, 2]]
    encoding = choose([("wk", "LONG"), ("n", "LONG")], rows, Wish(), [Told(part="yearweek"), Told()])
    drawing = draw(encoding, ordered=False)
    assert (encoding.type, drawing.columns) == ("bar", ("202550", "202552", "202601"))


def test_null_the_empty_text_and_long_names_stay_apart() -> None:
    long = "a name that is far too long for an axis, number "
    drawing = drawn(["x", "y"], [[None, 5], ["", 4], [long + "1", 3], [long + "2", 2], ["n", None]])
    assert drawing.columns == (
        "(no value)", "(empty)", "a name that i…axis, number 1", "a name that i…axis, number 2",
    )  # fmt: skip
    assert drawing.notes == ("1 row without y (NULL)",)


def test_names_that_are_alike_at_both_ends_are_numbered() -> None:
    rows = [["the same begin " * 3 + middle + " and the same end" * 2, n] for n, middle in enumerate("ab")]
    assert drawn(["x", "y"], rows).columns == ("the same begi…d the same end", "the same begi…d the same end (2)")


def test_an_emoji_is_no_escape() -> None:
    assert drawn(["x", "y"], [["\u2764\ufe0f red", 1]]).columns == ("\u2764 red",)


def test_no_line_runs_over_dates_that_are_missing_for_long() -> None:
    rows = [[f"2026-{month:02}-{day:02}", day] for month in (1, 2, 6) for day in range(1, 28)]
    drawing = drawn(["Day", "n"], rows)
    assert [hole.month for hole in drawing.holes] == [4]
    assert drawing.notes == ("no rows between 27 Feb 2026 and 01 Jun 2026",)
    assert "81 points" in in_words(drawing)
    assert drawn(["Day", "n"], rows, type="bar").holes == ()


def test_chinese_names_stand_as_wide_as_they_are() -> None:
    lines = text_chart(drawn(["x", "y"], [["\u5ba2\u6237", 4], ["abcd", 2]])).split("\n")
    assert [line.split("│")[0] for line in lines] == ["\u5ba2\u6237 ", "abcd "]


def test_a_line_in_words_has_its_ends_its_highest_and_its_lowest() -> None:
    rows: list[list[Any]] = [["2026-03-01", 30.25], ["2026-01-01", 10], ["2026-02-01", 5], ["2026-04-01", None]]
    assert in_words(drawn(["Month", "Sales"], rows)).split("\n") == [
        "Line chart: Sales by Month.",
        "Month from Jan 2026 to Apr 2026 (4 points); Sales from 5 to 30.25.",
        "10 at first, 30.25 at last (+202.5%); highest 30.25 (Mar 2026), lowest 5 (Feb 2026).",
        "1 row without Sales (NULL).",
    ]


def test_an_axis_that_does_not_begin_at_zero_is_told() -> None:
    rows = [["2026-01-01", 1000], ["2026-01-02", 1010]]
    told = "The axis of Sales does not begin at zero."
    assert told in in_words(drawn(["Day", "Sales"], rows))
    assert told not in in_words(drawn(["Day", "Sales"], rows, type="bar"))


def test_a_scatter_in_words_says_how_the_numbers_hang_together() -> None:
    told = in_words(drawn(["a", "b"], [[n, 2 * n] for n in range(1, 6)]))
    assert "5 points; a from 1 to 5; b from 2 to 10." in told
    assert "closely related, rising together (correlation +1.00)" in told
    assert "correlation" not in in_words(drawn(["a", "b"], [[n, 2] for n in range(1, 6)]))


def test_a_scatter_of_more_names_than_colours_has_all_its_points() -> None:
    rows = [[f"N{n}", n / 3, 30 - n] for n in range(16)]
    drawing = drawn(["Name", "Discount", "Revenue"], rows, x="Discount", y="Revenue", series="Name")
    assert (drawing.encoding.type, drawing.series, len(drawing.points)) == ("scatter", (), 16)
    text = in_words(drawing)
    assert text.startswith("Scatter plot: Revenue against Discount.\n16 points;")
    assert "(correlation -1.00)" in text
    assert text.endswith("Not coloured by Name: its 16 values are more than the colours.")
    few = drawn(["Name", "Discount", "Revenue"], rows[:7], x="Discount", y="Revenue", series="Name")
    assert len(few.series) == 7


def test_a_heat_map_in_words_counts_its_empty_cells() -> None:
    told = in_words(drawn(["a", "b", "n"], [["x", "u", 1], ["x", "v", 2], ["y", "v", 3]]))
    assert "2 of a across, 2 of b down, the colour is n, from 1 to 3; 1 cells are empty." in told


def test_bars_in_characters_are_as_long_as_their_numbers() -> None:
    lines = text_chart(drawn(["x", "y"], [["a", 4], ["bb", 2], ["c", -1]])).split("\n")
    assert lines == [f"a  │ {'█' * 36} 4", f"bb │ {'█' * 18} 2", f"c  │-{'█' * 9} -1"]


def test_a_long_line_in_characters_is_bundled() -> None:
    rows = [[f"2026-{1 + n // 28:02}-{1 + n % 28:02}", n] for n in range(300)]
    line, span, scale = text_chart(drawn(["Day", "Sales"], rows)).split("\n")
    blocks = line.split("│")[1]
    assert len(blocks) == 60
    assert all(left <= right for left, right in pairwise(blocks))
    assert "01 Jan 2026 … 20 Nov 2026" in span
    assert "▁ = 0, █ = 299" in scale


def test_a_heat_map_and_a_scatter_have_characters_too() -> None:
    grid = text_chart(drawn(["a", "b", "n"], [["x", "u", 1], ["x", "v", 2], ["y", "v", 3]]))
    assert grid.startswith("v │▒▒██│\nu │··  │")
    cloud = text_chart(drawn(["a", "b"], [[1, 1], [1, 1], [9, 9]])).split("\n")
    assert cloud[0].startswith("9 │")
    assert cloud[0].endswith("·")
    assert "∘" in cloud[15]


@pytest.mark.parametrize("chart", ["bar", "line", "area"])
@pytest.mark.parametrize("rows", [[["a", 1]], [["a", 0]], [["a", -1], [None, 0]], [["a", 1e300], ["b", -1e-300]]])
def test_odd_numbers_have_words_and_characters(chart: str, rows: list[list[Any]]) -> None:
    drawing = drawn(["x", "y"], rows, type=chart)
    assert in_words(drawing)
    assert text_chart(drawing)


@pytest.mark.parametrize(
    ("number", "text", "short"),
    [
        (0, "0", "0"), (1234567.891, "1,234,567.89", "1.23M"), (999_934, "999,934", "1M"), (0.0585, "0.0585", "0.0585"),
        (-590_035.18, "-590,035.18", "-590k"), (1e-7, "1e-07", "1e-07"), (3e18, "3e+18", "3e+18"),
        (12.5, "12.50", "12.5"),
        (2.5e9, "2,500,000,000", "2.5B"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_people(number: float, text: str, short: str) -> None:
    assert (number_text(float(number)), short_number(float(number))) == (text, short)


def test_every_colour_stands_out_on_white() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert all(1.05 / (light(colour) + 0.05) >= 3 for colour in COLOURS)


@pytest.mark.parametrize("kind", ["bar", "line", "scatter"])
def test_the_largest_numbers_there_are_make_a_chart(kind: Any) -> None:
    rows: list[list[Any]] = [[1.7e308, -1.7e308], [1.6e308, 1.7e308], [1.5e308, 0.0]]
    drawing = draw(choose([("a", "DOUBLE"), ("b", "DOUBLE")], rows, Wish(type=kind, x="a", y="b")), ordered=False)
    assert "1.7e+308" in text_chart(drawing)
    assert "1.7e+308" in in_words(drawing)
