"""The `filters` of FileSets and their files: conditions, spans of time and order in one list, as callers write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domo_mcp.client.fileset_search import Filter, Operator, Span, Wanted
from domo_mcp.errors import InvalidInput
from domo_mcp.untrusted import foreign

_FORMS = (
    'Write {"field": "name", "operator": "LIKE", "value": ["report"]}, {"field": "created", "start": "2026-01-31"} or '
    '{"field": "name", "order": "ASC"}.'
)
_END_OF_DAY = time(23, 59, 59, 999_000)
_INSTANT = timedelta(milliseconds=1)
_DATED = frozenset({"created", "updated"})
_MEANT: dict[str, Operator] = {
    "CONTAINS": "LIKE", "STARTS_WITH": "LIKE", "ILIKE": "LIKE", "~": "LIKE", "=": "EQUALS", "==": "EQUALS",
    "EQ": "EQUALS", "IS": "EQUALS", ">": "GREATER_THAN", "GT": "GREATER_THAN", "AFTER": "GREATER_THAN",
    ">=": "GREATER_THAN_OR_EQUAL", "GTE": "GREATER_THAN_OR_EQUAL", "<": "LESS_THAN", "LT": "LESS_THAN",
    "BEFORE": "LESS_THAN", "<=": "LESS_THAN_OR_EQUAL", "LTE": "LESS_THAN_OR_EQUAL", "NULL": "IS_NULL",
}  # fmt: skip


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _operator(value: object) -> object:
    """An operator of Domo's. Raises ValueError with the one that is meant by another word."""
    wanted = _upper(value)
    known = get_args(Operator)
    if not isinstance(wanted, str) or wanted in known:
        return wanted
    near = [_MEANT[wanted]] if wanted in _MEANT else get_close_matches(wanted, known, n=1, cutoff=0.5)
    raise ValueError(f"one of {', '.join(known)}" + (f"; {near[0]} is meant?" if near else ""))


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | int | float) else value


class FilterArgument(BaseModel):
    """`value` with `operator`; or, of a date, `start` and `end`; or `order`."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, frozen=True)

    field: Annotated[str, Field(min_length=1)]
    value: Annotated[list[str] | None, BeforeValidator(_listed)] = None
    operator: Annotated[Operator | None, BeforeValidator(_operator)] = None
    start: str | None = None
    end: str | None = None
    order: Annotated[Literal["ASC", "DESC"] | None, BeforeValidator(_upper)] = None
    negated: Annotated[bool, Field(alias="not")] = False

    @property
    def kinds(self) -> list[str]:
        """What it says: a condition, a span of time, an order."""
        said = {
            "condition": self.value is not None or self.operator is not None,
            "span": self.start is not None or self.end is not None,
            "order": self.order is not None,
        }
        return [kind for kind, is_said in said.items() if is_said]


Filters = Annotated[
    list[FilterArgument],
    Field(max_length=20, description='Conditions on name, created (ISO dates), …, LIKE for "contains"; order.'),
]


def wanted(given: Sequence[FilterArgument], *, name: str = "") -> Wanted:
    """What the list asks for, and that names hold `name`. Raises InvalidInput for an entry of no kind, or of two."""
    if unclear := [entry for entry in given if len(entry.kinds) != 1]:
        raise InvalidInput(f'What the filter on "{foreign(unclear[0].field, 60)}" asks for is not clear.', _FORMS)
    by_name = [Filter("name", (name,), "LIKE")] if name else []
    return Wanted(
        filters=(*by_name, *(_condition(entry) for entry in given if "condition" in entry.kinds and not _dated(entry))),
        spans=tuple(_span(entry) if "span" in entry.kinds else _compared(entry) for entry in given if _dated(entry)),
        order=tuple((entry.field, entry.order) for entry in given if entry.order),
    )


def _condition(entry: FilterArgument) -> Filter:
    values = tuple(entry.value or ())
    if not values and entry.operator != "IS_NULL":
        raise InvalidInput(f'The filter on "{foreign(entry.field, 60)}" has no value.', _FORMS)
    return Filter(entry.field, values, entry.operator or ("EQUALS" if len(values) == 1 else "IN"), entry.negated)


def _dated(entry: FilterArgument) -> bool:
    """Whether it is a span of time, or compares a date with ISO dates: Domo's conditions take milliseconds only."""
    if "condition" not in entry.kinds:
        return "span" in entry.kinds
    return entry.field in _DATED and any(not value.strip().lstrip("-").isdigit() for value in entry.value or ())


def _compared(entry: FilterArgument) -> Span:
    """The span of time that a comparison with a date means."""
    values, operator = entry.value or [], entry.operator or "EQUALS"
    if len(values) != 1 or operator in {"IN", "LIKE", "IS_NULL"}:
        raise InvalidInput(f'The filter on "{foreign(entry.field, 60)}" is not one of a date.', _FORMS)
    first, last = _moment(values[0], time.min), _moment(values[0], _END_OF_DAY)
    ends: dict[str, tuple[datetime | None, datetime | None]] = {
        "GREATER_THAN": (last + _INSTANT, None),
        "GREATER_THAN_OR_EQUAL": (first, None),
        "LESS_THAN": (None, first - _INSTANT),
        "LESS_THAN_OR_EQUAL": (None, last),
    }
    return Span(entry.field, *ends.get(operator, (first, last)), entry.negated)


def _span(entry: FilterArgument) -> Span:
    start = None if entry.start is None else _moment(entry.start, time.min)
    end = None if entry.end is None else _moment(entry.end, _END_OF_DAY)
    if start and end and start > end:
        raise InvalidInput(f'The dates of "{foreign(entry.field, 60)}" end before they start.', "Swap start and end.")
    return Span(entry.field, start, end, entry.negated)


def _moment(text: str, of_day: time) -> datetime:
    """A moment in UTC; of a day alone the time `of_day`."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f'"{foreign(text, 40)}" is no date.', "Write 2026-01-31 or 2026-01-31T08:00:00Z.") from None
    if len(text.strip()) <= len("2026-01-31"):
        moment = datetime.combine(moment.date(), of_day)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
