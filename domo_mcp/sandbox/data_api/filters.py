"""The filter operator: conditions parted by commas, each a field, an operator and a value.

Source: App Framework APIs, Data API, filter; values without quotes, such as `rep = Dione Miu`, are from
domo-developer-portal, querying-data.md. Assumed: the text between two quotes is taken as it is, so a value that holds
both kinds of quotes cannot be written; a field ends at the first thing that reads as an operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from domo_mcp.sandbox.refusals import QueryError

Value = str | Decimal
Comparator = Literal["<", "<=", ">", ">=", "=", "!="]
Period = Literal["day", "week", "month", "quarter", "year"]
Unit = Literal["hour", "day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class Comparison:
    """The field compares so with the value."""

    field: str
    comparator: Comparator
    value: Value


@dataclass(frozen=True)
class Contains:
    """The text is somewhere in the field, or nowhere."""

    field: str
    text: str
    negated: bool


@dataclass(frozen=True)
class Membership:
    """The field is one of the values, or none of them."""

    field: str
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True)
class ToDate:
    """The field lies between the beginning of the present period and now."""

    field: str
    period: Period


@dataclass(frozen=True)
class Last:
    """The field lies in the units up to now."""

    field: str
    count: int
    unit: Unit


Condition = Comparison | Contains | Membership | ToDate | Last

_LONGEST = 10_000
_QUOTED = r"""'[^']*'|"[^"]*\""""
_CONDITION = re.compile(
    rf"""\s*+(?P<field>[^\s,'"][^,'"]*?)\s*+
    (?:(?P<symbol><=|>=|==|!=|!~|<|>|=|~)|(?<=\s)(?P<word>!?contains|!?in|todate|last)(?!\w))\s*
    (?P<value>{_QUOTED}|\[(?:{_QUOTED}|[^\]'"])*\]|[^\s,\['"<>=~!][^,]*)\s*(?:,|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = re.compile(rf"\s*({_QUOTED}|[^,'\"]+)\s*(?:,|$)")
_LAST = re.compile(r"(\d{1,9})\s+(hour|day|week|month|quarter|year)s?", re.IGNORECASE)
_TODATE = re.compile(r"day|week|month|quarter|year", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parse_filter(text: str) -> Iterator[Condition]:
    """Give the conditions of one filter parameter.

    Raises:
        QueryError: it is not a list of conditions.
    """
    if len(text) > _LONGEST:
        raise QueryError(f"The filter is longer than {_LONGEST} characters")
    place = 0
    while place < len(text):
        found = _CONDITION.match(text, place)
        if found is None:
            raise QueryError(f"Cannot parse filter near '{text[place:].strip()[:60]}'")
        yield _condition(found["field"], (found["symbol"] or found["word"]).lower(), found["value"].strip())
        place = found.end()


def _condition(field: str, operator: str, value: str) -> Condition:
    if operator in ("~", "contains", "!~", "!contains"):
        return Contains(field, _text(value), negated=operator.startswith("!"))
    if operator in ("in", "!in"):
        return Membership(field, tuple(_items(value)), negated=operator == "!in")
    if operator == "todate":
        return ToDate(field, cast("Period", _matched(_TODATE, value).group().lower()))
    if operator == "last":
        last = _matched(_LAST, value)
        return Last(field, int(last[1]), cast("Unit", last[2].lower()))
    if value.startswith("["):
        raise QueryError(f"'{operator}' takes one value, not a list")
    return Comparison(field, cast("Comparator", operator.replace("==", "=")), _value(value))


def _items(value: str) -> Iterator[Value]:
    if not value.startswith("["):
        raise QueryError('in takes a list of values, such as ["foo", "bar"]')
    inner, place = value[1:-1].strip(), 0
    while place < len(inner) or not inner:
        found = _matched(_ITEM, inner, place)
        yield _value(found[1].strip())
        place = found.end()


def _matched(pattern: re.Pattern[str], text: str, place: int | None = None) -> re.Match[str]:
    found = pattern.fullmatch(text) if place is None else pattern.match(text, place)
    if found is None:
        raise QueryError(f"Cannot parse filter near '{text[place or 0 :][:60]}'")
    return found


def _value(written: str) -> Value:
    return Decimal(written) if _NUMBER.fullmatch(written) else _text(written)


def _text(written: str) -> str:
    return written[1:-1] if written[0] in "'\"" else written
