"""How long ranking and packing take over many wide datasets."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from benchmarks.schema_linking.linking import by_words, pack
from domo_mcp.catalog import ranking, words
from domo_mcp.catalog.choosing import candidate
from domo_mcp.catalog.knowledge import Described
from domo_mcp.catalog.ranking import rank
from domo_mcp.client.metadata import Column, Dataset

_QUESTION = "Which of our clients in the western region bought the most units last quarter, and how much did they pay?"
_SYLLABLES = ("ba", "cor", "del", "fin", "gra", "hol", "ker", "lim", "mon", "nar", "pol", "rev", "sal", "tun", "vor")
_SAID = ("customer", "region", "order", "unit", "amount", "date", "price", "name", "status", "id", "total", "code")


def speed(count: int = 200, columns: int = 60, rounds: int = 15) -> str:
    """Median times of ranking datasets that were never seen, of the same ones again, and with packing."""
    cold, warm, packed = [], [], []
    for seed in range(rounds):
        pool = _datasets(count, columns, seed)
        candidates = [candidate(entry) for entry in pool]
        _forget()
        cold.append(_seconds(lambda: rank(_QUESTION, candidates)))  # noqa: B023 - called at once
        warm.append(_seconds(lambda: rank(_QUESTION, candidates)))  # noqa: B023 - called at once
        packed.append(_seconds(lambda: pack(_QUESTION, pool, by_words, 1500)))  # noqa: B023 - called at once
    first, again, all_told = (statistics.median(each) * 1000 for each in (cold, warm, packed))
    return (
        f"{count} datasets x {columns} columns, processor time, median of {rounds}: ranking {first:.1f} ms the first "
        f"time, {again:.1f} ms again; ranking and packing {all_told:.1f} ms"
    )


def _datasets(count: int, columns: int, seed: int) -> list[Described]:
    """Datasets whose names have two or three words: a third are common ones, the others are made up."""
    chance = random.Random(seed)  # noqa: S311 - a draw that can be repeated

    def word() -> str:
        return chance.choice(_SAID) if chance.random() < 0.33 else "".join(chance.choices(_SYLLABLES, k=3))

    def name() -> str:
        return " ".join(word().title() for _ in range(chance.randint(2, 3)))

    return [
        Described(
            dataset=Dataset(id=f"{chance.getrandbits(128):032x}", name=name(), row_count=1000),
            columns=tuple(Column(name=f"{name()} {at}", type="STRING") for at in range(columns)),
            dictionary=None,
            formulas=(),
        )
        for _ in range(count)
    ]


def _forget() -> None:
    for known in (ranking._told, words.singular, words.stem, words._likeness):  # noqa: SLF001 - as in a new process
        known.cache_clear()


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
