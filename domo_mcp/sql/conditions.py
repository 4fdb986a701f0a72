"""The conditions of Domo's Data API: read from text, and written back as the API takes them.

Source: App-Framework document, Data API, filter. It prints no rules for quoting. Here text always goes out in quotes,
which a comma inside does not end (assumed); a text with both kinds of quotes, a backslash or control characters has no
sure spelling and is refused, as is a column name that would read as something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from domo_mcp.errors import InvalidInput, Refused

Scalar = str | int | Decimal
Operator = Literal["<", "<=", ">", ">=", "=", "!=", "contains", "!contains"]
Unit = Literal["hour", "day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class Comparison:
    """`amount > 1000`, `name contains 'Foobar'`."""

    column: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True)
class Membership:
    """`color in ["red", "blue"]`; `negated` is `!in`."""

    column: str
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True)
class ToDate:
    """`sold_on todate month`: from the start of the period that now is in up to now."""

    column: str
    unit: Unit


@dataclass(frozen=True)
class Last:
    """`sold_on last 3 months`: from that long before now up to now."""

    column: str
    count: int
    unit: Unit


Condition = Comparison | Membership | ToDate | Last

GRAMMAR = (
    'Write: column operator value. Operators: <, <=, >, >=, =, !=, contains, !contains, in ["a", "b"], !in, '
    "todate day|week|month|quarter|year, last N hours|days|weeks|months|quarters|years. "
    "Text in 'quotes', odd column names in `backticks`."
)

_LONGEST = 10_000
_UNITS: tuple[Unit, ...] = get_args(Unit)
_OPERATORS: dict[str, Operator] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "=", "!=": "!=",
    "~": "contains", "contains": "contains", "!~": "!contains", "!contains": "!contains",
}  # fmt: skip
_FOUND = re.compile(r"<=|>=|==|!=|!~|[<>=~]|(?<=\s)(?:!?contains|!?in|todate|last)(?=[\s'\"\[(])", re.IGNORECASE)
_TICKED = re.compile(r"\s*`((?:[^`]|``)+)`\s*")
_PLAIN_NAME = re.compile(r"[^<>=~!'\"`,\[\]\x00-\x1f]+")
_NEGATED = re.compile(r"\s(?:not|is)$", re.IGNORECASE)  # `x not in (1)` is SQL, not a column "x not"
_SCALAR = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[\w.+:/@%$#-]+(?: [\w.+:/@%$#-]+)*"
_VALUE = re.compile(_SCALAR)
_LIST = re.compile(rf"[\[(]\s*((?:{_SCALAR})(?:\s*,\s*(?:{_SCALAR}))*)\s*[\])]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_RESERVED = re.compile(r"\b(?:and|or|not|contains|in|todate|last|like|between|is|null)\b", re.IGNORECASE)
_TO_DATE = re.compile(r"(day|week|month|quarter|year)", re.IGNORECASE)
_LAST = re.compile(r"([1-9][0-9]{0,5})\s+(hour|day|week|month|quarter|year)s?", re.IGNORECASE)


def parse_condition(text: str) -> Condition:
    """The one condition that `text` holds. Raises `InvalidInput` with the grammar where it is none, or several."""
    if len(text) > _LONGEST:
        raise InvalidInput(f"A condition has at most {_LONGEST:,} characters.", "Filter by a range, or use run_sql.")
    readings = list(dict.fromkeys(_readings(text.strip())))
    if len(readings) != 1:
        what = "can be read in more than one way" if readings else "is not a condition of the Data API"
        raise InvalidInput(f"`{text[:100]}` {what}.", GRAMMAR)
    return readings[0]


def written(condition: Condition) -> str:
    """The condition as the Data API takes it. Raises `Refused` where it cannot be told from something else there."""
    text = f"{condition.column} {_operation(condition)}"
    try:
        same = parse_condition(text) == condition
    except InvalidInput:
        same = False
    if not same:
        raise Refused(
            f"The Data API has no way to write the condition on `{condition.column}`.",
            "Give the column a plain alias in the app's manifest, leave quotes out of the value, or use run_sql.",
        )
    return text


def scalar(value: Scalar) -> str:
    """The value in the query string's words: numbers plain, text in the quotes that it does not hold itself."""
    if not isinstance(value, str):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if not value.isprintable() or "\\" in value or ("'" in value and '"' in value):
        raise Refused(
            "The Data API has no sure way to write a text with both quotes, a backslash or control characters.",
            "Use run_sql for this condition.",
        )
    return f'"{value}"' if "'" in value else f"'{value}'"


def _operation(condition: Condition) -> str:
    match condition:
        case Comparison(_, operator, value):
            return f"{operator} {scalar(value)}"
        case Membership(_, values, negated):
            return f"{'!in' if negated else 'in'} [{', '.join(map(scalar, values))}]"
        case ToDate(_, unit):
            return f"todate {unit}"
        case Last(_, count, unit):
            return f"last {count} {unit}s"


def _readings(text: str) -> Iterator[Condition]:
    """Every way to read the text: an operator that stands after a name and before a value that fits it."""
    ticked = _TICKED.match(text)
    if ticked:
        found = _FOUND.match(f" {text[ticked.end() :]}", 1)
        places = [(ticked.group(1).replace("``", "`"), found, f" {text[ticked.end() :]}")] if found else []
    else:
        places = [(text[: at.start()].strip(), at, text) for at in _FOUND.finditer(text)]
        places = [place for place in places if _PLAIN_NAME.fullmatch(place[0]) and not _NEGATED.search(place[0])]
    for name, at, whole in places:
        read = _read(name, at.group().lower(), whole[at.end() :].strip())
        if read is not None:
            yield read


def _read(column: str, operator: str, rest: str) -> Condition | None:
    match operator:
        case "in" | "!in":
            values = _values(rest)
            return Membership(column, values, operator == "!in") if values else None
        case "todate":
            period = _TO_DATE.fullmatch(rest)
            return ToDate(column, _unit(period.group(1))) if period else None
        case "last":
            rolling = _LAST.fullmatch(rest)
            return Last(column, int(rolling.group(1)), _unit(rolling.group(2))) if rolling else None
        case _:
            value = _value(rest) if _VALUE.fullmatch(rest) else None
            return Comparison(column, _OPERATORS[operator], value) if value is not None else None


def _values(text: str) -> tuple[Scalar, ...]:
    """The values of a list; empty where it is none."""
    found = _LIST.fullmatch(text)
    if not found or (text[0] == "[") is not (text[-1] == "]"):
        return ()
    values = [_value(item.group()) for item in _VALUE.finditer(found.group(1))]
    return tuple(value for value in values if value is not None) if None not in values else ()


def _value(text: str) -> Scalar | None:
    """The value of one word or quoted text; None for words that want to be a part of the grammar."""
    if text[0] in "'\"":
        return text[1:-1].replace(text[0] * 2, text[0])
    if _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return None if _RESERVED.search(text) else text


def _unit(word: str) -> Unit:
    return next(unit for unit in _UNITS if unit == word.lower())
