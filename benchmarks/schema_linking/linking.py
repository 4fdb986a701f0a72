"""Questions with the tables that answer them, the pools that the tables are drawn into, and what a pack has of them."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domo_mcp.catalog.brief import Known, brief
from domo_mcp.catalog.calendar import Calendar
from domo_mcp.catalog.choosing import candidate
from domo_mcp.catalog.knowledge import Described
from domo_mcp.catalog.ranking import Candidate, rank
from domo_mcp.client.metadata import Column, Dataset
from domo_mcp.sql import quoted

Ranker = Callable[[str, Sequence[Described]], Sequence[str]]
"""Gives the ids of datasets, best first."""

_CALENDAR = Calendar(date(2026, 1, 31))
_TOLD_WHOLE = 3


@dataclass(frozen=True)
class Question:
    """A question, the table that answers it, and the columns that its SQL needs."""

    text: str
    table: str
    columns: tuple[str, ...]

    @property
    def database(self) -> str:
        return self.table.split(".")[0]


@dataclass(frozen=True)
class Outcome:
    """What became of one question in one draw; `possible` is whether some table of the pool had each of its columns."""

    question: Question
    hit: bool
    possible: bool
    seconds: float


def read_tables(path: Path) -> dict[str, Described]:
    """The tables of a file by id."""
    return {
        f"{table['db']}.{table['name']}": Described(
            dataset=Dataset(id=f"{table['db']}.{table['name']}", name=table["name"]),
            columns=tuple(Column(name=column["name"], type=column["type"]) for column in table["columns"]),
            dictionary=None,
            formulas=(),
        )
        for table in json.loads(path.read_text(encoding="utf-8"))["tables"]
    }


def read_questions(path: Path) -> list[Question]:
    """The questions of a file."""
    return [
        Question(entry["question"], f"{entry['db']}.{entry['table']}", tuple(entry["columns"]))
        for entry in json.loads(path.read_text(encoding="utf-8"))["questions"]
    ]


def by_words(question: str, pool: Sequence[Described]) -> list[str]:
    """The ranking that the server uses."""
    return [entry.id for entry in rank(question, [candidate(entry) for entry in pool])]


def by_name(question: str, pool: Sequence[Described]) -> list[str]:
    """The same where nothing but names is known."""
    return [
        entry.id
        for entry in rank(question, [Candidate(entry.dataset.id, entry.dataset.name, "", (), 0, 0) for entry in pool])
    ]


def pack(question: str, pool: Sequence[Described], ranker: Ranker, tokens: int) -> str:
    """The context pack for a question over a pool of tables."""
    by_id = {entry.dataset.id: entry for entry in pool}
    ranked = [by_id[each] for each in ranker(question, pool)]
    whole, others = [Known(entry) for entry in ranked[:_TOLD_WHOLE]], ranked[_TOLD_WHOLE:]
    return brief(whole, others, calendar=_CALENDAR, max_tokens=tokens, question=question).text


@dataclass(frozen=True)
class Draw:
    """How the tables that stand beside a question's own are drawn: how many in all (0: every one), and the seed.

    With `siblings` those of the same database are among them, as they are in a company's instance.
    """

    size: int
    seed: int
    siblings: bool = False

    def pools(
        self, tables: Mapping[str, Described], questions: Sequence[Question]
    ) -> Iterator[tuple[Question, list[Described]]]:
        """Each question with its tables, in chance order."""
        chance = random.Random(self.seed)  # noqa: S311 - a draw that can be repeated
        for question in questions:
            kept = {key for key in tables if self.siblings and key.split(".")[0] == question.database}
            kept.add(question.table)
            others = [entry for key, entry in tables.items() if key not in kept]
            drawn = chance.sample(others, min(self.size - len(kept), len(others))) if self.size else others
            pool = [*(tables[key] for key in sorted(kept)), *drawn]
            chance.shuffle(pool)
            yield question, pool


def outcomes(
    tables: Mapping[str, Described], questions: Sequence[Question], ranker: Ranker, draw: Draw, tokens: int
) -> Iterator[Outcome]:
    """What became of each question in a draw."""
    for question, pool in draw.pools(tables, questions):
        start = time.perf_counter()
        text = pack(question.text, pool, ranker, tokens)
        seconds = time.perf_counter() - start
        assert len(text) <= tokens * 4
        names = {name for entry in pool for name in entry.names}
        hit = found(question, tables[question.table], text)
        yield Outcome(question, hit, names >= set(question.columns), seconds)


def found(question: Question, table: Described, text: str) -> bool:
    """Whether the pack tells of the table its columns that are needed, and of some table those that are not its own."""
    own = _entry(question.table, text)
    return bool(own) and all(quoted(name) in (own if name in table.names else text) for name in question.columns)


def _entry(table: str, text: str) -> str:
    """What the pack says of a table: a line in short, or all up to the next empty line."""
    named = re.search(rf"^.* id {re.escape(table)}(?:: .*| \([^\n]*(?:\n(?!\n).*)*)", text, re.MULTILINE)
    return named[0] if named else ""
