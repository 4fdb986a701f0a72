"""What a column of rows holds for a chart: numbers, moments, whole steps such as years, or categories. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from domo_mcp.charts.numbers import number_text, percent_text, short_number, short_percent
from domo_mcp.untrusted import one_line

Scalar = str | int | float | bool | None
Value = str | float | datetime | None

_AS_EMOJI = "\ufe0f"  # asks for the coloured form of the letter before it, and is none itself
NO_VALUE, EMPTY = "(no value)", "(empty)"
LONGEST_NAME = 40

_MOMENT = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?")
_MOMENT_TYPES = frozenset({"DATE", "DATETIME", "TIMESTAMP"})
_NUMBER_TYPES = frozenset({"LONG", "DOUBLE", "DECIMAL", "FLOAT", "INTEGER", "BIGINT", "NUMBER", "NUMERIC"})
_STEPS = {
    "year": (1900, 2200), "quarter": (1, 4), "month": (1, 12), "week": (0, 53), "weekday": (0, 7), "day": (0, 366),
    "dayofweek": (0, 7), "hour": (0, 23), "yearweek": (190000, 220053),
}  # fmt: skip
_STEP_WORD = re.compile(rf"(?<![a-z])({'|'.join(_STEPS)})(?![a-z])")
_SHARE = re.compile(
    r"(?<![a-z])(share|pct|percent|percentage|(conversion|return|churn|win|error|failure|success|response|retention"
    r"|cancellation|completion|bounce|attendance|occupancy) rate)(?![a-z])"
)
_NO_SHARE = re.compile(r"(?<![a-z])(per|price|prices)(?![a-z])")
_MACHINE_NAME = re.compile(r"[a-z0-9_ ]+|[a-z][a-z0-9]*([A-Z][a-z0-9]+)+")
_IDENTIFIER = re.compile(r"(^|[ _])(id|key)$", re.IGNORECASE)


class Kind(StrEnum):
    """What a chart can do with a column."""

    NUMBER = "numbers"
    MOMENT = "dates"
    STEP = "periods"
    TEXT = "text"


@dataclass(frozen=True)
class Told:
    """What the statement says of a column: `named` by an alias; `whole` is what 100 % are, 0 where it is no sure share.

    `divides` tells a quotient whose hundredfold is not taken, `hundredfold` whether anything is multiplied by 100.
    `part` is what it takes of a date: year, quarter, month, week, dayofweek, hour, yearweek.
    `grouped` says that the rows are by it.
    """

    named: bool = False
    whole: float = 0
    divides: bool = False
    hundredfold: bool = False
    part: str = ""
    grouped: bool = False


@dataclass(frozen=True, eq=False)
class Field:
    """A column: numbers and whole steps as float, moments as UTC without zone, categories as text.

    `title` is its name as people write it, `whole` what 100 % are of a column of shares (1 or 100), else 0.
    `grouped` says that the statement's rows are by it, `leaps` that its steps are no count: 202601 follows 202552.
    """

    name: str
    kind: Kind
    values: Sequence[Value]
    title: str = ""
    whole: float = 0
    grouped: bool = False
    leaps: bool = False

    @property
    def label(self) -> str:
        """The name for people on one line, cut."""
        return one_line(self.title or self.name, LONGEST_NAME)

    def text(self, number: float) -> str:
        """A number of this column as people read it."""
        return percent_text(number / self.whole) if self.whole else number_text(number)

    def short(self, number: float) -> str:
        """The same in few characters."""
        return short_percent(number / self.whole) if self.whole else short_number(number)

    @property
    def numbers(self) -> list[float | None]:
        """The values of a column of numbers or whole steps."""
        return [value if isinstance(value, float) else None for value in self.values]


def fields(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Scalar]], told: Sequence[Told] = ()
) -> list[Field]:
    """The columns, given as name and Domo's type, with what their rows hold and the statement tells of each."""
    if len(told) != len(columns):
        told = [Told()] * len(columns)
    found = []
    for place, ((name, kind), of) in enumerate(zip(columns, told, strict=True)):
        field = _field(name, kind.upper(), [row[place] for row in rows], of.part)
        title = readable(name, named=of.named)
        found.append(replace(field, title=title, whole=_whole(field, of), grouped=of.grouped))
    return found


def shown_as(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Scalar]], told: Sequence[Told] = ()
) -> list[tuple[str, float]]:
    """The title of each column, and what 100 % are of one of shares, else 0."""
    told = told if len(told) == len(columns) else [Told()] * len(columns)
    found = []
    for place, ((name, kind), of) in enumerate(zip(columns, told, strict=True)):
        may_be_share = of.whole or of.divides
        whole = _whole(_field(name, kind.upper(), [row[place] for row in rows]), of) if may_be_share else 0.0
        found.append((readable(name, named=of.named), whole))
    return found


def readable(name: str, *, named: bool) -> str:
    """A name as people write it: an alias that looks like a program's in words, a formula without its backticks.

    The name of a column stays: it is how people know it.
    """
    if not named:
        return name.replace("`", "")
    if not _MACHINE_NAME.fullmatch(name):
        return name.replace("_", " ") if name.isidentifier() else name
    words = " ".join(_words(name).split())
    return words[:1].upper() + words[1:] if len(words) > 1 else words


def _words(name: str) -> str:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower().replace("_", " ")


def _whole(field: Field, told: Told) -> float:
    """What 100 % are, where the numbers are surely shares."""
    numbers = [number for number in field.numbers if number is not None]
    if field.kind is not Kind.NUMBER or not numbers or min(numbers) < 0:
        return 0
    words = _words(field.name)
    by_name = told.divides and _SHARE.search(words) and not _NO_SHARE.search(words)
    whole = told.whole or float(bool(by_name))
    return whole if whole and max(numbers) <= whole * 1.000001 else 0


def category(value: Value, most: int = 28) -> str:
    """A value as the name of a category: on one line, cut, NULL and the empty text told apart."""
    if value is None:
        return NO_VALUE
    if isinstance(value, float):
        return f"{value:.15g}"
    return one_line(str(value).replace(_AS_EMOJI, ""), most) or EMPTY


def category_by_both_ends(value: Value, most: int = 28) -> str:
    """The same, cut in its middle: for names that begin alike."""
    whole = category(value, 4 * most)
    return whole if len(whole) <= most else f"{whole[: most // 2 - 1].rstrip()}…{whole[-(most // 2) :].lstrip()}"


def _field(name: str, told: str, raw: Sequence[Scalar], part: str = "") -> Field:
    present = [value for value in raw if value is not None]
    numbers = [_number(value, told) for value in raw]
    if present and sum(number is not None for number in numbers) == len(present):
        if _IDENTIFIER.search(name):
            return Field(name, Kind.TEXT, [_text(value) for value in raw])
        step = _step(part or name, numbers)
        return Field(name, Kind.STEP if step else Kind.NUMBER, numbers, leaps=step == "yearweek")
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


def _step(name: str, numbers: Sequence[float | None]) -> str:
    """What whole numbers count, years, months, …: the name says so and the values fit it; else nothing."""
    words = _STEP_WORD.findall(_words(name))
    if not words or " per " in name.lower():
        return ""
    least, most = _STEPS[words[0]]
    fits = all(least <= number <= most and number.is_integer() for number in numbers if number is not None)
    return words[0] if fits else ""
