"""What may be found in a statement: from what has one way out, over what is surely wrong, to what is worth saying."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PROBLEMS = 5
"""How many are told of each kind."""


@dataclass(frozen=True)
class Problem:
    """What Domo would refuse, or answer otherwise than it is meant: what, and the way out."""

    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


@dataclass(frozen=True)
class Doubt(Problem):
    """What Domo may take or not: it explains a refusal, and is nothing where rows come."""


@dataclass(frozen=True)
class Note(Problem):
    """What Domo may take, and the rows do not show: told beside them."""


@dataclass(frozen=True)
class Reminder(Note):
    """A note on a statement that may be as it is meant: it explains no refusal."""


@dataclass(frozen=True, order=True)
class Edit:
    """`text` in place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Change:
    """A problem with one way out, whatever the data; `told` says in a few words what the edits do."""

    problem: Problem
    told: str
    edits: tuple[Edit, ...]


Finding = Problem | Change
