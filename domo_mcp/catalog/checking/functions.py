"""Functions of other dialects: written as Domo's where there is exactly one way, else told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.calls import Call, calls
from domo_mcp.catalog.checking.dialect import DOMO_HAS, DOMO_WAY, INSTEAD
from domo_mcp.catalog.checking.findings import Change, Doubt, Edit, Finding, Problem
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp

_RENAMED = {("nvl", 2): "IFNULL", ("isnull", 2): "IFNULL", ("len", 1): "LENGTH", ("getdate", 0): "NOW"}
_PARTS = frozenset({"year", "quarter", "month", "day", "hour", "minute"})
_OF_DATES = frozenset({"extract", "date_part", "datepart", "date_trunc"})
_TRUNCATED = {"year": "%Y-01-01", "month": "%Y-%m-01"}


def functions(reading: Reading) -> Iterator[Finding]:
    """What Domo's SQL does not have, or reads otherwise."""
    seen = set[str]()
    for call in calls(reading):
        change = _change(call)
        if change:
            yield change
        elif call.name in DOMO_WAY and call.name not in seen:
            lacking = _lacking(call.name)
            yield Doubt(lacking.message, lacking.fix) if call.name == "extract" else lacking  # MySQL has it
        elif call.name == "datediff" and call.count == 3:
            yield Problem("Domo's DATEDIFF takes two dates.", "Write DATEDIFF(later, earlier): it counts days.")
        elif call.name == "format" and re.search("[A-Za-z]", call.last_text):
            yield Problem("Domo's SQL has no FORMAT with a pattern.", INSTEAD["format"])
        seen.add(call.name)
    yield from _unheard(reading)


def _change(call: Call) -> Change | None:
    told, edits = _part_of_date(call) if call.name in _OF_DATES else _value(call)
    return Change(_lacking(call.name), f"{call.name.upper()} → {told}", tuple(edits)) if edits else None


def _value(call: Call) -> tuple[str, list[Edit]]:
    match call.name, call.count:
        case key if key in _RENAMED:
            return _RENAMED[key], [call.at(0, _RENAMED[key])]
        case "sqrt", 1:
            return "POWER(…, 0.5)", [call.at(0, "POWER"), call.closed(", 0.5)")]
        case "countif" | "count_if", 1 if call.tokens[2].token_type.name not in {"DISTINCT", "STAR"}:
            # COUNT, since SUM gives NULL where there are no rows.
            return "COUNT(CASE WHEN … THEN 1 END)", [call.opened("COUNT(CASE WHEN "), call.closed(" THEN 1 END)")]
        case "safe_divide", 2:
            over = call.up_to_next(call.commas[0], ") / NULLIF(")
            return "a / NULLIF(b, 0)", [call.opened("(("), over, call.closed(", 0))")]
        case "iif" | "iff", 3:
            words = zip(call.commas, (" THEN ", " ELSE "), strict=True)
            between = [call.up_to_next(place, word) for place, word in words]
            return "CASE WHEN", [call.opened("CASE WHEN "), *between, call.closed(" END")]
    return "", []


def _part_of_date(call: Call) -> tuple[str, list[Edit]]:
    if call.calculates:
        return "", []
    match call.name, call.count:
        case "extract", 1 if call.unit in _PARTS and call.tokens[3].token_type.name == "FROM":
            return call.unit.upper(), [call.opened(f"{call.unit.upper()}(", 3)]
        case "date_part" | "datepart", 2 if call.unit in _PARTS and call.commas[0] == 3:
            return call.unit.upper(), [call.opened(f"{call.unit.upper()}(", 3)]
        case "date_trunc", 2 if call.unit in {"day", *_TRUNCATED} and call.commas[0] == 3:
            return _truncated(call)
    return "", []


def _truncated(call: Call) -> tuple[str, list[Edit]]:
    """The first day of the period: as a date, so that it compares as one."""
    if call.unit == "day":
        return "DATE", [call.opened("DATE(", 3)]
    pattern = _TRUNCATED[call.unit]
    told = f"DATE(DATE_FORMAT(…, '{pattern}'))"
    return told, [call.opened("DATE(DATE_FORMAT(", 3), call.closed(f", '{pattern}'))")]


def _lacking(name: str) -> Problem:
    return Problem(f"Domo's SQL has no {name.upper()}.", DOMO_WAY.get(name, "Write IFNULL(value, other)."))


def _unheard(reading: Reading) -> Iterator[Doubt]:
    """Functions that Domo does not list: it may have them."""
    from sqlglot import exp

    nodes: Iterable[exp.Expr] = reading.tree.find_all(exp.Func)
    for name in dict.fromkeys(reading.written(node).casefold() for node in nodes):
        if name and name not in DOMO_HAS and name not in DOMO_WAY:
            said = f"Domo does not list the function {foreign(name.upper(), 40)}."
            yield Doubt(said, INSTEAD.get(name, ""))
