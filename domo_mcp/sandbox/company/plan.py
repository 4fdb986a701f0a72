"""The form in which each theme of the company describes its datasets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from domo_mcp.sandbox.company.dice import years_before
from domo_mcp.sandbox.warehouse import ColumnType

CUSTOMER = "northwind-trail"  # the company's name in Domo, as in CUSTOMER.domo.com
ADMIN, ALEX, DANA, PRIYA, TOMAS = 27, 1001, 1002, 1003, 1004
YEARS = 3


@dataclass(frozen=True)
class Described:
    """A column with what people wrote about it."""

    name: str
    type: ColumnType
    description: str
    synonyms: tuple[str, ...] = ()
    agent_enabled: bool = True
    visible: bool = True


@dataclass(frozen=True)
class Formula:
    """A beast mode to be. `columns` are those it reads."""

    name: str
    formula: str
    columns: tuple[str, ...]
    aggregated: bool = True


@dataclass(frozen=True)
class Feed:
    """The connector that fills a dataset."""

    provider: str
    name: str
    method: Literal["APPEND", "REPLACE"]
    query: str


@dataclass(frozen=True)
class Plan:
    """A dataset to be. `select` gives the DuckDB query of its rows for a day that counts as today.

    `alias` is its name in the company's app, whose manifest also names the `field_aliases` (alias, column or formula).
    `cards` are (title, chart type). `readers` are the users who may read it besides the owner. `age` is how many days
    ago it was last updated. `partitioned_by` is the date column whose months are the partitions.
    """

    number: int
    name: str
    description: str
    unit: str | None
    owner: int
    columns: tuple[Described, ...]
    select: Callable[[date], str]
    formulas: tuple[Formula, ...] = ()
    cards: tuple[tuple[str, str], ...] = ()
    readers: tuple[int, ...] = (ALEX, DANA, PRIYA, TOMAS)
    tags: tuple[str, ...] = ()
    certified: bool = False
    feed: Feed | None = None
    partitioned_by: str | None = None
    age: int = 0
    alias: str | None = None
    field_aliases: tuple[tuple[str, str], ...] = ()
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the id from the number."""
        object.__setattr__(self, "id", dataset_id(self.number))


def dataset_id(number: int) -> str:
    """Give the id of the company's dataset of that number."""
    return f"5a1e0000-0000-4000-8000-{number:012d}"


def rows_of(number: int) -> str:
    """Give the name under which another plan's query, made later, reads that dataset."""
    return f'"{dataset_id(number)}"'


def first_day(today: date) -> date:
    """Give the day before the company's records begin."""
    return years_before(today, YEARS)


def last_quarter(today: date) -> tuple[date, date]:
    """Give the last complete quarter: its first day, and the first day after it."""
    end = date(today.year, today.month - (today.month - 1) % 3, 1)
    before = end - timedelta(days=1)
    return date(before.year, before.month - 2, 1), end
