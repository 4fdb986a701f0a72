"""What is in the columns of a dataset: nulls, distinct values, ranges, the few values that there are. Made by SQL."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import anyio

from domo_mcp.sql import quoted

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Column, Dictionary
    from domo_mcp.client.rows import Cell, Row

MOST_ROWS = 50_000_000
"""Datasets beyond this are not profiled: what counts them costs too much."""

_MOST_COLUMNS = 80
_AT_ONCE = 20
_FEW = 50
_MOST_LISTED = 8
_DATES = frozenset({"DATE", "DATETIME"})
_PERSONAL = re.compile(
    # Within any word, since names of columns are often written in one.
    r"e ?mail|phone|telefon|fax|address|adresse|anschrift|birth|geburt|pass(port|word|wort)|salary|gehalt|surname"
    r"|vorname|nachname|firstname|lastname|fullname|username|social ?security|credit ?card|nationality|ethnic|religio"
    r"|compensation|diagnos|postal|zip ?code"
    # As a word.
    r"|(?<![a-z])(mail|tel|street|dob|ssn|tax ?id|iban|bic|wages?|secret|token|ip|gender|sex|login|latitude|longitude"
    r"|zip|nombre|age *$)(?![a-z])"
    r"|(?<![a-z])(first|last|full|middle|given|maiden|nick|display|user|customer|client|contact|employee|staff|person"
    r"|patient|member|student|owner|agent|manager|rep|driver|guest|buyer|subscriber|assignee|author"
    r"|approver|requester|reporter|recipient) ?names?(?![a-z])"
    # As the whole name.
    r"|^ *(names?|mobile|cell|contact|employee|person|patient|manager|assignee|agent|salesperson"
    r"|author|driver|student|teacher|kunde|approver|requester|reporter|recipient"
    r"|(assigned|reported|approved|created|updated) (to|by)"
    r"|(sales |account )?(rep|representative|owner))( number| no)? *$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\W]+")
_REACHES = re.compile(  # a mail address in it, or a telephone number as a whole
    r".*[^@\s]@[^@\s]+\.\w+.*|(\+|00)\d[\d ()./-]{6,}"
    r"|\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}|0\d{2,5}[ /-] ?\d{4,}[\d -]*",
    re.DOTALL,
)
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w./-]+|\d{4}-\d\d(-\d\d)?(T[\d:.]+Z?)?")

Ask = Callable[[str], Awaitable[Sequence["Row"]]]
"""Sends one SELECT on the dataset (`FROM table`) and gives its rows."""


@dataclass(frozen=True)
class ColumnProfile:
    """One column: share of rows without a value, distinct values, least and greatest, its values where they are few.

    `grain` is the step of a date column: day, month, quarter or year; empty where that cannot be told.
    """

    name: str
    nulls: float
    distinct: int
    low: str | int | float | bool | None
    high: str | int | float | bool | None
    values: tuple[str, ...] = ()
    grain: str = ""


def looks_personal(name: str) -> bool:
    """Whether a column's name says that its values are about a person, so that none is read unasked."""
    return bool(_PERSONAL.search(_BETWEEN.sub(" ", name)))


def profiled(columns: Iterable[Column], dictionary: Dictionary | None) -> list[Column]:
    """The columns that may be looked into: not masked, not personal, not kept from agents by the dictionary."""
    kept = {entry.name for entry in dictionary.columns if entry.agent_enabled is False} if dictionary else set()
    fit = [c for c in columns if not c.masked and c.name not in kept and not looks_personal(c.name)]
    return fit[:_MOST_COLUMNS]


