"""The context text within its budget."""

from __future__ import annotations

from datetime import date

import pytest

from domo_mcp.catalog.brief import DIALECT, brief
from domo_mcp.catalog.datasets import Described
from domo_mcp.client.metadata import Column, Dataset, Dictionary, DictionaryColumn, Formula
from domo_mcp.untrusted import plain

TODAY = date(2026, 11, 22)


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


def test_everything_known_is_said() -> None:
    text, left_out = brief([described("Orders", 2)], today=TODAY, max_tokens=1000)
    assert left_out == []
    for part in (
        "today: 2026-11-22",
        DIALECT,
        "dataset `Orders` id id-Orders (12,345 rows)",
        "About Orders; one order",
        "`c0` LONG - the first (also: one, uno)",
        "`c1` LONG",
        "beast mode Profit = `a` - `b`",
    ):
        assert part in text


@pytest.mark.parametrize("most", [100, 150, 200, 400, 800, 2000])
def test_the_budget_holds_and_what_is_missing_is_named(most: int) -> None:
    text, left_out = brief([described("Orders", 60), described("Tickets", 60)], today=TODAY, max_tokens=most)
    assert len(text) / 4 <= most
    whole = text.count("LONG") == 120
    assert whole is (not left_out)


def test_a_dataset_without_room_for_its_columns_is_only_named() -> None:
    text, left_out = brief([described("Orders", 5), described("Tickets", 500)], today=TODAY, max_tokens=150)
    assert "`Tickets`" not in text
    assert list(map(plain, left_out)) == ['"Tickets" (id-Tickets) with 500 columns']
