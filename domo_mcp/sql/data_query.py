"""A question in the words of Domo's Data API: fields, conditions, groups, aggregates, a date grain, an order.

Source: App-Framework document, Data API. The API names one value per field, so a field has one aggregate here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, get_args

from domo_mcp.errors import InvalidInput
from domo_mcp.sql.conditions import Condition, parse_condition

__all__ = [
    "AGGREGATES",
    "GRAINS",
    "Aggregate",
    "Calendar",
    "Condition",
    "DataQuery",
    "DateGrain",
    "Grain",
    "Order",
    "parse_condition",
    "parse_order",
]

Aggregate = Literal["avg", "count", "max", "min", "sum", "unique"]
Grain = Literal["day", "week", "month", "quarter", "year"]
Calendar = Literal["standard", "fiscal"]

AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
GRAINS: tuple[Grain, ...] = get_args(Grain)

_GRAIN_COLUMNS: Mapping[Grain, str] = {
    "day": "Date",
    "week": "CalendarWeek",
    "month": "CalendarMonth",
    "quarter": "CalendarQuarter",
    "year": "Year",
}
_DIRECTIONS = {"ascending": False, "asc": False, "descending": True, "desc": True}


@dataclass(frozen=True)
class DateGrain:
    """Rows grouped by the period that a date lies in; `column` takes the place of the date in the result."""

    field: str
    grain: Grain

    @property
    def column(self) -> str:
        """What the Data API calls the column of the periods."""
        return _GRAIN_COLUMNS[self.grain]


@dataclass(frozen=True)
class Order:
    """Rows by one field."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class DataQuery:
    """One question to one dataset; nothing given means all of its rows and columns.

    Raises `InvalidInput` where its parts contradict each other.
    """

    fields: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    group_by: tuple[str, ...] = ()
    aggregate: Mapping[Aggregate, tuple[str, ...]] = field(default_factory=dict)
    date_grain: DateGrain | None = None
    calendar: Calendar | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    use_beast_modes: bool = False

    def __post_init__(self) -> None:
        aggregated = list(chain.from_iterable(self.aggregate.values()))
        if twice := next((name for name in aggregated if aggregated.count(name) > 1), None):
            raise InvalidInput(f"`{twice}` has two aggregates.", "A query gives one value per field; ask twice.")
        grouped = {*self.group_by, *([self.date_grain.field] if self.date_grain else [])}
        if both := next((name for name in aggregated if name in grouped), None):
            raise InvalidInput(f"`{both}` is grouped by and aggregated at once.", "Leave one of the two out.")

    @property
    def groups(self) -> bool:
        """Whether rows are grouped by something."""
        return bool(self.group_by or self.date_grain)

    @property
    def aggregates(self) -> bool:
        """Whether a row of the result stands for several rows of the dataset."""
        return self.groups or bool(self.aggregated)

    @property
    def aggregated(self) -> Mapping[str, Aggregate]:
        """The fields with an aggregate of their own, in the order given."""
        return {name: kind for kind, names in self.aggregate.items() for name in names}

    @property
    def names(self) -> tuple[str, ...]:
        """Every column of the dataset that it names, once."""
        grain = [self.date_grain] if self.date_grain else []
        made = {grained.column for grained in grain}
        ordered = (order.field for order in self.order_by if order.field not in made)
        dates = (grained.field for grained in grain)
        conditions = (condition.column for condition in self.where)
        return tuple(dict.fromkeys(chain(self.fields, self.group_by, self.aggregated, dates, conditions, ordered)))


def parse_order(text: str) -> Order:
    """Read `name`, `name descending`, `name desc`, `-name`; a name in backticks is taken as it is.

    Raises `InvalidInput` where there is no name.
    """
    name, _, last = text.strip().rpartition(" ")
    direction = _DIRECTIONS.get(last.lower()) if name else None
    name = name.strip() if direction is not None else text.strip()
    if direction is None and name.startswith("-"):
        name, direction = name[1:].strip(), True
    if len(name) > 2 and name[0] == name[-1] == "`":
        name = name[1:-1].replace("``", "`")
    if not name:
        raise InvalidInput(f"`{text[:100]}` names no field to order by.", "Write: name ascending, or name descending.")
    return Order(name, bool(direction))
