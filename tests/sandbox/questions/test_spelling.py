"""Which word a misspelt one is read as."""

from __future__ import annotations

import pytest

from domo_mcp.sandbox.questions.spelling import corrected

KNOWN = {"department", "revenue", "region", "profit", "brand", "order", "salary", "quantity"}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("departement", "department"),
        ("revnue", "revenue"),
        ("regoin", "region"),
        ("proft", "profit"),
        ("quentity", "quantity"),
    ],
)
def test_a_slip_of_the_hand_is_read_as_the_word_it_misses(word: str, meant: str) -> None:
    assert corrected(word, KNOWN) == meant


@pytest.mark.parametrize("word", ["older", "bland", "grand", "profits", "regional", "sale", "revue"])
def test_another_word_is_not_corrected(word: str) -> None:
    assert corrected(word, KNOWN) is None


def test_a_word_between_two_known_ones_is_not_corrected() -> None:
    assert corrected("costt", {"coast", "costs"}) is None
