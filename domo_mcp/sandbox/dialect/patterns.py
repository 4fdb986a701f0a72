"""MySQL's date patterns (`%Y-%m-%d`) as pieces DuckDB can format and parse."""

from __future__ import annotations

import re

from domo_mcp.sandbox.refusals import QueryError

_SAME = {letter: f"%{letter}" for letter in "YmdHIpjyaSfw%"}
_FORMAT = _SAME | {
    "i": "%M", "s": "%S", "M": "%B", "b": "%b", "W": "%A", "e": "%-d", "c": "%-m", "k": "%-H", "l": "%-I", "h": "%I",
    "T": "%H:%M:%S", "r": "%I:%M:%S %p",
}  # fmt: skip

# Patterns DuckDB does not have: the macro that makes them.
_COMPUTED = {"D": "domo.ordinal", "U": "domo.week_0", "u": "domo.week_1", "V": "domo.week_2", "v": "domo.week_3",
             "X": "domo.week_year_2", "x": "domo.week_year_3"}  # fmt: skip


def pieces(pattern: str, *, span: bool = False) -> list[str]:
    """The pattern cut into DuckDB formats and names of macros (`domo.…`), to be put side by side.

    With `span` the hours are those of a span of time and may exceed 23.
    """
    computed = _COMPUTED | ({"H": "domo.hours", "k": "domo.hours"} if span else {})
    found: list[str] = [""]
    for part in re.findall(r"%.|[^%]+|%$", pattern, re.DOTALL):
        letter = part[1:] if part.startswith("%") else None
        if letter in computed:
            found += [computed[letter], ""]
        else:
            found[-1] += part if letter is None else _FORMAT.get(letter, letter)
    return [piece for piece in found if piece]


def parse_format(pattern: str) -> str:
    """The pattern for parsing text without spaces after punctuation, which MySQL skips.

    Raises:
        QueryError: it holds a part that no text can be parsed by, such as a week number.
    """
    cut = pieces(pattern)
    if len(cut) != 1 or cut[0].startswith("domo."):
        raise QueryError(f"Unsupported date format '{pattern}'")
    return re.sub(r"([^\w\s%])\s+", r"\1", re.sub(r"%-([a-zA-Z])", r"%\1", cut[0]))


def has_date(pattern: str) -> bool:
    """Whether the pattern holds a part of a date."""
    return re.search(r"%[YymcdeMbjDaW]", pattern) is not None


def has_whole_date(pattern: str) -> bool:
    """Whether the pattern holds year, month and day."""
    return all(re.search(f"%[{letters}j]", pattern) for letters in ("mcMb", "de")) and "%y" in pattern.lower()


def has_time(pattern: str) -> bool:
    """Whether the pattern holds a part of a time of day."""
    return re.search(r"%[HkIhlisSTrpf]", pattern) is not None
