"""The statement checked: what has one way out is changed in the text, until nothing is left but what has not."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from domo_mcp.catalog.checking.filters import filters
from domo_mcp.catalog.checking.findings import MOST_PROBLEMS, Change, Doubt, Edit, Finding, Note, Problem, Reminder
from domo_mcp.catalog.checking.functions import functions
from domo_mcp.catalog.checking.grouping import grouping
from domo_mcp.catalog.checking.intervals import intervals
from domo_mcp.catalog.checking.joining import joining
from domo_mcp.catalog.checking.literals import literals
from domo_mcp.catalog.checking.names import names
from domo_mcp.catalog.checking.nulls import nulls
from domo_mcp.catalog.checking.operators import operators
from domo_mcp.catalog.checking.quotes import quotes
from domo_mcp.catalog.checking.reading import Reading, Schema
from domo_mcp.errors import SqlRefused
from domo_mcp.sql import Select, parse

_ROUNDS = 4


@dataclass(frozen=True)
class Checked:
    """The statement as it is to be sent, and what was found.

    `changes` were made to it. With `problems` it shall not be sent; `notes` are told beside its rows, and `doubts` say
    what Domo may not take.
    """

    select: Select
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Problem, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found that would keep the statement as it is from being sent."""
        return not (self.changes or self.problems or self.notes)

    @property
    def reasons(self) -> list[Problem]:
        """Why Domo may refuse the statement."""
        notes = [note for note in self.notes if not isinstance(note, Reminder)]
        return [*self.problems, *notes, *self.doubts]


def check(select: Select, schema: Schema) -> Checked:
    """What is wrong with `select` on a dataset of which this is known; nothing where no more than that could be right.

    The changed text differs from the caller's at the places of the changes only, and has passed the same gate.
    """
    if not schema.native:
        return Checked(replace(select, changes=()), select.changes)
    changes = [*select.changes]
    select = replace(select, changes=())
    for _ in range(_ROUNDS):
        found = _found(select, schema)
        possible = [each for each in found if isinstance(each, Change)]
        if not possible:
            return _judged(select, changes, found)
        fixed = _changed(select, possible)
        if fixed is None:
            break
        select = fixed[0]
        changes += (told for told in fixed[1] if told not in changes)
    return _judged(select, changes, [each.problem if isinstance(each, Change) else each for each in found])


def _found(select: Select, schema: Schema) -> list[Finding]:
    reading = Reading(select, schema)
    finders = (names, quotes, functions, filters, operators, joining, literals, intervals, nulls, grouping)
    return list(dict.fromkeys(chain.from_iterable(finder(reading) for finder in finders)))


def _judged(select: Select, changes: Sequence[str], found: Sequence[Finding]) -> Checked:
    return Checked(
        select,
        tuple(changes),
        problems=tuple(each for each in found if type(each) is Problem)[:MOST_PROBLEMS],
        notes=tuple(each for each in found if isinstance(each, Note))[:MOST_PROBLEMS],
        doubts=tuple(each for each in found if isinstance(each, Doubt))[:MOST_PROBLEMS],
    )


def _changed(select: Select, changes: Sequence[Change]) -> tuple[Select, list[str]] | None:
    """The statement with as many of the changes as do not touch each other; None where it would not pass the gate."""
    edits, told = list[Edit](), list[str]()
    for change in changes:
        if not any(_is_taken(edits, new) for new in change.edits):
            for new in change.edits:
                insort(edits, new)
            told.append(change.told)
    try:
        fixed = parse("".join(_spliced(select.text, edits)))
    except SqlRefused:
        return None
    reads_the_same = (fixed.tables, fixed.limit, fixed.offset) == (select.tables, select.limit, select.offset)
    return (fixed, told) if reads_the_same else None


def _is_taken(edits: Sequence[Edit], new: Edit) -> bool:
    """Whether one of the edits, which are sorted and do not touch each other, touches the new one."""
    place = bisect(edits, new)
    return any(_touch(new, old) for old in edits[max(place - 1, 0) : place + 1])


def _touch(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end


def _spliced(text: str, edits: Sequence[Edit]) -> Iterator[str]:
    last = 0
    for edit in edits:
        yield text[last : edit.start]
        yield edit.text
        last = edit.end
    yield text[last:]
