"""Cells of a dataset's columns, checked and as Domo's CSV takes them. Pure.

Every reader gives the text of a cell, None for NULL, and raises ValueError that says what the column takes. As most
columns of most files are written in one way, `as_written` tells for many cells at once that they stay what they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast

from pydantic import JsonValue

Reader = Callable[[JsonValue], str | None]

_WHOLE = re.compile(r"\s*([+-]?\d{1,25})(?:\.0*)?\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)
_LARGEST_LONG = 2**63 - 1
_MOST_DIGITS = 38
_SURE_DIGITS = 15
_A_NUMBER = "a number, such as 12.5 (no currency, no thousands separators), or null"
_NOT_A_CELL = "\0"
"""Stands for values that no column takes: true, lists, objects."""


_DAY = (
    r"(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))"
)
_PLAIN_NUMBER = r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?"
_WRITTEN: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(rf"(?:{one}(?:\n{one})*)?", re.ASCII)
    for kind, one in {
        "LONG": r"-?(?:0|[1-9]\d{0,17})",
        "DECIMAL": _PLAIN_NUMBER,
        "DOUBLE": _PLAIN_NUMBER,
        "DATE": _DAY,
        "DATETIME": rf"{_DAY}[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d",
    }.items()
}


def as_written(kind: str, cells: Sequence[JsonValue]) -> Sequence[str | None] | None:
    """The cells where a look at all of them at once tells what their reader would give; None where it does not."""
    if not set(map(type, cells)) <= {str, type(None)}:
        return None
    texts = cast("Sequence[str | None]", cells)
    pattern, joined = _WRITTEN.get(kind.upper()), "\n".join(filter(None, texts))
    if pattern is None:
        return None if "\0" in joined else texts
    filled = len(texts) - texts.count(None) - texts.count("")
    if joined.count("\n") >= max(filled, 1) or not pattern.fullmatch(joined):
        return None
    if "" not in texts and " " not in joined:
        return texts
    return [cell.replace(" ", "T") if cell else None for cell in texts]


def reader(kind: str) -> Reader:
    """The reader of a column type; a type that is not known takes any text."""
    return _READERS.get(kind.upper(), _text)


def _text(value: JsonValue) -> str | None:
    if value is None:
        return None
    _check_kept(value)
    text = _NOT_A_CELL if isinstance(value, bool | list | dict) else str(value)
    if "\0" in text:
        raise ValueError('a text without NUL characters, or null (write "true" for a text)')
    return text


def _long(value: JsonValue) -> str | None:
    _check_kept(value)
    text = _number(value)
    if text is None:
        return None
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise ValueError("a whole number, such as 42, or null")
    if abs(number := int(found[1])) > _LARGEST_LONG:
        raise ValueError("a whole number of at most 19 digits (64 bits)")
    return str(number)


def _decimal(value: JsonValue) -> str | None:
    _check_kept(value)
    text = _number(value)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(_A_NUMBER)
    plain = f"{Decimal(text.strip()):f}"
    whole, _, part = plain.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) + len(part.rstrip("0")) > _MOST_DIGITS:
        raise ValueError(f"a number of at most {_MOST_DIGITS} digits")
    return plain


def _double(value: JsonValue) -> str | None:
    text = _number(value)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(_A_NUMBER)
    return text.strip()


def _date(value: JsonValue) -> str | None:
    return None if value is None or value == "" else _day(value if isinstance(value, str) else _NOT_A_CELL)


@lru_cache(maxsize=4096)
def _day(text: str) -> str:
    if not _DATE.fullmatch(text) or not _is_day(text):
        raise ValueError("an ISO date, such as 2026-01-31, or null")
    return text


def _datetime(value: JsonValue) -> str | None:
    return None if value is None or value == "" else _moment(value if isinstance(value, str) else _NOT_A_CELL)


def _moment(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 - told below as what is no day or hour
        moment = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}{(found[3] or '').upper()}")
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()
    except (ValueError, OverflowError):
        raise ValueError(
            "an ISO date and time, such as 2026-01-31T09:30:00 (UTC, or with its offset), or null"
        ) from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_kept(value: JsonValue) -> None:
    """Raise ValueError for a JSON number that may have had more digits than a float keeps."""
    if isinstance(value, float) and len(Decimal(repr(value)).normalize().as_tuple().digits) > _SURE_DIGITS:
        raise ValueError(f"a number of at most {_SURE_DIGITS} digits (write it as a text, which keeps all of them)")


def _number(value: JsonValue) -> str | None:
    """The text of a number; an empty one is NULL."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | list | dict):
        return _NOT_A_CELL
    return value if isinstance(value, str) else repr(value)


_READERS: Mapping[str, Reader] = {
    "STRING": _text,
    "LONG": _long,
    "DECIMAL": _decimal,
    "DOUBLE": _double,
    "DATE": _date,
    "DATETIME": _datetime,
}
