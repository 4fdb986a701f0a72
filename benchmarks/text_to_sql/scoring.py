"""Whether written SQL gives the rows of a right answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Literal

from benchmarks.intervals import share
from benchmarks.text_to_sql.gold import Gold
from domo_mcp import sql
from domo_mcp.errors import SqlRefused
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.refusals import QueryError
from domo_mcp.sandbox.store import Store

Verdict = Literal["right", "wrong", "refused", "refused rightly", "answered the unanswerable"]
Rows = list[tuple[object, ...]]

_EPSILON = 1e-4
_FEWEST_DECIMALS = 2


@dataclass(frozen=True)
class Written:
    """What a writer gave: SQL, or the reason why it gives none."""

    sql: str = ""
    refusal: str = ""


@dataclass(frozen=True)
class Outcome:
    """How one question ended; `said` is the SQL or the refusal."""

    verdict: Verdict
    said: str


async def score(store: Store, gold: Gold, written: Written) -> Outcome:
    """Compare by running: the right rows in any order of columns (and of rows, unless the question asks for one)."""
    said = written.sql or written.refusal
    if not written.sql:
        return Outcome("refused rightly" if gold.unanswerable else "refused", said)
    if gold.unanswerable:
        return Outcome("answered the unanswerable", said)
    found = await _rows_of(store, written.sql)
    if found is None:
        return Outcome("wrong", said)
    dataset = next(d for d in store.all(Dataset) if d.name == gold.dataset)
    for statement in gold.sql:
        right = await _rows(store, dataset, statement)
        if same(found, right, ordered=gold.ordered):
            return Outcome("right", said)
    return Outcome("wrong", said)


def same(found: Rows, right: Rows, *, ordered: bool) -> bool:
    """Whether some of the columns found, in some order, are the right ones; further columns do no harm."""
    if len(found) != len(right):
        return False
    if not right:
        return True
    columns, wanted = _columns(found), _columns(right)
    fitting = [[at for at, each in enumerate(columns) if _alike(each, one, ordered=ordered)] for one in wanted]
    return any(
        _alike([tuple(row[place] for place in places) for row in found], right, ordered=ordered)
        for places in product(*fitting)
        if len(set(places)) == len(places)
    )


def _columns(rows: Rows) -> list[Rows]:
    return [[(row[at],) for row in rows] for at in range(len(rows[0]))]


def _alike(found: Rows, right: Rows, *, ordered: bool) -> bool:
    mine, theirs = [tuple(map(_plain, row)) for row in found], [tuple(map(_plain, row)) for row in right]
    if not ordered:
        mine, theirs = sorted(mine, key=_place), sorted(theirs, key=_place)
    return all(len(one) == len(other) and all(map(_equal, one, other)) for one, other in zip(mine, theirs, strict=True))


def _plain(value: object) -> object:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    return None if value is None else str(value)


def _place(row: tuple[object, ...]) -> tuple[list[str], list[float]]:
    """Sort by the texts, and only then by the numbers, which may be rounded on one side."""
    numbers = [float(f"{value:.6g}") for value in row if isinstance(value, float)]
    return [repr(value) for value in row if not isinstance(value, float)], numbers


def _equal(found: object, right: object) -> bool:
    if isinstance(found, float) and isinstance(right, float):
        close = math.isclose(found, right, rel_tol=_EPSILON, abs_tol=_EPSILON)
        return close or _is_rounded(found, right)
    return found == right


def _is_rounded(found: float, right: float) -> bool:
    """Whether `found` is the right number rounded to the decimals it shows, at least two."""
    decimals = max(0, -int(Decimal(repr(found)).normalize().as_tuple().exponent))
    return decimals >= _FEWEST_DECIMALS and abs(found - right) <= 0.5 * 10**-decimals + 1e-12


async def _rows_of(store: Store, statement: str) -> Rows | None:
    """The rows of written SQL, on the dataset that its FROM names; None where it cannot be run."""
    try:
        tables = {table.casefold() for table in sql.parse(statement).tables}
        named = [d for d in store.all(Dataset) if {d.name.casefold(), d.id} & tables]
        return await _rows(store, named[0], statement) if len(named) == 1 else None
    except (SqlRefused, QueryError):
        return None


async def _rows(store: Store, dataset: Dataset, statement: str) -> Rows:
    result = await store.warehouse.query(dataset.id, statement, names=(dataset.name,))
    return [tuple(row) for row in result.rows]


def summary(outcomes: Sequence[Outcome]) -> str:
    """The shares with their intervals."""
    count = Counter(outcome.verdict for outcome in outcomes)
    answerable = count["right"] + count["wrong"] + count["refused"]
    rest = count["refused rightly"] + count["answered the unanswerable"]
    wrong = count["wrong"] + count["answered the unanswerable"]
    return (
        f"{share(count['right'], answerable)} of the answerable right, "
        f"{share(count['right'] + count['wrong'], answerable)} answered, "
        f"{share(wrong, len(outcomes))} of all wrong, "
        f"{share(count['refused rightly'], rest)} of the unanswerable refused"
    )
