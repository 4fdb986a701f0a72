"""What to look for among FileSets or files: conditions, spans of time, order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Operator = Literal[
    "EQUALS",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL",
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL",
    "IN",
    "IS_NULL",
    "LIKE",
]


@dataclass(frozen=True)
class Filter:
    """A condition on a field; `negated` keeps what does not fulfil it."""

    field: str
    values: tuple[str, ...]
    operator: Operator = "EQUALS"
    negated: bool = False

    def body(self) -> dict[str, object]:
        """As Domo reads it."""
        return {"field": self.field, "value": [*self.values], "operator": self.operator, "not": self.negated}


@dataclass(frozen=True)
class Span:
    """A span of time of a field, both ends included and either left open by None."""

    field: str
    start: datetime | None
    end: datetime | None
    negated: bool = False

    def body(self) -> dict[str, object]:
        """As Domo reads it."""
        ends = {"start": self.start, "end": self.end}
        return {
            "field": self.field,
            **{name: _iso(moment) for name, moment in ends.items() if moment is not None},
            "not": self.negated,
        }


@dataclass(frozen=True)
class Wanted:
    """What a search asks for; nothing of it for all."""

    filters: tuple[Filter, ...] = ()
    spans: tuple[Span, ...] = ()
    order: tuple[tuple[str, Literal["ASC", "DESC"]], ...] = ()

    def body(self) -> dict[str, object]:
        """As Domo reads it: {} for all (FileSet API, Search FileSets, Request Body Parameters)."""
        lists: dict[str, list[dict[str, object]]] = {
            "fieldSort": [{"field": field, "order": order} for field, order in self.order],
            "filters": [each.body() for each in self.filters],
            "dateFilters": [each.body() for each in self.spans],
        }
        return {name: some for name, some in lists.items() if some}


EVERYTHING = Wanted()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
