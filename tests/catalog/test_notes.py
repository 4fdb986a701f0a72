"""The operator's own words, and questions whose SQL is known to be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from domo_mcp.catalog.notes import Example, Notes, fitting
from domo_mcp.errors import ConfigError

ID = "5a1e0000-0000-4000-8000-000000000001"
TEXT = f"""Amounts are in euro.

# Sales Orders
Revenue is net of discounts.

## Returns
They count as orders.

# {ID}
Loaded at four.

#no heading
# Calendar #
Weeks begin on Monday.
"""


@pytest.mark.parametrize("name", ["Sales Orders", "sales orders", "SALES ORDERS", " Sales Orders "])
def test_what_stands_under_a_datasets_name_is_about_it_in_any_case(name: str) -> None:
    said = Notes(TEXT).about(name)
    assert "Revenue is net of discounts." in said
    assert "euro" not in said
    assert "Monday" not in said


def test_a_heading_may_be_the_id_and_both_are_said() -> None:
    assert Notes(TEXT).about("Sales Orders", ID).splitlines()[-1] == "#no heading"
    assert "Loaded at four." in Notes(TEXT).about("Sales Orders", ID)
    assert "Revenue" not in Notes(TEXT).about("Products", ID)


def test_a_heading_within_a_datasets_part_is_about_that_dataset() -> None:
    assert "Returns: They count as orders." in Notes(TEXT).about("Sales Orders")
    assert "They count" not in Notes(TEXT).general(["Sales Orders", ID])


def test_all_else_is_about_all_under_its_own_heading() -> None:
    said = Notes(TEXT).general(["SALES ORDERS", ID])
    assert said == "Amounts are in euro.\nCalendar: Weeks begin on Monday."


def test_a_heading_that_names_nothing_there_is_is_about_all() -> None:
    assert "Sales Orders: Revenue is net" in Notes(TEXT).general([])


@pytest.mark.parametrize("text", ["", "\n\n", "# Sales Orders", "# Sales Orders\n\n# Products\n"])
def test_where_nothing_is_said_nothing_comes(text: str) -> None:
    assert Notes(text).about("Sales Orders") == ""
    assert Notes(text).general([]) == ""


def test_backticks_around_a_name_do_not_matter() -> None:
    assert Notes("## `Sales Orders`\nNet.").about("Sales Orders") == "Net."


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_whatever_editor_wrote_it(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "notes.md"
    file.write_bytes(start + b"# Sales Orders\r\nNet \xe2\x82\xac.\r\n# Other\r\nx\r\n")
    assert Notes.read(str(file)).about("Sales Orders") == "Net €."


def test_no_file_is_no_notes() -> None:
    assert Notes.read("") == Notes()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x" * 200_001])
def test_a_file_that_cannot_be_used_is_told_by_its_key(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "notes.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^catalog\.notes: .*notes\.md") as error:
        Notes.read(str(file))
    assert "xxx" not in str(error.value)


def example(question: str, dataset: str = "Sales Orders") -> Example:
    """One on a dataset."""
    return Example(question=question, dataset=dataset, sql="SELECT 1 FROM table")


def test_examples_that_share_more_words_with_the_question_come_first() -> None:
    examples = [example("open tickets"), example("revenue by month"), example("revenue by region"), example("refunds")]
    found = fitting(examples, "What is the revenue of each region?", ["Sales Orders"])
    assert [each.question for each in found] == ["revenue by region", "revenue by month", "open tickets"]


def test_only_examples_on_the_dataset_come_whichever_way_they_name_it() -> None:
    examples = [example("one", "Products"), example("two", ID.upper()), example("three", "sales ORDERS")]
    assert [each.question for each in fitting(examples, "", ["Sales Orders", ID])] == ["two", "three"]


@pytest.mark.parametrize("sql", ["DELETE FROM table", "SELECT 1; SELECT 2", "SELECT * FROM a JOIN b", "hello"])
def test_an_example_whose_sql_cannot_be_sent_is_told_with_its_question(sql: str) -> None:
    with pytest.raises(ConfigError, match=r'catalog\.examples: the SQL for "revenue": '):
        Example(question="revenue", dataset="Sales Orders", sql=sql).check()
