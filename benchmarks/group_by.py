"""How long the sandbox takes for a group-by of AppDB: 100,000 documents by two properties, with every aggregate.

What is measured is the evaluator: documents are in memory already. Beside it the same filtered by a query first. Exit
code 1 where the median of the group-by is over its time.

    python benchmarks/group_by.py [--documents 100000] [--rounds 5] [--max-seconds 2]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from random import Random
from typing import Any

from domo_mcp.sandbox.mongo import aggregate, parse_aggregation, predicate

PARAMETERS = {
    "groupby": "content.campaignName, content.month",
    "count": "documentCount",
    "avg": "content.clicks avgClicks, content.impressions avgImps",
    "sum": "content.clicks sumClicks, content.impressions sumImps",
    "max": "content.clicks maxClicks, content.impressions maxImps",
    "min": "content.clicks minClicks, content.impressions minImps",
    "orderby": "sumClicks descending",
}
QUERY = {"content.clicks": {"$gte": 50}, "content.channel": {"$in": ["email", "social"]}, "createdOn": {"$ne": None}}


def main() -> int:
    """Print the figures; exit code 1 where the group-by took too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000, help="documents to group (default 100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="times to measure each (default 5)")
    parser.add_argument("--max-seconds", type=float, default=2.0, help="most that the group-by may take (default 2)")
    options = parser.parse_args()
    documents = made(options.documents)
    tasks = {"group by": lambda: grouped(documents), "find, then group by": lambda: grouped(found(documents))}
    seconds = {name: [timed(task) for _ in range(options.rounds)] for name, task in tasks.items()}
    return report(seconds, options.documents, len(grouped(documents)), options.max_seconds)


def made(count: int) -> list[dict[str, Any]]:
    """As many documents: 50 campaigns over 36 months."""
    random = Random(1)  # noqa: S311 - figures, not secrets
    return [
        {
            "id": f"{number:08}",
            "owner": "27",
            "createdOn": datetime(2026, 1, 1, tzinfo=UTC),
            "content": {
                "campaignName": f"Campaign {random.randrange(50)}",
                "month": f"{2024 + number % 3}-{random.randrange(1, 13):02}",
                "channel": random.choice(["email", "social", "search", "display"]),
                "clicks": random.randrange(500),
                "impressions": random.random() * 10_000,
            },
        }
        for number in range(count)
    ]


def grouped(documents: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """The rows of the benchmark's aggregation."""
    aggregation = parse_aggregation(PARAMETERS)
    assert aggregation is not None
    return aggregate(documents, aggregation)


def found(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What the benchmark's query finds."""
    return list(filter(predicate(QUERY), documents))


def timed(task: Callable[[], object]) -> float:
    """The seconds a task takes."""
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def report(seconds: Mapping[str, Sequence[float]], documents: int, groups: int, max_seconds: float) -> int:
    """Print medians and minima; the exit code."""
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs")
    parts = f"domo-mcp {version('domo-mcp')} · {documents:,} documents, {groups} groups"
    print(f"Python {platform.python_version()} · {parts}")
    for name, values in seconds.items():
        print(f"{name:20} median {statistics.median(values):6.3f} s  min {min(values):6.3f} s  n {len(values)}")
    slow = statistics.median(seconds["group by"])
    print(f"group by {slow:.3f} s, at most {max_seconds:.3f} s")
    return int(slow > max_seconds)


if __name__ == "__main__":
    sys.exit(main())
