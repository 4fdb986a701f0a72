"""What fits into an answer."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from domo_mcp.guard.budget import RESERVED_TOKENS, trim, trim_answer, trim_text
from domo_mcp.guard.preview import FieldChange, ObjectChange, Preview
from domo_mcp.guard.written import Written
from domo_mcp.tools.data.details import ColumnEntry, DatasetDetails
from domo_mcp.tools.results import Text
from domo_mcp.tools.table import Column, Scalar, Table, csv_header, csv_line
from domo_mcp.tools.workflows.answers import InstanceDetails


def table(rows: int, **more: object) -> Table:
    columns = (Column("Region", "STRING"), Column("Day", "DATE"), Column("Revenue", "DOUBLE"))
    cells: list[list[Scalar]] = [["North" if n % 3 else None, f"2026-01-{n % 28 + 1:02}", n * 1.5] for n in range(rows)]
    return Table(columns, cells, **more)  # type: ignore[arg-type]


def tokens(result: Table) -> float:
    lines = [csv_header(result.columns), *(csv_line(row) for row in result.rows), *result.summary, *result.facts]
    return sum(len(line) + 1 for line in lines) / 4


@pytest.mark.parametrize("most", [200, 300, 1000, 5000])
@pytest.mark.parametrize("rows", [0, 1, 10, 100, 10_000])
def test_an_answer_never_passes_its_budget_and_says_when_it_was_cut(rows: int, most: int) -> None:
    result = trim(table(rows, facts=("a fact of ours",)), most)
    assert tokens(result) + RESERVED_TOKENS <= most + 10
    assert result.more is (len(result.rows) < rows)
    if result.more:
        assert result.total == rows
        assert most < 600 or any("Revenue: 0 to" in line for line in result.summary)


@pytest.mark.parametrize("most", [200, 1000, 5000])
def test_a_table_of_very_many_columns_keeps_the_first_and_says_how_many_went(most: int) -> None:
    columns = tuple(Column(f"column number {n}", "STRING") for n in range(50_000))
    result = trim(Table(columns, [["x"] * 50_000]), most)
    assert tokens(result) + RESERVED_TOKENS <= most + 30
    assert len(result.columns) == len(result.rows[0] if result.rows else result.columns)
    assert "further columns do not fit" in result.facts[-1]


@pytest.mark.parametrize("most", [200, 1000])
def test_an_object_is_shortened_until_it_fits(most: int) -> None:
    details = DatasetDetails(
        id="1", name="n" * 100_000, url="u", schema_columns=[ColumnEntry(name="c" * 999, type="LONG")] * 500
    )
    result = trim_answer(details, most)
    assert isinstance(result, DatasetDetails)
    assert len(result.model_dump_json(exclude_none=True)) / 4 <= most
    assert result.schema_columns


def written(objects: int, fields: int, notes: int) -> Written:
    each = [FieldChange(name=f"f{number}", before="x" * 120, after="y" * 120) for number in range(fields)]
    things = [ObjectChange(id=f"d{number}", becomes="changed", fields=each[:12]).cut(12) for number in range(objects)]
    things = [thing.model_copy(update={"further_fields": max(fields - 12, 0) or None}) for thing in things]
    shown = Preview(
        summary="s" * 200,
        target="t",
        objects=objects,
        shown=things[:10],
        further_objects=max(objects - 10, 0) or None,
        undo="exact",
        notes=[f"{number} {'n' * 100}" for number in range(notes)],
    )
    return Written(status="needs_confirmation", summary="s" * 200, preview=shown, ticket="k" * 300, next="Ask.")


@pytest.mark.parametrize("most", [200, 1000, 2000, 5000, 50_000])
@pytest.mark.parametrize(("objects", "fields", "notes"), [(1, 1, 0), (10, 12, 5), (40, 30, 5), (1, 30, 90)])
def test_a_cut_preview_counts_what_it_leaves_out(objects: int, fields: int, notes: int, most: int) -> None:
    whole = written(objects, fields, notes)
    result = trim_answer(whole, most)
    assert isinstance(result, Written)
    assert result.preview
    shown = result.preview
    assert len(shown.shown) + (shown.further_objects or 0) == objects
    assert [len(thing.fields) + (thing.further_fields or 0) for thing in shown.shown] == [fields] * len(shown.shown)
    assert len(shown.notes) + (shown.further_notes or 0) == notes
    assert (result.summary, result.ticket, shown.summary) == (whole.summary, whole.ticket, whole.summary)
    assert most < 1000 or len(result.model_dump_json(exclude_none=True)) / 4 <= most
    assert most < 50_000 or result == whole


def test_numbers_beyond_a_double_have_a_range_too() -> None:
    huge = Table((Column("n", "LONG"),), [[10**400 + n] for n in range(50)])
    assert trim(huge, 1000).summary[1].startswith("n: 1000")


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


def test_rows_come_before_what_sums_them_up() -> None:
    row: list[Scalar] = [f"{'x' * 20} {number}" for number in range(25)]
    result = trim(Table(tuple(Column(f"a{n}", "STRING") for n in range(25)), [row] * 10), 400)
    assert (len(result.rows), result.summary) == (1, ())


def test_the_count_of_a_cut_table_is_unknown_where_domo_had_more() -> None:
    assert trim(table(1000, more=True), 400).total is None


def test_the_summary_tells_range_top_values_and_nulls() -> None:
    summary = "\n".join(trim(table(1000), 800).summary)
    assert "Over the 1,000 rows read:" in summary
    assert "Region: 1 different: North (666), 334 NULL" in summary
    assert "Day: 28 different" in summary
    assert "Revenue: 0 to 1498.5" in summary


def test_a_text_is_cut_at_a_line_and_says_how_much_is_left() -> None:
    result = trim_text(Text("\n".join(["a line of text"] * 100)), 200)
    assert len(result.body) <= 400
    assert result.body.endswith("a line of text")
    assert "Cut: 1," in result.facts[-1]


RESULTS: list[JsonValue] = [
    [{"name": "x" * 3000, "n": number} for number in range(500)],
    {f"key {number}": number for number in range(5000)},
    '"' * 90_000,
]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("most", [1000, 5000])
def test_a_result_is_cut_until_it_fits_and_says_how_large_it_was(result: JsonValue, most: int) -> None:
    cut = trim_answer(Written(status="applied", summary="s", result=result, facts=["It ran."]), most)
    assert isinstance(cut, Written)
    assert cut.facts
    assert len(cut.model_dump_json(exclude_none=True)) / 4 <= most
    assert cut.result
    assert f"{len(json.dumps(result)):,} characters" in cut.facts[-1]


def test_a_result_that_fits_is_left_alone() -> None:
    whole = Written(status="applied", summary="s", result={"nothing": None, "some": [1, 2]})
    assert trim_answer(whole, 1000) == whole


@pytest.mark.parametrize("value", [list(range(20_000)), {f"k{n}": n for n in range(20_000)}])
def test_a_shortened_object_fits_and_says_how_much_there_was(value: JsonValue) -> None:
    whole = InstanceDetails(instance_id="i", status="COMPLETED", result={"result": value})
    less = trim_answer(whole, 1000)
    assert len(less.model_dump_json(exclude_none=True)) <= 4000 - 4 * RESERVED_TOKENS
    assert f"the whole has {len(whole.model_dump_json(exclude_none=True)):,} characters" in less.cut_line
    assert not trim_answer(InstanceDetails(instance_id="i", status="COMPLETED"), 1000).cut_line
