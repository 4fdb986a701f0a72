"""Text-to-SQL, by execution: whether the SQL that was written gives the rows of a right answer.

    python -m benchmarks.text_to_sql [--half seen|unseen|all|tuning] [--misses] [--model URL NAME] [--context LEVEL|all]
    python -m benchmarks.text_to_sql --half HALF --context LEVEL --sheet
    python -m benchmarks.text_to_sql --half HALF --context LEVEL --answers FILE.json

Without --model the sandbox's deterministic engine writes the SQL. `--sheet` prints what a writer without a URL is told,
and the questions; `--answers` scores what it handed in. `--context all` is the ablation: what the writer is
told grows from names to types, descriptions, synonyms, values, notes and examples. `seen.toml` may be looked at while
the engine is worked on; `unseen.toml` was written before and is only counted. `tuning.toml` is no part of the gold set:
it is for the work on the rules, and its figures say nothing of new questions. Intervals are Wilson's at 95 %.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.text_to_sql.context import LEVELS, Context
from benchmarks.text_to_sql.gold import HALVES, TUNING, Gold, read
from benchmarks.text_to_sql.scoring import Outcome, score, summary
from benchmarks.text_to_sql.sheets import Answers, sheet
from benchmarks.text_to_sql.writers import Deterministic, Model, Writer
from domo_mcp.sandbox.store import Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def _run(gold: list[Gold], writer: Writer, level: str, store: Store, *, misses: bool) -> None:
    context = Context(store, level)
    outcomes: list[Outcome] = []
    for question in gold:
        outcome = await score(store, question, await writer.write(question.question, context))
        outcomes.append(outcome)
        if misses and outcome.verdict in {"wrong", "refused", "answered the unanswerable"}:
            print(f"  {question.id} {outcome.verdict}: {question.question}\n      {outcome.said}")
    print(f"{writer.name}, told {level}: {summary(outcomes)}")


def main() -> None:
    """Print how many are right, refused and wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=[*HALVES, TUNING, "all"], default="all")
    parser.add_argument("--misses", action="store_true", help="with --half seen or tuning")
    parser.add_argument("--model", nargs=2, metavar=("URL", "NAME"), help="an OpenAI-compatible endpoint")
    parser.add_argument("--sheet", action="store_true", help="print the questions for a writer without a URL")
    parser.add_argument("--answers", type=Path, help="a JSON file: question id to SQL")
    parser.add_argument("--context", choices=[*LEVELS, "all"], default=LEVELS[-1])
    given = parser.parse_args()
    if given.misses and given.half not in {"seen", TUNING}:
        parser.error("--misses shows questions: only those of the seen half and of the tuning set")
    store = Store.open(clock=lambda: NOW)
    if given.sheet:
        print(asyncio.run(sheet(Context(store, given.context), read(given.half))))
        return
    writer: Writer = Model(*given.model) if given.model else Deterministic()
    if given.answers:
        writer = Answers(given.answers, read(given.half))
    for half in HALVES if given.half == "all" else [given.half]:
        print(f"{half}:")
        for level in LEVELS if given.context == "all" else [given.context]:
            asyncio.run(_run(read(half), writer, level, store, misses=given.misses))
    store.close()


if __name__ == "__main__":
    main()
