"""Values in comparisons with a dataset's column: what is no date beside a date, no number beside a number."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.comparisons import comparisons
from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.reading import Reading, span
from domo_mcp.sql.data_select import TypedColumn
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp

NUMBERS = frozenset({"LONG", "DOUBLE", "DECIMAL"})
DATES = frozenset({"DATE", "DATETIME"})

_LONGEST_VALUE = 60

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d{1,2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})([ T]\d{1,2}(?::\d{2}){0,2})?")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_DIGITS = re.compile(r"\d{8}|\d{14}")
_PART = re.compile(r"(\d{4})(?:-(\d{2}))?")
_IN_WORDS = tuple(f"{day_month} %Y" for day_month in ("%d %b", "%d %B", "%d. %B", "%b %d,", "%B %d,", "%b %d", "%B %d"))
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_DRESSED_NUMBER = re.compile(r"[$€£]?\s?([+-]?\d{1,3}(?:,\d{3})*(?:\.\d+)?)\s?[$€£%]?")


def literals(reading: Reading) -> Iterator[Finding]:
    """What a column is compared with and cannot be equal to, and dates without quotes."""
    from sqlglot import exp

    for operand, value in comparisons(reading.tree):
        short = isinstance(value, exp.Literal) and len(value.name) <= _LONGEST_VALUE
        if short and (column := reading.column(operand)):
            yield from _beside(column, value)
    yield from _unquoted_dates(reading)


def _beside(column: TypedColumn, literal: exp.Expr) -> Iterator[Finding]:
    if column.type in DATES:
        if literal.is_string:
            yield from _text_beside_date(column, literal)
        elif re.fullmatch("[12][0-9]{3}", literal.name):
            fix = f"Write YEAR(`{foreign(column.name, 60)}`) for a year."
            yield Problem(f"`{foreign(column.name, 60)}` is a date, {literal.name} is a number.", fix)
    elif column.type in NUMBERS and literal.is_string and not _NUMBER.fullmatch(literal.name.strip()):
        yield _text_beside_number(column, literal.name)


def _text_beside_number(column: TypedColumn, text: str) -> Problem:
    said = f"`{foreign(column.name, 60)}` holds numbers ({column.type}), '{foreign(text, 40)}' is none."
    if not text.strip():
        return Note(said, f"For missing values write `{foreign(column.name, 60)}` IS NULL.")
    dressed = _DRESSED_NUMBER.fullmatch(text.strip())
    return Problem(said, f"Write {dressed[1].replace(',', '')}." if dressed else "Write a number, like 1000.5.")


def _text_beside_date(column: TypedColumn, literal: exp.Expr) -> Iterator[Finding]:
    text, name = literal.name.strip(), foreign(column.name, 60)
    said = f"`{name}` is a date ({column.type}), '{foreign(text, 40)}' is not written as one."
    if iso := _ISO.fullmatch(text):
        yield from _outside_the_calendar(*map(int, iso.groups()))
    elif first := _YEAR_FIRST.fullmatch(text):
        day = _day(int(first[1]), int(first[3]), int(first[4]))
        meant = f"{day}{first[5] or ''}" if day else ""
        place = span(literal)
        problem = Problem(said, f"Write '{meant}'." if meant else _HOW)
        edits = (Edit(*place, f"'{meant}'"),) if meant and place else ()
        yield Change(problem, f"'{text}' → '{meant}'", edits) if edits else problem
    elif not text or _PART.fullmatch(text):
        fix = "write IS NULL for missing ones" if not text else "write >= its first day AND < the next one's"
        yield Note(said, f"A date is '2026-01-31'; {fix}.")
    elif not _DIGITS.fullmatch(text):
        meant_ones = " or ".join(f"'{day}'" for day in _meant(text))
        which = ", whichever is meant" if " or " in meant_ones else ""
        yield Problem(said, f"Write {meant_ones}{which}." if meant_ones else _HOW)


_HOW = "Write a date as '2026-01-31'; for parts of one use YEAR, QUARTER, MONTH, MONTHNAME or DAYNAME."


def _outside_the_calendar(year: int, month: int, day: int) -> Iterator[Problem]:
    if _day(year, month, day) is None:
        last = _day(year, month, monthrange(year, month)[1]) if 0 < month < 13 and day > 28 else None
        yield Problem(
            f"'{year:04}-{month:02}-{day:02}' is not in the calendar.",
            f"Its month ends with '{last}'." if last else _HOW,
        )


def _meant(text: str) -> list[date]:
    """The dates that a text may stand for: day before month with dots, either with slashes and dashes."""
    if parts := _YEAR_LAST.fullmatch(text):
        one, other, year = int(parts[1]), int(parts[3]), int(parts[4])
        days = [_day(year, other, one), *([_day(year, one, other)] if parts[2] != "." else [])]
        return sorted({day for day in days if day})
    for pattern in _IN_WORDS:
        try:
            return [datetime.strptime(text, pattern).date()]  # noqa: DTZ007 - a day, which has no zone
        except ValueError:
            continue
    return []


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _unquoted_dates(reading: Reading) -> Iterator[Finding]:
    """2026-01-31 or 2026/01/31 without quotes: a subtraction or a division to Domo."""
    from sqlglot import exp

    for node in reading.tree.find_all(exp.Sub, exp.Div):
        ends = span(node.this.this) if type(node.this) is type(node) else None, span(node.expression)
        if not ends[0] or not ends[1] or not isinstance(node.expression, exp.Literal):
            continue
        place = ends[0][0], ends[1][1]
        parts = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", reading.select.text[slice(*place)])
        if parts and (day := _day(*map(int, parts.groups()))):
            yield from _unquoted(reading, node, place, day)


def _unquoted(reading: Reading, node: exp.Expr, place: tuple[int, int], day: date) -> Iterator[Finding]:
    from sqlglot import exp

    written, above = reading.select.text[slice(*place)], node.parent
    problem = Problem(f"{written} without quotes is a calculation to Domo.", f"Write '{day}'.")
    others = [other for other in above.iter_expressions() if other is not node] if above is not None else []
    texts = [reading.schema.column(other.name) for other in others if reading.written(other).startswith('"')]
    types = {column.type for column in (*map(reading.column, others), *texts) if column}
    calculated = isinstance(above, exp.Binary) and not isinstance(above, exp.Predicate | exp.Connector)
    if types & DATES:
        yield Change(problem, f"{written} → '{day}'", (Edit(*place, f"'{day}'"),))
    elif not types & NUMBERS and not calculated:
        yield Note(problem.message, problem.fix)
