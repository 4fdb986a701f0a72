"""The context text for a question: what is known of the datasets that fit it, within a token budget. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domo_mcp.catalog.ranking import named_first
from domo_mcp.sql import quoted
from domo_mcp.untrusted import foreign, one_line

if TYPE_CHECKING:
    from domo_mcp.catalog.calendar import Calendar
    from domo_mcp.catalog.knowledge import Described
    from domo_mcp.catalog.notes import Example
    from domo_mcp.catalog.profile import ColumnProfile
    from domo_mcp.client.metadata import Column

CHARACTERS_PER_TOKEN = 4

DIALECT = (
    "SQL: one SELECT on one dataset, no JOIN. Like MySQL: `column` in backticks, text and dates in single quotes "
    "('2026-01-31'), IFNULL, NULLIF, CASE, CONCAT, DATE_FORMAT, YEAR, QUARTER, MONTH, DATEDIFF, DATE_ADD, LAST_DAY. "
    "Not there: DATE_TRUNC, EXTRACT, ILIKE, ::, SQRT. `x <> 'a'` leaves NULLs out."
)

_NOTES_SHARE, _WHOLE_SHARE = 0.3, 0.7
"""Of the room: what notes may take, and up to where datasets are told whole while others wait to be named."""

_LINE_SHARE, _SHORT_LINE = 0.125, 240
"""Of the room left, what a dataset in short may take; and the characters that it may always take."""

_MOST_VALUES, _LONGEST_VALUES = 12, 160
_LONGEST_TEXT, _LONGEST_FORMULA = 600, 1500


@dataclass(frozen=True)
class Known:
    """A dataset with all that may be told about it: what is in its columns, what the operator wrote.

    `profile` is None where the columns could not be looked into.
    """

    described: Described
    profile: Mapping[str, ColumnProfile] | None = field(default_factory=dict)
    notes: str = ""
    examples: Sequence[Example] = ()
    alike: str = ""


@dataclass(frozen=True)
class Brief:
    """A context pack: the operator's words and ours, what Domo tells of datasets, what did not fit (a line each)."""

    own: str
    datasets: str
    left_out: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.own}\n\n{self.datasets}"


def brief(
    chosen: Sequence[Known],
    others: Sequence[Described] = (),
    *,
    calendar: Calendar,
    max_tokens: int,
    question: str = "",
    notes: str = "",
) -> Brief:
    """The pack.

    Notes come first. Datasets are told whole, best first, then those that are left and the `others` in a line each; a
    dataset wider than its room is told with the columns that the question names first.
    """
    writing = _Writing(max_tokens * CHARACTERS_PER_TOKEN, question)
    writing.room_for(str(calendar), DIALECT)
    about = [f"{one_line(known.described.dataset.name)}:\n{known.notes}" for known in chosen if known.notes]
    writing.notes("\n".join(part for part in (notes, *about) if part))
    own = [*writing.parts, str(calendar), DIALECT]
    writing.parts.clear()
    waiting: list[Described] = []
    for place, entry in enumerate(chosen, 1):
        if not writing.whole(entry, last=place == len(chosen) and not waiting and not others):
            waiting.append(entry.described)
    for described in [*waiting, *others]:
        writing.short(described)
    return Brief("\n".join(own), "\n".join(writing.parts).lstrip(), tuple(writing.left_out()))


class _Writing:
    """A text that grows while there is room."""

    def __init__(self, room: int, question: str) -> None:
        self.parts: list[str] = []
        self._room = self._all = room
        self._question = question
        self._missing: list[str] = []
        self._unnamed = 0

    def take(self, *lines: str) -> None:
        self.parts += lines
        self.room_for(*lines)

    def room_for(self, *lines: str) -> None:
        """Leave room for lines that are written elsewhere."""
        self._room -= sum(len(line) + 1 for line in lines)

    def notes(self, text: str) -> None:
        """As much of the notes as their share of the room takes, in whole lines."""
        most = min(self._room, int(self._all * _NOTES_SHARE))
        lines, missing = _fitting([line for line in text.splitlines() if line.strip()], most - len(_NOTES) - 1)
        if lines:
            self.take(_NOTES, *lines)
        if missing:
            self._missing.append(f"{missing} lines of notes")

    def whole(self, known: Known, *, last: bool) -> bool:
        """The dataset with everything, or with the columns that fit where it is the first one; whether it was told.

        Nothing is to follow the `last` one, so that it may take all the room.
        """
        first = not any(part.startswith("\ndataset ") for part in self.parts)
        room = self._room if last else self._room - int(self._all * (1 - _WHOLE_SHARE))
        head, body = list(_head(known)), list(_body(known))
        lines, missing = _fitting([*head, *(line for _, line in body)], room)
        if missing and not first:
            return False
        if missing:
            body = [body[place] for place in named_first(self._question, [name for name, _ in body])]
            lines, missing = _fitting([*head, *(line for _, line in body)], room)
            if len(lines) <= len(head):
                return False
            self._missing.append(f"{missing} columns or formulas of {foreign(known.described.dataset.name, 60)}")
        self.take(*lines)
        return True

    def short(self, described: Described) -> None:
        """The dataset in one line, if it fits."""
        opening = [] if _OTHERS in self.parts else [_OTHERS]
        room = self._room - 1 - sum(len(line) + 1 for line in opening)
        line = _line(described, self._question, min(room, max(_SHORT_LINE, int(room * _LINE_SHARE))))
        if line:
            self.take(*opening, line)
        else:
            self._unnamed += 1

    def left_out(self) -> list[str]:
        return [
            *self._missing,
            *([f"{self._unnamed} more dataset{'s' if self._unnamed > 1 else ''}"] if self._unnamed else []),
        ]


