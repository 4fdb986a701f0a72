"""Filters and orders of FileSets and files: FileSet API, Search FileSets; operators as Filesets.yaml lists them. Pure.

Assumed: LIKE is part of the text whatever its case; a filter with several values wants one of them; an unknown field is
an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.routes.answers import Failure

T = TypeVar("T")
Value = str | int | None
Fields = Mapping[str, Callable[[T], Value]]
"""What can be filtered and sorted by."""

_MOST_FILTERS = 50


class Filter(BaseModel):
    """Filter Object Properties."""

    field: str
    value: tuple[str | int | float | bool | None, ...] = ()
    negated: bool = Field(default=False, alias="not")
    operator: Literal[
        "EQUALS", "GREATER_THAN", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN_OR_EQUAL", "IN", "IS_NULL", "LIKE"
    ]


class DateFilter(BaseModel):
    """DateFilter Object Properties; both ends belong to the range."""

    field: str
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    negated: bool = Field(default=False, alias="not")


class FieldSort(BaseModel):
    """FieldSort Object Properties."""

    field: str
    order: Literal["ASC", "DESC"] | None = None


class Criteria(BaseModel):
    """The body of a search; empty means everything."""

    model_config = ConfigDict(alias_generator=to_camel)

    field_sort: tuple[FieldSort, ...] | None = Field(default=None, max_length=_MOST_FILTERS)
    filters: tuple[Filter, ...] | None = Field(default=None, max_length=_MOST_FILTERS)
    date_filters: tuple[DateFilter, ...] | None = Field(default=None, max_length=_MOST_FILTERS)

    def fields(self) -> list[str]:
        """Give the fields that are named."""
        dated = [each.field for each in self.date_filters or ()]
        return [each.field for each in self.filters or ()] + dated + [each.field for each in self.field_sort or ()]


def chosen(things: Iterable[T], criteria: Criteria, fields: Fields[T]) -> list[T]:
    """Give the things that meet all criteria, in the order wanted. Failure 400 for a field that there is not."""
    for field in criteria.fields():
        if field not in fields:
            raise Failure(400, f"Unknown field: {field[:100]}")
    found = [
        thing
        for thing in things
        if all(_meets(fields[each.field](thing), each) for each in criteria.filters or ())
        and all(_within(fields[each.field](thing), each) for each in criteria.date_filters or ())
    ]
    for sort in reversed(criteria.field_sort or ()):
        found.sort(key=lambda thing: _key(fields[sort.field](thing)), reverse=sort.order == "DESC")
    return found


def _meets(value: Value, wanted: Filter) -> bool:
    if wanted.operator == "IS_NULL":
        return (value is None) is not wanted.negated
    found = value is not None and any(
        _OPERATORS[wanted.operator](value, one) for one in wanted.value if one is not None
    )
    return found is not wanted.negated


def _within(value: Value, wanted: DateFilter) -> bool:
    if not isinstance(value, int):
        return wanted.negated
    after = wanted.start is None or value >= milliseconds(wanted.start)
    before = wanted.end is None or value < milliseconds(_next(wanted.end))
    return (after and before) is not wanted.negated


def _next(moment: datetime) -> datetime:
    """The end belongs to the range, with all of its millisecond."""
    return moment + timedelta(milliseconds=1)


def _compare(value: str | int, other: str | float) -> int:
    """Below, at or above zero; as numbers where both are."""
    if isinstance(value, int):
        try:
            number = float(other)
        except ValueError:
            raise Failure(400, f"A number was expected instead of {str(other)[:100]}") from None
        return (value > number) - (value < number)
    text = str(other)
    return (value > text) - (value < text)


_OPERATORS: dict[str, Callable[[str | int, str | int | float], bool]] = {
    "EQUALS": lambda value, other: str(value) == str(other),
    "IN": lambda value, other: str(value) == str(other),
    "LIKE": lambda value, other: str(other).strip("%").lower() in str(value).lower(),
    "GREATER_THAN": lambda value, other: _compare(value, other) > 0,
    "LESS_THAN": lambda value, other: _compare(value, other) < 0,
    "GREATER_THAN_OR_EQUAL": lambda value, other: _compare(value, other) >= 0,
    "LESS_THAN_OR_EQUAL": lambda value, other: _compare(value, other) <= 0,
}


def _key(value: Value) -> tuple[bool, int, str]:
    """Numbers by size, texts whatever their case, nothing last."""
    return value is None, value if isinstance(value, int) else 0, value.lower() if isinstance(value, str) else ""
