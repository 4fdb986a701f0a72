"""Schema linking: is the table that a question needs in the context pack, with all columns that its SQL names.

For each question its table stands among 199 others drawn with a stated seed, and the pack has a budget of tokens
(characters / 4). Beside it, in the same run, the same packing with tables ranked by their names only. `--pool 0` takes
the whole haystack. The file is JSON: `tables` with db, name, columns of name and type; `questions` with db, table,
question, columns.

    python -m benchmarks.schema_linking FILE [--tokens 1500] [--pool 200] [--seed 7] [--misses]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domo_mcp.catalog.brief import Calendar, Known, brief
from domo_mcp.catalog.choosing import candidate
from domo_mcp.catalog.knowledge import Described
from domo_mcp.catalog.ranking import Candidate, rank
from domo_mcp.client.metadata import Column, Dataset
from domo_mcp.sql import quoted

CALENDAR = Calendar(date(2026, 1, 31))
TOLD_WHOLE = 3


@dataclass(frozen=True)
class Question:
    """A question, the table that answers it, and the columns that its SQL needs."""

    text: str
    table: str
    columns: tuple[str, ...]


def read(path: Path) -> tuple[dict[str, Described], list[Question]]:
    """The tables by id, and the questions."""
    data = json.loads(path.read_text(encoding="utf-8"))
    tables = {
        f"{table['db']}.{table['name']}": Described(
            dataset=Dataset(id=f"{table['db']}.{table['name']}", name=table["name"]),
            columns=tuple(Column(name=column["name"], type=column["type"]) for column in table["columns"]),
            dictionary=None,
            formulas=(),
        )
        for table in data["tables"]
    }
    questions = [
        Question(entry["question"], f"{entry['db']}.{entry['table']}", tuple(entry["columns"]))
        for entry in data["questions"]
    ]
    return tables, questions


def pack(question: str, pool: Sequence[Described], look: Callable[[Described], Candidate], tokens: int) -> str:
    """The context pack for a question over a pool of tables."""
    by_id = {entry.dataset.id: entry for entry in pool}
    ranked = [by_id[entry.id] for entry in rank(question, [look(entry) for entry in pool])]
    whole, others = ranked[:TOLD_WHOLE], ranked[TOLD_WHOLE:]
    text, _ = brief([Known(entry) for entry in whole], others, calendar=CALENDAR, max_tokens=tokens, question=question)
    return text


def by_name(entry: Described) -> Candidate:
    """A table of which only the name is known."""
    return Candidate(entry.dataset.id, entry.dataset.name, "", (), 0, 0)


def found(question: Question, text: str) -> bool:
    """Whether the pack names the table and all columns that are needed (a few questions need another table's, too)."""
    there = f" id {question.table} (" in text or f" id {question.table}:" in text
    return there and all(quoted(column) in text for column in question.columns)


def main() -> None:
    """Print hits and times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--tokens", type=int, default=1500)
    parser.add_argument("--pool", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    tables, questions = read(given.file)
    for title, look in (("names, columns, types", candidate), ("names only", by_name)):
        chance = random.Random(given.seed)  # noqa: S311 - a draw that can be repeated
        hits, seconds, missed = 0, [], []
        for question in questions:
            others = [entry for key, entry in tables.items() if key != question.table]
            drawn = chance.sample(others, min(given.pool - 1, len(others))) if given.pool else others
            pool = [tables[question.table], *drawn]
            chance.shuffle(pool)
            start = time.perf_counter()
            text = pack(question.text, pool, look, given.tokens)
            seconds.append(time.perf_counter() - start)
            assert len(text) <= given.tokens * 4
            hits += found(question, text)
            if not found(question, text):
                missed.append(question)
        share = hits / len(questions)
        print(
            f"{title}: {hits} of {len(questions)} ({share:.1%}) in {given.tokens} tokens out of "
            f"{given.pool or len(tables)} tables; {statistics.median(seconds) * 1000:.1f} ms a question (median)"
        )
        for question in missed if given.misses else ():
            print(f"  missed: {question.text} -> {question.table} {list(question.columns)}")


if __name__ == "__main__":
    main()
