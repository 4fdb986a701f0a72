"""What fits into an answer."""

from __future__ import annotations

import pytest

from domo_mcp.guard.budget import trim, trim_text
from domo_mcp.tools.results import Text
from domo_mcp.tools.table import Column, Scalar, Table, csv_header, csv_line


def table(rows: int, **more: object) -> Table:
    columns = (Column("Region", "STRING"), Column("Day", "DATE"), Column("Revenue", "DOUBLE"))
    cells: list[list[Scalar]] = [["North" if n % 3 else None, f"2026-01-{n % 28 + 1:02}", n * 1.5] for n in range(rows)]
    return Table(columns, cells, **more)  # type: ignore[arg-type]


def tokens(result: Table) -> float:
    lines = [csv_header(result.columns), *(csv_line(row) for row in result.rows), *result.summary]
    return sum(len(line) + 1 for line in lines) / 4


@pytest.mark.parametrize("most", [100, 300, 1000, 5000])
@pytest.mark.parametrize("rows", [0, 1, 10, 100, 10_000])
def test_an_answer_never_passes_its_budget_and_says_when_it_was_cut(rows: int, most: int) -> None:
    result = trim(table(rows), most)
    assert tokens(result) <= most + 20
    assert result.more is (len(result.rows) < rows)
    if result.more:
        assert result.total == rows
        assert most < 300 or any("Revenue: 0 to" in line for line in result.summary)


def test_a_table_that_fits_is_left_alone() -> None:
    whole = table(10)
    assert trim(whole, 5000) is whole


def test_a_cut_page_goes_on_behind_the_last_row_kept() -> None:
    result = trim(table(1000, continues=lambda shown: f"at {shown}"), 400)
    assert result.next_cursor == f"at {len(result.rows)}"


def test_a_row_larger_than_the_budget_has_no_cursor_that_stands_still() -> None:
    huge = Table((Column("a", "STRING"),), [["x" * 5000], ["y"]], continues=lambda shown: f"at {shown}")
    result = trim(huge, 200)
    assert (result.rows, result.next_cursor) == ([], None)
    assert "larger than max_tokens" in result.advice


def test_the_count_of_a_cut_table_is_unknown_where_domo_had_more() -> None:
    assert trim(table(1000, more=True), 400).total is None


def test_the_summary_tells_range_top_values_and_nulls() -> None:
    summary = "\n".join(trim(table(1000), 400).summary)
    assert "Over the 1,000 rows read:" in summary
    assert "Region: 1 different: North (666), 334 NULL" in summary
    assert "Day: 28 different" in summary
    assert "Revenue: 0 to 1498.5" in summary


def test_a_text_is_cut_at_a_line_and_says_how_much_is_left() -> None:
    result = trim_text(Text("\n".join(["a line of text"] * 100)), 50)
    assert len(result.body) <= 200
    assert result.body.endswith("a line of text")
    assert "Cut: 1," in result.facts[-1]
