"""Every question of company_questions.toml: its SQL to the letter, or the refusal with the words it names."""

from __future__ import annotations

import random
import tomllib
from datetime import date
from pathlib import Path
from typing import TypedDict

import pytest

from domo_mcp.sandbox.questions import NotUnderstood, Schema, write_sql

TODAY = date(2026, 11, 22)


class Answered(TypedDict):
    """A question and the statement it becomes."""

    question: str
    sql: str


class Refused(TypedDict):
    """A question, the words that found no place, and the beginning of the reason."""

    question: str
    words: list[str]
    reason: str


class Questions(TypedDict):
    """The data file."""

    answered: list[Answered]
    refused: list[Refused]


with (Path(__file__).parent / "company_questions.toml").open("rb") as file:
    QUESTIONS: Questions = tomllib.load(file)  # type: ignore[assignment]  # tomllib returns a plain dict
ANSWERED, REFUSED = QUESTIONS["answered"], QUESTIONS["refused"]


def spelled_out(sql: str, company: tuple[Schema, ...]) -> str:
    """Write the columns of the table in FROM where the data file has `*`."""
    table = next((s for s in company if f"FROM `{s.name}`" in sql), company[0])
    return sql.replace("SELECT *", "SELECT " + ", ".join(f"`{c.name}`" for c in table.columns))


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"])
def test_a_question_becomes_this_sql(case: Answered, company: tuple[Schema, ...]) -> None:
    assert write_sql(case["question"], company, today=TODAY) == spelled_out(case["sql"], company)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["question"])
def test_a_question_that_cannot_be_placed_is_refused_by_its_words(case: Refused, company: tuple[Schema, ...]) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        write_sql(case["question"], company, today=TODAY)
    assert list(refusal.value.words) == case["words"]
    assert refusal.value.reason.startswith(case["reason"])


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["question"])
def test_a_word_that_means_nothing_is_refused_wherever_it_stands(case: Answered, company: tuple[Schema, ...]) -> None:
    words = case["question"].split()
    place = random.Random(case["question"]).randrange(len(words) + 1)
    with pytest.raises(NotUnderstood) as refusal:
        write_sql(" ".join([*words[:place], "zebra", *words[place:]]), company, today=TODAY)
    assert "zebra" in refusal.value.words


def test_any_order_of_words_is_answered_or_refused_and_nothing_else(company: tuple[Schema, ...]) -> None:
    shuffled = random.Random(1)
    outcomes = set()
    for case in ANSWERED * 3:
        words = case["question"].rstrip("?").split()
        shuffled.shuffle(words)
        try:
            outcomes.add(write_sql(" ".join(words), company, today=TODAY)[:6])
        except NotUnderstood as refusal:
            outcomes.add("refused" if refusal.reason else "no reason")
    assert outcomes == {"SELECT", "refused"}