_NOTES = "Notes of the operator:"
_OTHERS = "\nmore datasets, in short:"


def _head(known: Known) -> Iterator[str]:
    dataset, dictionary = known.described.dataset, known.described.dictionary
    unit = dictionary.unit_of_analysis if dictionary else None
    rows = f"{dataset.row_count:,} rows" if dataset.row_count is not None else "rows unknown"
    updated = f", updated {dataset.last_updated:%Y-%m-%d}" if dataset.last_updated else ""
    yield f"\ndataset {_name(dataset.name)} id {one_line(dataset.id)} ({rows}{updated})"
    told = [one_line(part, _LONGEST_TEXT) for part in (known.described.about, unit or "")]
    about = [f"{part.rstrip('. ')}." for part in told if part]
    yield " ".join(about) or "(no description)"
    if missing := unread(known):
        yield missing
    if known.alike:
        yield known.alike


def unread(known: Known) -> str:
    """What a reader may miss and could not be read, so that it is not taken for not being there; mostly empty."""
    if known.described.sealed:
        return "not told: meanings of columns and their values, since the data dictionary could not be read"
    return "not told: values of columns, which could not be read now" if known.profile is None else ""


def _body(known: Known) -> Iterator[tuple[str, str]]:
    """Lines with the name that each is about."""
    for column in known.described.columns:
        meaning = known.described.meaning(column.name)
        yield (
            f"{column.name} {' '.join(meaning[1])}",
            _column_line(column, *meaning, (known.profile or {}).get(column.name)),
        )
    for formula in known.described.formulas:
        yield formula.name, f"beast mode {one_line(formula.name)} = {one_line(formula.formula, _LONGEST_FORMULA)}"
    for example in known.examples:
        yield example.question, f"verified: {example.question} -> {' '.join(example.sql.split())}"


def _column_line(column: Column, description: str, synonyms: Sequence[str], profile: ColumnProfile | None) -> str:
    also = f" (also: {one_line(', '.join(synonyms))})" if synonyms else ""
    description = one_line(description, _LONGEST_TEXT // 2)
    meaning = f" - {description}{also}" if description or also else ""
    masked = " (masked by policy: every value is ***)" if column.masked else ""
    values = f" {found}" if profile and (found := values_of(profile)) else ""
    return f"{_name(column.name)} {column.type}{masked}{meaning}{values}"


def _name(name: str) -> str:
    """A name as SQL takes it, on one line; blanks in it count."""
    text = quoted(name)
    return text if text.isprintable() and len(text) <= _LONGEST_TEXT else one_line(text, _LONGEST_TEXT)


def shortened(text: str, most: int) -> str:
    """The first lines of a text that fit."""
    return "\n".join(_fitting(text.splitlines(), most)[0])


def values_of(profile: ColumnProfile) -> str:
    """What is in a column: its values where they are few, else its range; nulls where there are some."""
    parts = []
    if profile.values:
        shown, _ = _fitting([repr(one_line(value, 60)) for value in profile.values[:_MOST_VALUES]], _LONGEST_VALUES)
        parts.append(f"values {', '.join(shown)}{', …' if len(shown) < profile.distinct else ''}")
    elif profile.low is not None and profile.low != profile.high:
        parts.append(f"{one_line(str(profile.low), 30)} to {one_line(str(profile.high), 30)}")
    if profile.grain:
        parts.append(f"by {profile.grain}")
    if profile.nulls >= 0.005:
        parts.append(f"{profile.nulls:.0%} NULL")
    return f"[{'; '.join(parts)}]" if parts else ""


def _line(described: Described, question: str, most: int) -> str:
    """A dataset in one line of at most so many characters, its columns by type; empty where they do not fit.

    A line that is no shorter than a short one may leave columns out: those that the question names stay.
    """
    head = f"{_name(described.dataset.name)} id {one_line(described.dataset.id)}: "
    columns = list(described.columns)
    if len(head) + sum(map(len, described.names)) < most and len(told := head + _by_type(columns)) <= most:
        return told
    if most < _SHORT_LINE:
        return ""
    room = most - len(head) - len(f", {len(columns)} more")
    shown: list[Column] = []
    types: set[str] = set()
    for column in (columns[place] for place in named_first(question, described.names)):
        room -= len(quoted(column.name)) + 2 + (len(column.type) + 1 if column.type not in types else 0)
        if room < -2:
            break
        shown.append(column)
        types.add(column.type)
    return f"{head}{_by_type(shown)}, {len(columns) - len(shown)} more" if shown else ""


def _by_type(columns: Sequence[Column]) -> str:
    """Columns, each type said once before those that have it."""
    named: dict[str, list[str]] = {}
    for column in columns:
        named.setdefault(column.type, []).append(_name(column.name))
    return "; ".join(f"{type_} {', '.join(names)}".strip() for type_, names in named.items())


def _fitting(lines: Sequence[str], room: int) -> tuple[list[str], int]:
    """The first lines that fit, and how many do not."""
    for count, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return list(lines[:count]), len(lines) - count
    return list(lines), 0
