"""What a question can be about: one table's columns, and the refusal when it is about something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBERS = {"LONG", "DOUBLE", "DECIMAL", "NUMBER", "INTEGER", "FLOAT"}
_DATES = {"DATE", "DATETIME", "TIMESTAMP"}
_RATES = re.compile(
    r"(price|rate|rating|score|discount|satisfaction|percent|percentage|ratio|margin|minute|second|hour|duration|age|"
    r"salary|average|avg|mean|median|index|temperature|height|weight|year)s?"
)
_FLAGS = (("yes", "no"), ("y", "n"), ("true", "false"))
_AGGREGATE = re.compile(r"\b(SUM|AVG|MIN|MAX|COUNT|STDDEV_POP|VAR_POP|APPROXIMATE_COUNT_DISTINCT)\s*\(", re.IGNORECASE)


UNPLACED = "I could not place"


class NotUnderstood(Exception):
    """The question cannot be put into SQL with certainty.

    `reason` says in plain words what is missing; `words` are the words of the question that found no place.
    """

    def __init__(self, reason: str, words: tuple[str, ...] = ()) -> None:
        """Keep the reason as the message, and the unplaced words beside it."""
        super().__init__(reason)
        self.reason = reason
        self.words = words

    @property
    def is_unplaced(self) -> bool:
        """Whether some words mean nothing here, which is farther from an answer than to mean two things."""
        return self.reason.startswith(UNPLACED)


@dataclass(frozen=True)
class Column:
    """A column as the dataset's dictionary describes it.

    `type` is STRING, LONG, DOUBLE, DECIMAL, DATE or DATETIME, or the documents' number, string, date, in any case.
    `values` are the distinct values of a text column; `shared` are those of a name that several keys have (None: not
    known, so it may be any). `formula` is a beast mode's expression; it takes the place of
    the column in the SQL, because beast modes are no plain columns there.
    """

    name: str
    type: str
    description: str = ""
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    formula: str = ""
    shared: tuple[str, ...] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it can be summed, averaged and compared with numbers."""
        return self.type.upper() in _NUMBERS

    @property
    def is_date(self) -> bool:
        """Whether a period can apply to it."""
        return self.type.upper() in _DATES

    @property
    def is_text(self) -> bool:
        """Whether it can name a group or hold a value."""
        return not self.is_number and not self.is_date

    @property
    def flag(self) -> str | Decimal | None:
        """The value that means yes, for a column of yes and no or one described as `1 if ..., else 0`."""
        if self.is_number:
            return Decimal(1) if re.search(r"\b1 (if|when)\b|\b0 or 1\b", self.description) else None
        said = {value.casefold(): value for value in self.values}
        return next((said[yes] for yes, no in _FLAGS if said.keys() == {yes, no}), None)

    @property
    def may_be_empty(self) -> bool:
        """Whether it is described as not being there for every row: `empty if none did`, `if any`."""
        return re.search(r"\bempty\b|\bif any\b", self.description, re.IGNORECASE) is not None

    @property
    def is_fraction(self) -> bool:
        """Whether 20 % stands in it as 0.2: a column described so, or a ratio that is not multiplied."""
        described = re.search(r"\bfraction\b|\b0 to (?:0?\.\d+|1)\b", self.description, re.IGNORECASE) is not None
        ratio = self.is_aggregate and "/" in self.formula and "100" not in self.formula
        return described or (ratio and re.search(r"%|\b(rate|margin|share)\b", self.name, re.IGNORECASE) is not None)

    @property
    def is_aggregate(self) -> bool:
        """Whether it is a beast mode that already aggregates, such as a ratio of sums."""
        return _AGGREGATE.search(self.formula) is not None

    @property
    def is_additive(self) -> bool:
        """Whether a bare mention means the sum: true of amounts and counts, not of prices, rates and scores."""
        if " times " in self.name:  # pieces times a price are an amount
            return any(Column(part, self.type).is_additive for part in self.name.split(" times "))
        words = re.findall(r"[a-z]+|%", self.name.lower())
        return words not in (["value"], ["target"]) and not any(word == "%" or _RATES.fullmatch(word) for word in words)


@dataclass(frozen=True)
class Schema:
    """One dataset: its name as FROM takes it, its columns, and the words people use for it."""

    name: str
    columns: tuple[Column, ...]
    description: str = ""
    synonyms: tuple[str, ...] = ()
