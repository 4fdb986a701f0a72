"""How much before or after a moment: intervals, and days that are added to a date as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.comparisons import comparisons
from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.literals import DATES
from domo_mcp.catalog.checking.operands import first_of
from domo_mcp.catalog.checking.reading import Reading, span
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

_UNITS = frozenset({"year", "quarter", "month", "week", "day", "hour", "minute", "second"})
_UNIT = re.compile(rf"{'|'.join(_UNITS)}|microsecond|[a-z]+_[a-z]+")
_WRITTEN = re.compile(r"\s*([+-]?\d{1,9})\s*([a-z]+?)s?\s*", re.IGNORECASE)
_DAYS = re.compile("0*[1-9][0-9]{0,6}")
_NOW = frozenset({"now", "sysdate"})
_LONGEST = 200


def intervals(reading: Reading) -> Iterator[Finding]:
    """Intervals as PostgreSQL writes them, and calculations with dates as with numbers."""
    found = reading.tokens
    for place, token in enumerate(found[:-1]):
        if token.token_type.name == "INTERVAL":
            yield from _interval(found[place + 1], found[place + 2 : place + 3])
    yield from _calculations(reading)


def _interval(amount: Token, after: Sequence[Token]) -> Iterator[Finding]:
    """`'3 months'` and `3 MONTHS`: Domo's units stand outside of quotes, and are one."""
    unit = after[0].text.casefold() if after else ""
    problem = Problem("The unit of an interval is one word outside of quotes.", "Write INTERVAL 3 MONTH.")
    plain = amount.token_type.name in {"STRING", "NUMBER", "VAR", "IDENTIFIER"}
    if plain and unit.endswith("s") and unit[:-1] in _UNITS:
        edit = Edit(after[0].start, after[0].end + 1, unit[:-1].upper())
        yield Change(problem, f"{unit.upper()} → {unit[:-1].upper()}", (edit,))
    elif amount.token_type.name == "STRING" and not _UNIT.fullmatch(unit):
        written = _WRITTEN.fullmatch(amount.text)
        if written and written[2].casefold() in _UNITS:
            text = f"{written[1]} {written[2].upper()}"
            edit = Edit(amount.start, amount.end + 1, text)
            yield Change(problem, f"INTERVAL '{amount.text}' → INTERVAL {text}", (edit,))
        else:
            yield problem


def _calculations(reading: Reading) -> Iterator[Finding]:
    """A number of days, or another date, added to or taken from a date: to MySQL both are numbers like 20260131."""
    from sqlglot import exp

    dated = {id(value) for operand, value in comparisons(reading.tree) if _is_moment(reading, operand)}
    places: Mapping[int, int] = {}
    for node in reading.tree.find_all(exp.Sub, exp.Add):
        if not _is_moment(reading, node.this):
            continue
        places = places or {token.start: place for place, token in enumerate(reading.tokens)}
        if isinstance(node, exp.Sub) and _is_moment(reading, node.expression):
            yield Note("A date minus a date is no number of days to Domo.", "Write DATEDIFF(later, earlier).")
        elif isinstance(node.expression, exp.Literal) and _DAYS.fullmatch(node.expression.name):
            yield _days_added(reading, node, places, sure=id(node) in dated)


def _days_added(reading: Reading, node: exp.Expr, places: Mapping[int, int], *, sure: bool) -> Finding:
    from sqlglot import exp

    found, ends = reading.tokens, span(node.expression)
    place = places.get(ends[0], 0) if ends else 0
    first = first_of(found, place - 2) if place > 1 else None
    name = "DATE_SUB" if isinstance(node, exp.Sub) else "DATE_ADD"
    fix = f"Write {name}(d, INTERVAL {node.expression.name} DAY)."
    if first is None or ends is None:
        return Note(_NO_DATE, fix)
    date = reading.select.text[found[first].start : found[place - 2].end + 1]
    text = f"{name}({date}, INTERVAL {node.expression.name} DAY)"
    problem = Problem(_NO_DATE, f"Write {foreign(text, _LONGEST)}.")
    if not sure or found[place - 1].token_type.name not in {"DASH", "PLUS"}:
        return Note(problem.message, problem.fix)
    edit = Edit(found[first].start, ends[1], text)
    written = reading.select.text[edit.start : edit.end]
    return Change(problem, f"{foreign(written, _LONGEST)} → {foreign(text, _LONGEST)}", (edit,))


_NO_DATE = "A date and a number make no date to Domo."


def _is_moment(reading: Reading, node: exp.Expr) -> bool:
    """Whether it surely is a date or a point in time: a column of those, or now."""
    from sqlglot import exp

    inner = node.unnest()
    if isinstance(inner, exp.CurrentDate | exp.CurrentTimestamp | exp.Localtimestamp | exp.TsOrDsToDate):
        return True
    if isinstance(inner, exp.Anonymous) and inner.name.casefold() in _NOW:
        return True
    column = reading.column(node)
    return column is not None and column.type in DATES
