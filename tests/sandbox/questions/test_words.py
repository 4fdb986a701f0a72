"""Cutting and comparing words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domo_mcp.sandbox.questions.words import phrase, plural, quoted, root, singular, tokens


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500", "500"),
        ("1,000", "1000"),
        ("2.5k", "2500"),
        ("$3m", "3000000"),
        ("-5", "-5"),
        (".2", "0.2"),
        ("five", "5"),
    ],
)
def test_a_number_is_read_as_written(text: str, number: str) -> None:
    (token,) = tokens(text)
    assert token.number == Decimal(number)


def test_a_decimal_comma_is_not_read_as_a_thousand() -> None:
    assert [t.number for t in tokens("1,5")] == [Decimal(1), None, Decimal(5)]


def test_possessives_and_contractions_leave_their_words() -> None:
    assert [t.word for t in tokens("last year's orders weren't late")] == [
        "last",
        "year",
        "orders",
        "were",
        "not",
        "late",
    ]


def test_a_name_and_its_plural_are_one_phrase() -> None:
    assert phrase("Sales Reps") == phrase("sales-rep") == ("sale", "rep")


@pytest.mark.parametrize("word", ["status", "business", "analysis", "gas"])
def test_a_singular_that_ends_in_s_stays(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [("cancelled", "canceled"), ("shipped", "ship"), ("left", "leave"), ("hired", "hires"), ("solved", "solve")],
)
def test_forms_of_one_verb_share_a_root(one: str, other: str) -> None:
    assert root(one) == root(other)


def test_names_are_listed_as_in_a_sentence() -> None:
    assert quoted(["a", "b", "c"], "or") == "`a`, `b` or `c`"
    assert [plural(w) for w in ("Category", "Day", "Box")] == ["Categories", "Days", "Boxes"]
