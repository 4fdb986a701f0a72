"""Conditions of the filter operator in Domo's SQL.

Assumed: `last 3 months` is what is later than three months ago, up to now, so that `last 7 days` has seven days with
today among them; `todate` ends now. A date without a time counts by its day.
"""

from __future__ import annotations

from typing import assert_never

from domo_mcp.sandbox.data_api.fields import Field, Fields
from domo_mcp.sandbox.data_api.filters import Comparison, Condition, Contains, Last, Membership, ToDate, Value
from domo_mcp.sandbox.data_api.periods import Calendar


def condition(wanted: Condition, fields: Fields, calendar: Calendar) -> str:
    """Give a condition in Domo's SQL.

    Raises:
        QueryError: there is no such field, or it is no date where one is needed.
    """
    match wanted:
        case Comparison(name, comparator, value):
            return f"{fields[name].expression} {comparator} {_literal(value)}"
        case Contains(name, text, negated):
            return f"INSTR({fields[name].expression}, {_literal(text)}) {'=' if negated else '>'} 0"
        case Membership(name, values, negated):
            listed = ", ".join(map(_literal, values))
            return f"{fields[name].expression} {'NOT IN' if negated else 'IN'} ({listed})"
        case ToDate(name, period):
            return _between(fields.date(name), f">= '{calendar.beginning(period)}'")
        case Last():
            return _last(fields.date(wanted.field), wanted)
        case _:
            assert_never(wanted)


def _last(field: Field, wanted: Last) -> str:
    now = "NOW()" if wanted.unit == "hour" else _now(field)
    return _between(field, f"> DATE_SUB({now}, INTERVAL {wanted.count} {wanted.unit.upper()})")


def _between(field: Field, beginning: str) -> str:
    return f"{field.expression} {beginning} AND {field.expression} <= {_now(field)}"


def _now(field: Field) -> str:
    return "CURDATE()" if field.type == "DATE" else "NOW()"


def _literal(value: Value) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return f"{value:f}"