async def profile(ask: Ask, columns: Sequence[Column], rows: int | None) -> dict[str, ColumnProfile]:
    """The profiles by name: a statement for every twenty columns, and one for each text column of few values.

    `rows` is how many the dataset has; None counts them first. Empty for none, and for more than MOST_ROWS.
    """
    if rows is None:
        rows = await _counted(ask)
    if not 0 < rows <= MOST_ROWS:
        return {}
    measured: dict[str, ColumnProfile] = {}
    for start in range(0, len(columns), _AT_ONCE):
        some = columns[start : start + _AT_ONCE]
        found = await ask(_measuring(some))
        read = _read(some, found[0] if found else [])
        measured |= {each.name: each for each in read if not _reaches(each.low, each.high)}
    few = [c.name for c in columns if c.type == "STRING" and 0 < _distinct(measured.get(c.name)) <= _FEW]
    values: dict[str, tuple[str, ...]] = {}

    async def list_values(name: str) -> None:
        values[name] = tuple(str(row[0]) for row in await ask(_listing(name)))

    async with anyio.create_task_group() as tasks:
        for name in few[:_MOST_LISTED]:
            tasks.start_soon(list_values, name)
    texts = {column.name for column in columns if column.type == "STRING"}
    told = (_with_values(each, values.get(each.name, ()), each.name in texts) for each in measured.values())
    return {each.name: each for each in told if not _reaches(*each.values)}


async def _counted(ask: Ask) -> int:
    found = await ask("SELECT COUNT(*) AS total FROM table")
    return round(_number(found[0][0])) if found else 0


def _measuring(columns: Sequence[Column]) -> str:
    parts = ["COUNT(*) AS total"]
    for number, column in enumerate(columns):
        name = quoted(column.name)
        parts += [
            f"COUNT({name}) AS n{number}",
            f"COUNT(DISTINCT {name}) AS d{number}",
            f"MIN({name}) AS l{number}",
            f"MAX({name}) AS h{number}",
        ]
        if column.type in _DATES:
            parts.append(f"MAX(DAYOFMONTH({name})) AS f{number}")
    return f"SELECT {', '.join(parts)} FROM table"  # noqa: S608 - every name is quoted


def _listing(name: str) -> str:
    column = quoted(name)
    where = f"FROM table WHERE {column} IS NOT NULL GROUP BY {column}"
    return f"SELECT {column} AS v, COUNT(*) AS n {where} ORDER BY n DESC, v LIMIT {_FEW}"


def _read(columns: Sequence[Column], row: Row) -> Iterable[ColumnProfile]:
    """The measures in the order that `_measuring` asked for them."""
    cells = iter(row)
    total = _number(next(cells, 0))
    for column in columns:
        count, distinct, low, high = (next(cells, None) for _ in range(4))
        latest_day = next(cells, None) if column.type in _DATES else None
        nulls = 1 - _number(count) / total if total else 0.0
        found = ColumnProfile(column.name, nulls, round(_number(distinct)), low, high)
        yield found if latest_day is None else _dated(found, _number(latest_day))


def _dated(found: ColumnProfile, latest_day: float) -> ColumnProfile:
    low, high = _day(found.low), _day(found.high)
    if low is None or high is None or found.distinct < 2:
        return found
    days = (high - low).days
    months = (high.year - low.year) * 12 + high.month - low.month
    grain = "day" if days < found.distinct * 2 and found.distinct <= days + 1 else ""
    if latest_day == 1 and months:
        steps = months / (found.distinct - 1)
        grain = "month" if steps < 2 else "quarter" if steps < 6 else "year"
    return ColumnProfile(found.name, found.nulls, found.distinct, found.low, found.high, grain=grain)


def _with_values(found: ColumnProfile, values: tuple[str, ...], is_text: bool) -> ColumnProfile:
    """The same with its values; of texts that nobody saw all of no range is told, unless they look like codes."""
    ends = (found.low, found.high)
    if is_text and not values and not all(_CODE.fullmatch(str(end)) for end in ends):
        ends = (None, None)
    return ColumnProfile(found.name, found.nulls, found.distinct, *ends, values, found.grain)


def _reaches(*values: Cell) -> bool:
    """Whether some are addresses or telephone numbers of persons, whatever the column is called."""
    return any(isinstance(value, str) and _REACHES.fullmatch(value.strip()) for value in values)


def _distinct(found: ColumnProfile | None) -> int:
    return found.distinct if found else 0


def _day(value: Cell) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _number(value: Cell) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
