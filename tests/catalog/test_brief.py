"""The context text within its budget."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domo_mcp.catalog.brief import DIALECT, Known, brief
from domo_mcp.catalog.calendar import Calendar
from domo_mcp.catalog.knowledge import Described
from domo_mcp.catalog.notes import Example
from domo_mcp.catalog.profile import ColumnProfile
from domo_mcp.client.metadata import Column, Dataset, Dictionary, DictionaryColumn, Formula

CALENDAR = Calendar(date(2026, 11, 22), fiscal_month=4)


def described(name: str, columns: int) -> Described:
    dictionary = Dictionary(
        description=f"About {name}",
        unit_of_analysis="one order",
        columns=(DictionaryColumn(name="c0", description="the first", synonyms=("one", "uno")),),
    )
    return Described(
        dataset=Dataset(id=f"id-{name}", name=name, row_count=12_345),
        columns=tuple(Column(name=f"c{number}", type="LONG") for number in range(columns)),
        dictionary=dictionary,
        formulas=(Formula(name="Profit", formula="`a`\n - `b`"),),
    )


def table(name: str, *columns: str, type_: str = "STRING") -> Described:
    return Described(
        Dataset(id=f"id-{name}", name=name), tuple(Column(name=each, type=type_) for each in columns), None, ()
    )


def told(*chosen: Any, **more: Any) -> tuple[str, list[str]]:
    pack = brief(*chosen, **more)
    return pack.text, list(pack.left_out)


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_everything_known_is_said() -> None:
    known = Known(
        described("Orders", 3),
        profile={
            "c1": ColumnProfile("c1", nulls=0.25, distinct=2, low=None, high=None, values=("West", "East")),
            "c2": ColumnProfile("c2", nulls=0, distinct=9, low="2024-01-01", high="2024-12-31", grain="day"),
        },
        examples=[Example(question="How many?", dataset="Orders", sql="SELECT COUNT(*)\nFROM Orders")],
        alike="Orders (Archive) has the same columns.",
    )
    text, left_out = told([known], calendar=CALENDAR, max_tokens=1000)
    assert left_out == []
    for part in (
        "today: 2026-11-22 (UTC); the fiscal year begins in April",
        DIALECT,
        "dataset `Orders` id id-Orders (12,345 rows)",
        "About Orders. one order.",
        "Orders (Archive) has the same columns.",
        "`c0` LONG - the first (also: one, uno)",
        "`c1` LONG [values 'West', 'East'; 25% NULL]",
        "`c2` LONG [2024-01-01 to 2024-12-31; by day]",
        "beast mode Profit = `a` - `b`",
        "verified: How many? -> SELECT COUNT(*) FROM Orders",
    ):
        assert part in lines(text)


@pytest.mark.parametrize("most", [110, 150, 200, 400, 800, 2000])
def test_the_budget_holds_and_what_is_missing_is_named(most: int) -> None:
    both = [Known(described("Orders", 60)), Known(described("Tickets", 60))]
    text, left_out = told(both, calendar=CALENDAR, max_tokens=most)
    assert len(text) / 4 <= most
    assert (text.count("LONG") == 120) is (not left_out)


def test_notes_come_first_and_take_no_more_than_their_share() -> None:
    many = "\n".join(f"Note {number} of the operator about orders." for number in range(100))
    text, left_out = told([Known(described("Orders", 5))], calendar=CALENDAR, max_tokens=600, notes=many)
    assert text.index("Note 0 of") < text.index("dataset `Orders`")
    assert sum(len(line) for line in lines(text) if line.startswith("Note")) <= 0.3 * 600 * 4
    assert any(each.endswith("lines of notes") for each in left_out)


def test_others_follow_in_a_line_each_with_every_type_said_once() -> None:
    other = Described(
        Dataset(id="id-2", name="Tickets"),
        (Column(name="Opened", type="DATE"), Column(name="Cost", type="DOUBLE"), Column(name="Closed", type="DATE")),
        None,
        (),
    )
    text, left_out = told([Known(described("Orders", 2))], [other], calendar=CALENDAR, max_tokens=1000)
    assert lines(text)[-2:] == [
        "more datasets, in short:",
        "`Tickets` id id-2: DATE `Opened`, `Closed`; DOUBLE `Cost`",
    ]
    assert left_out == []


def test_a_wide_dataset_keeps_the_columns_that_the_question_names() -> None:
    wide = table("Wide", *(f"attribute {number}" for number in range(80)), "Client Weight")
    for chosen, others in (([Known(wide)], []), ([Known(described("Orders", 2))], [wide])):
        text, _ = told(
            chosen, others, calendar=CALENDAR, max_tokens=300, question="How much do our customers weigh on average?"
        )
        assert "`Client Weight`" in text
        assert "`attribute 70`" not in text


def test_one_wide_dataset_in_short_does_not_keep_the_others_out() -> None:
    wide = table("Wide", *(f"attribute number {number}" for number in range(300)))
    narrow = [table(f"Narrow {number}", "id", "name") for number in range(10)]
    text, left_out = told([Known(described("Orders", 2))], [wide, *narrow], calendar=CALENDAR, max_tokens=700)
    assert all(f"`Narrow {number}`" in text for number in range(10))
    assert " more" in next(line for line in lines(text) if line.startswith("`Wide`"))
    assert left_out == []


def test_datasets_without_room_are_counted() -> None:
    others = [table(f"Table {number}", *(f"column {each}" for each in range(10))) for number in range(50)]
    text, left_out = told([Known(described("Orders", 2))], others, calendar=CALENDAR, max_tokens=500)
    shown = sum(f"`Table {number}`" in text for number in range(50))
    assert 0 < shown < 50
    assert left_out == [f"{50 - shown} more datasets"]


def test_the_last_chosen_dataset_may_take_all_the_room() -> None:
    text, left_out = told(
        [Known(described("Orders", 20)), Known(described("Tickets", 60))], calendar=CALENDAR, max_tokens=500
    )
    assert "dataset `Tickets`" in text
    assert left_out == []
