"""Which datasets a search names, and in which order. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.routes.answers import Failure


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Filter(_Body):
    """One condition. `query` goes with filter type wildcard, `value` with term; both are matched whole, in any case."""

    field: str
    filter_type: str
    query: str | None = None
    value: str | int | None = None
    negated: bool = Field(default=False, alias="not")


class FieldSort(_Body):
    """A field to sort by."""

    field: str
    sort_order: str = "ASC"


class Sort(_Body):
    """By relevance, or by fields, the first of which weighs most."""

    is_relevance: bool = True
    field_sorts: list[FieldSort] = []


class Search(_Body):
    """A search of datasets: Domo's own MCP server and the community Domo Product APIs collection."""

    query: str = "*"
    filters: list[Filter] = []
    count: int = Field(default=50, ge=0)
    offset: int = Field(default=0, ge=0)
    sort: Sort = Sort()


_FIELDS: dict[str, Callable[[Dataset], str]] = {
    "name_sort": lambda dataset: dataset.name,
    "owned_by_id": lambda dataset: str(dataset.owner_id),
    "databaseId": lambda dataset: dataset.id,
    "certification.state": lambda dataset: "CERTIFIED" if dataset.certified_by else "",
}
_SORTS: dict[str, Callable[[Dataset], str | int]] = {
    "name_sort": lambda dataset: dataset.name.lower(),
    "create_date": lambda dataset: dataset.created,
    "last_updated": lambda dataset: dataset.updated,
}


def results(datasets: Sequence[Dataset], search: Search) -> list[Dataset]:
    """Give all datasets that match the query and every filter, sorted; unknown fields are Failure 400 (assumed)."""
    matching = [d for d in datasets if _matches(search.query, d.name) and all(_passes(f, d) for f in search.filters)]
    if search.sort.is_relevance or not search.sort.field_sorts:
        terms = [search.query, *(f.query or "" for f in search.filters if f.field == "name_sort")]
        return sorted(matching, key=lambda dataset: _distance(dataset, terms))
    for field_sort in reversed(search.sort.field_sorts):
        if field_sort.field not in _SORTS:
            raise Failure(400, f"Unknown sort field {field_sort.field}")
        matching.sort(key=_SORTS[field_sort.field], reverse=field_sort.sort_order == "DESC")
    return matching


def _passes(condition: Filter, dataset: Dataset) -> bool:
    if condition.field not in _FIELDS or condition.filter_type not in ("wildcard", "term"):
        raise Failure(400, f"Unknown filter {condition.filter_type} on {condition.field}")
    actual = _FIELDS[condition.field](dataset)
    if condition.filter_type == "wildcard":
        return _matches(condition.query or "*", actual) != condition.negated
    return (str(condition.value).lower() == actual.lower()) != condition.negated


def _matches(pattern: str, text: str) -> bool:
    parts = (re.escape(part) for part in re.split(r"\*+", pattern))
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def _distance(dataset: Dataset, terms: Sequence[str]) -> tuple[int, bool, str]:
    """Order by how the name fits: equal, then beginning with the term, then the rest; certified ones first."""
    name, words = dataset.name.lower(), [term.strip("*").lower() for term in terms]
    rank = min(0 if word == name else 1 if word and name.startswith(word) else 2 for word in words)
    return rank, dataset.certified_by is None, name
