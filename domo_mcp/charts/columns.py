"""What a column of rows holds for a chart: numbers, moments, whole steps such as years, or categories. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domo_mcp.untrusted import one_line

Scalar = str | int | float | bool | None
Value = str | float | datetime | None

NO_VALUE, EMPTY = "(no value)", "(empty)"
LONGEST_NAME = 40

_MOMENT = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?")
_MOMENT_TYPES = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
_NUMBER_TYPES = frozenset({"LONG", "DOUBLE", "DECIMAL", "FLOAT", "INTEGER", "BIGINT", "NUMBER", "NUMERIC"})
_STEPS = {
    "year": (1900, 2200), "quarter": (1, 4), "month": (1, 12), "week": (0, 53), "weekday": (0, 7), "day": (0, 366),
    "dayofweek": (0, 7), "hour": (0, 23),
}  # fmt: skip
_STEP_WORD = re.compile(rf"(?<![a-z])({'|'.join(_STEPS)})(?![a-z])")
_IDENTIFIER = re.compile(r"(^|[ _])(id|key)$", re.IGNORECASE)


class Kind(StrEnum):
    """What a chart can do with a column."""

    NUMBER = "numbers"
    MOMENT = "dates"
    STEP = "periods"
    TEXT = "text"


@dataclass(frozen=True, eq=False)
class Field:
    """A column: numbers and whole steps as float, moments as UTC without zone, categories as text."""

    name: str
    kind: Kind
    values: Sequence[Value]

    @property
    def label(self) -> str:
        """The name on one line, cut."""
        return one_line(self.name, LONGEST_NAME)

    @property
    def numbers(self) -> list[float | None]:
        """The values of a column of numbers or whole steps."""
        return [value if isinstance(value, float) else None for value in self.values]


def fields(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Scalar]]) -> list[Field]:
    """The columns, given as name and Domo's type, with what their rows hold."""
    return [_field(name, kind.upper(), [row[place] for row in rows]) for place, (name, kind) in enumerate(columns)]


def category(value: Value, most: int = 28) -> str:
    """A value as the name of a category: on one line, cut, NULL and the empty text told apart."""
    if value is None:
        return NO_VALUE
    if isinstance(value, float):
        return f"{value:.15g}"
    return one_line(str(value), most) or EMPTY


def _field(name: str, told: str, raw: Sequence[Scalar]) -> Field:
    present = [value for value in raw if value is not None]
    numbers = [_number(value, told) for value in raw]
    if present and sum(number is not None for number in numbers) == len(present):
        if _IDENTIFIER.search(name):
            return Field(name, Kind.TEXT, [_text(value) for value in raw])
        return Field(name, Kind.STEP if _is_step(name, numbers) else Kind.NUMBER, numbers)
    moments = [_moment(value) for value in raw]
    if (present or told in _MOMENT_TYPES) and sum(moment is not None for moment in moments) == len(present):
        return Field(name, Kind.MOMENT, moments)
    if not present and told in _NUMBER_TYPES:
        return Field(name, Kind.NUMBER, numbers)
    return Field(name, Kind.TEXT, [_text(value) for value in raw])


def _text(value: Scalar) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _number(value: Scalar, told: str) -> float | None:
    if isinstance(value, str) and told in _NUMBER_TYPES:
        try:
            return float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(value: Scalar) -> datetime | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(f"{value}-01" if len(value) == 7 else value)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _is_step(name: str, numbers: Sequence[float | None]) -> bool:
    """Whether whole numbers count years, months, …: the name says so and the values fit it."""
    words = _STEP_WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower().replace("_", " "))
    if not words or " per " in name.lower():
        return False
    least, most = _STEPS[words[0]]
    return all(least <= number <= most and number.is_integer() for number in numbers if number is not None)
