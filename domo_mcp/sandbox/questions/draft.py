"""What has been read of a sentence so far, and the sentence itself as it is read from left to right."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Happened, Named
from domo_mcp.sandbox.questions.marking import Mark
from domo_mcp.sandbox.questions.periods import Period
from domo_mcp.sandbox.questions.reading import Condition

DEFAULT = ""  # the aggregate of a figure named without one


@dataclass(frozen=True)
class Comparison:
    """`revenue above 500`: of rows or of groups, which `subject`, the thing named before it, decides."""

    figure: Named | None
    function: str
    operator: str
    values: tuple[Decimal, ...]
    subject: Named | None


@dataclass
class Draft:
    """The parts of a question, before it is decided what is selected."""

    figures: list[tuple[str, Named]] = field(default_factory=list)
    groups: list[Named] = field(default_factory=list)
    divided: list[tuple[str, Named]] = field(default_factory=list)  # groups after `by` or `per`, not `for each`
    grains: list[str] = field(default_factory=list)
    trend: bool = False
    heads: list[Named] = field(default_factory=list)  # things named without a role, such as what a ranking ranks
    starts_with_head: bool = False
    conditions: list[Condition] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    happened: list[Named | Happened] = field(default_factory=list)
    direction: str = ""
    superlative: bool = False
    best_selling: bool = False
    recent: str = ""  # MAX for the latest, MIN for the earliest
    limit: int | None = None
    whole: str = ""  # `not` or `and`, if said of a condition: of each row, or of a thing as a whole
    share: bool = False
    part: int | None = None  # how many conditions stood before the verb of a share
    listing: bool = False
    asked: str = ""  # which, what or when


@dataclass
class Sentence:
    """The marks of a question, the place reached, and what still waits for its object."""

    marks: tuple[Mark, ...]
    draft: Draft = field(default_factory=Draft)
    at: int = 0
    functions: list[str] = field(default_factory=list)
    distinct: bool = False
    by: str = ""
    negation: Keyword | None = None
    most: bool = False
    joined: str = ""
    role: str = ""  # of the last name: group, head, or the aggregate of a figure

    def before(self) -> Mark | None:
        """Return the mark before the one being placed."""
        return self.marks[self.at - 2] if self.at > 1 else None

    def after(self, *, skipping: Kind | None = None) -> Mark | None:
        """Return the mark after the one being placed."""
        rest = (m for m in self.marks[self.at :] if not (isinstance(m, Keyword) and m.kind is skipping))
        return next(rest, None)
