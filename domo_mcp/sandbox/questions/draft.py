"""What has been read of a sentence so far, and the sentence itself as it is read from left to right."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Happened, Named
from domo_mcp.sandbox.questions.marking import Mark, Timed
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import Column

DEFAULT = ""  # the aggregate of a figure named without one


@dataclass(frozen=True)
class Comparison:
    """`revenue above 500`: of rows or of groups, which `subject`, the thing named before it, decides."""

    figure: Named | None
    function: str
    operator: str
    values: tuple[Decimal, ...]
    subject: Named | None
    percent: bool = False
    unit: str = ""


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
    periods: list[Timed] = field(default_factory=list)
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
    sort: str = ""  # ASC or DESC, said beside the figure: `highest first`
    change: Keyword | None = None  # growth, change
    contrast: Keyword | None = None  # compared with, versus
    apart: Column | None = None  # what a contrast of values groups by
    joint: Column | None = None  # whose values were joined with `and`
    together: bool = False
    percent: Keyword | None = None
    current: Keyword | None = None
    new: bool = False
    dated: bool = False
    ago: bool = False  # a year before, as what a change is measured from
    only: bool = False
    unit: str = ""  # of time, said beside the figure
    wide: bool = False  # all columns of a list
    split: Keyword | None = None  # `breakdown of`, which must say by what
    now: bool = False  # `do we have`: what lasts, where that can be told
    both: bool = False  # the first and the last
    rated: Condition | None = None  # of a `return rate`
    elapsed: tuple[str, Named | Happened | None, Named | Happened] | None = None  # days: how taken, from, to
    plural_grain: bool = False
    averaged: bool = False  # an average of counts, which `per` must divide
    rowwise: list[Named] = field(default_factory=list)  # what an average is `per`, which must be the rows themselves
    rank: str = ""  # the word of a ranking: best, cheapest
    whom: str = ""  # who or which, as asked
    counted: Named | None = None  # things that are counted after their groups are tested
    spread: str = ""  # the periods that an average is taken over: average monthly revenue
    deeds: set[str] = field(default_factory=set)  # states said as verbs: tickets we `solved` last month
    loose: bool = False  # whether conditions of a share's part only stand beside each other
    ratio: list[Named] = field(default_factory=list)  # what the first figure is divided by
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
