"""Schema linking: is the table that a question needs in the context pack, with all columns that its SQL names.

For each question its table stands among 199 others drawn with a stated seed, and the pack has a budget of tokens
(characters / 4). Beside it, in the same run, the same packing with tables ranked by their names only. `--pool 0` takes
the whole haystack, `--seeds 10` ten draws. Some SQL names columns of a second table: where the draw leaves that table
out nobody can have them, so hits are told of all questions and of those that can be had. `--siblings` keeps all tables
of the question's database in the draw, as they are in a company's instance. Figures are told for all databases and for
either half of them, so that what was tried on one half can be checked on the other.

The file is JSON: `tables` with db, name, columns of name and type; `questions` with db, table, question, columns.
`--questions` asks those of another file about the same tables.

    python -m benchmarks.schema_linking FILE [--questions FILE] [--tokens 1500] [--pool 200] [--seed 7] [--seeds 1]
        [--siblings] [--misses] [--embeddings]
    python -m benchmarks.schema_linking --speed
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.schema_linking.linking import (
    Draw,
    Outcome,
    Ranker,
    by_name,
    by_words,
    outcomes,
    read_questions,
    read_tables,
)
from benchmarks.schema_linking.speed import speed


def main() -> None:
    """Print hits and times."""
    given = _arguments()
    if given.speed:
        print(speed())
    if not given.file:
        return
    tables, questions = read_tables(given.file), read_questions(given.questions or given.file)
    for title, ranker in _rankers(embeddings=given.embeddings).items():
        seeds = range(given.seed, given.seed + given.seeds)
        kinds = [Draw(given.pool, seed, given.siblings) for seed in seeds]
        draws = [[*outcomes(tables, questions, ranker, draw, given.tokens)] for draw in kinds]
        print(f"{title}: {given.tokens} tokens out of {given.pool or len(tables)} tables, seeds {seeds[0]}-{seeds[-1]}")
        _tell(draws)
        for outcome in (each for draw in draws for each in draw if not each.hit) if given.misses else ():
            why = "" if outcome.possible else " (not in the draw)"
            print(f"  missed{why}: {outcome.question.text} -> {outcome.question.table} {[*outcome.question.columns]}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--tokens", type=int, default=1500)
    parser.add_argument("--pool", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--siblings", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--embeddings", action="store_true")
    parser.add_argument("--speed", action="store_true")
    return parser.parse_args()


def _rankers(*, embeddings: bool) -> dict[str, Ranker]:
    rankers: dict[str, Ranker] = {"names, columns, types": by_words, "names only": by_name}
    if embeddings:
        from benchmarks.schema_linking.embedding import ByMeaning

        meaning = ByMeaning()
        rankers |= {"embeddings only": meaning.alone, "words and embeddings": meaning.with_words}
    return rankers


def _tell(draws: Sequence[Sequence[Outcome]]) -> None:
    databases = sorted({outcome.question.database for outcome in draws[0]})
    for title, some in (
        ("all databases", databases),
        ("1st, 3rd, 5th … database", databases[::2]),
        ("2nd, 4th, 6th … database", databases[1::2]),
    ):
        print(f"  {title}: {_shares([[each for each in draw if each.question.database in some] for draw in draws])}")
    seconds = [outcome.seconds for draw in draws for outcome in draw]
    print(f"  {statistics.median(seconds) * 1000:.1f} ms a question (median)")


def _shares(draws: Sequence[Sequence[Outcome]]) -> str:
    """Hits of all questions and of those that can be had: of all draws, and the worst draw."""
    told = []
    for what, counted in (
        ("all", draws),
        ("those that can be had", [[each for each in draw if each.possible] for draw in draws]),
    ):
        hits = [sum(outcome.hit for outcome in draw) for draw in counted]
        asked = [len(draw) for draw in counted]
        worst = min(hit / number for hit, number in zip(hits, asked, strict=True))
        told.append(f"{sum(hits)} of {sum(asked)} = {sum(hits) / sum(asked):.1%} (worst draw {worst:.1%}) of {what}")
    return "; ".join(told)


if __name__ == "__main__":
    main()
