"""Whether the SQL gate lets through what it should: hostile statements none, honest ones all, and as they were written.

Judged is what `run_sql` does before it asks Domo: the text is parsed, and FROM names the dataset of the call alone.
Honest statements then go through the real client to a Domo that only keeps what arrives. Exit code 1 where a hostile
statement passes, an honest one is refused, or one arrives changed.

    python benchmarks/sql_gate.py
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import re
import statistics
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx

from domo_mcp.catalog.checking import foreign_tables
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.datasets import Datasets
from domo_mcp.client.limits import Limits
from domo_mcp.client.query import Query
from domo_mcp.client.retry import Patience
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.client.wire import Timeouts
from domo_mcp.errors import SqlRefused
from domo_mcp.sql import ColumnRules, parse

DATASET_ID = "5a1e0000-0000-4000-8000-000000000001"
MOST_ROWS = 1001
CORPORA = Path(__file__).with_suffix("")

_PIECES = re.compile(
    r"""(?P<kept>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|[^\s'"`/\#-]+|/(?!\*)|-(?!-(?:\s|$)))"""
    r"""|(?P<gap>(?:\s|/\*.*?\*/|--(?:\s[^\n]*|$)|\#[^\n]*)+)""",
    re.DOTALL,
)
_LIMIT = re.compile(r"\s+LIMIT\s+(\d+)(?:\s+OFFSET\s+(\d+)|\s*,\s*(\d+))?$", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """Statements of one kind on the dataset of one name."""

    name: str
    dataset: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """What the gate did with all statements; the lists hold those that it should have treated otherwise."""

    hostile: int
    let_through: list[str]
    honest: int
    refused: list[str]
    changed: list[str]
    seconds: Sequence[float]


def main() -> int:
    """Print the figures; the exit code."""
    logging.getLogger("sqlglot").setLevel(
        logging.ERROR
    )  # it warns of statements that it does not know, which is the point
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    return report(measure(sections("hostile"), sections("honest")))


def sections(corpus: str) -> list[Section]:
    """The sections of `hostile` or `honest`."""
    read = tomllib.loads((CORPORA / f"{corpus}.toml").read_text(encoding="utf-8"))
    return [
        Section(each["name"], each.get("dataset", "Sales Orders"), tuple(map(_statement, each["statements"])))
        for each in read["section"]
    ]


def passes(statement: str, dataset: str) -> bool:
    """Whether the gate lets the statement through to the dataset of that name."""
    try:
        return not foreign_tables(parse(statement), (DATASET_ID, dataset))
    except SqlRefused:
        return False


async def arrivals(statements: Sequence[str]) -> list[str]:
    """What Domo gets when the client sends each statement for at most `MOST_ROWS` rows."""
    arrived: list[str] = []

    def domo(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/api/query/v1/execute/{DATASET_ID}", request.url
        arrived.append(json.loads(request.content)["sql"])
        return httpx.Response(200, json={"columns": ["a"], "metadata": [{"type": "LONG"}], "rows": []})

    async with Session(
        "https://example.invalid",
        DeveloperToken("none"),
        limits=Limits(per_minute=1_000_000),
        timeouts=Timeouts(),
        patience=Patience(),
        transport=httpx.MockTransport(domo),
    ) as session:
        surface = Product()
        policy = ColumnPolicy(ColumnRules(), surface, Datasets(session, surface), AppDb(session, surface))
        query = Query(session, surface, policy)
        for statement in statements:
            await query.execute(DATASET_ID, parse(statement), limit=MOST_ROWS)
    return arrived


def as_written(statement: str) -> str:
    """What should arrive of the statement, to the byte.

    Nothing is left out but comments, each with the white space around it as one space, white space at both ends, and
    closing semicolons; LIMIT at the end is lowered to `MOST_ROWS` or added, `LIMIT a, b` spelled with OFFSET. Read by a
    rule of its own, not by the gate's parser.
    """
    text = "".join(_kept(statement)).strip().rstrip("; \t\r\n")
    limit = _LIMIT.search(text)
    if limit is None:
        return f"{text} LIMIT {MOST_ROWS}"
    first, offset, second = limit.groups()
    rows, start = (int(second), int(first)) if second else (int(first), int(offset or 0))
    return f"{text[: limit.start()]} LIMIT {min(rows, MOST_ROWS)}" + (f" OFFSET {start}" if start else "")


def measure(hostile: Sequence[Section], honest: Sequence[Section]) -> Figures:
    """Judge every statement, and send the honest ones."""
    seconds: list[float] = []

    def judged(sections: Sequence[Section]) -> Mapping[str, bool]:
        verdicts = {}
        for section in sections:
            for statement in section.statements:
                began = time.perf_counter()
                verdicts[statement] = passes(statement, section.dataset)
                seconds.append(time.perf_counter() - began)
        return verdicts

    passes("SELECT 1", "")  # the parser is imported by the first statement
    bad, good = judged(hostile), judged(honest)
    sent = [statement for statement, passed in good.items() if passed]
    return Figures(
        len(bad),
        [statement for statement, passed in bad.items() if passed],
        len(good),
        [statement for statement, passed in good.items() if not passed],
        [
            each
            for each, got in zip(sent, asyncio.run(arrivals(sent)), strict=True)
            if as_written(got) != as_written(each)
        ],
        seconds,
    )


def report(figures: Figures) -> int:
    """Print them; the exit code."""
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs")
    print(f"Python {platform.python_version()} · domo-mcp {version('domo-mcp')} · sqlglot {version('sqlglot')}")
    print(f"hostile {figures.hostile:5}  {_share('let through', figures.let_through, figures.hostile)}")
    print(f"honest  {figures.honest:5}  {_share('refused', figures.refused, figures.honest)}")
    sent = figures.honest - len(figures.refused)
    print(f"arrived {sent:5}  byte for byte {sent - len(figures.changed)}")
    milliseconds = sorted(1000 * each for each in figures.seconds)
    p99 = milliseconds[int(0.99 * len(milliseconds))]
    print(f"a statement  median {statistics.median(milliseconds):.2f} ms  p99 {p99:.2f} ms  n {len(milliseconds)}")
    wrong = [*figures.let_through, *figures.refused, *figures.changed]
    for statement in wrong[:20]:
        print(f"  wrong: {statement[:160]!r}")
    return int(bool(wrong))


def _share(word: str, wrong: Sequence[str], of: int) -> str:
    return f"{word} {len(wrong)} ({len(wrong) / of:.2%})"


def _statement(written: str | list[tuple[str, int]]) -> str:
    return written if isinstance(written, str) else "".join(text * times for text, times in written)


def _kept(statement: str) -> Iterator[str]:
    """The pieces of the statement, white space with a comment in it as one space."""
    end = 0
    for piece in _PIECES.finditer(statement):
        assert piece.start() == end, f"cannot be read at {end}: {statement[:100]!r}"
        end = piece.end()
        gap = piece["gap"]
        yield piece.group() if gap is None or gap.isspace() else " "
    assert end == len(statement), f"cannot be read at {end}: {statement[:100]!r}"


if __name__ == "__main__":
    sys.exit(main())
