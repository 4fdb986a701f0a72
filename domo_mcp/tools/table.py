"""Rows as text: CSV in which NULL and the empty text differ, and nothing invisible hides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domo_mcp.untrusted import one_line, visible

if TYPE_CHECKING:
    from domo_mcp.client.rows import Rows

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column of an answer: Domo's type name, empty where Domo gives none."""

    name: str
    type: str = ""


def rows_columns(rows: Rows) -> tuple[Column, ...]:
    """The columns of rows that Domo gave."""
    return tuple(Column(column.name, column.type or "") for column in rows.columns)


@dataclass(frozen=True)
class Source:
    """Where rows come from. `as_of` is the dataset's last update, ISO 8601 in UTC."""

    dataset_id: str
    name: str
    url: str
    as_of: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows of an answer, from row number `first` of the whole on.

    `more` is true where further rows exist; `total` says how many there are in all, where that is known. `continues`
    makes the cursor behind the row of that number in `rows`; `advice` tells how to get the rest where it cannot.
    `whole` makes a link to all rows, and `link` is that link once somebody needs it. `facts` are lines of our own
    about the answer, `summary` says of every column what rows that were cut held. `sql` is the statement that gave
    them, `uncut` the answer before it was cut to what a model may read: a view beside the conversation shows that.
    """

    columns: tuple[Column, ...]
    rows: list[list[Scalar]]
    source: Source | None = None
    first: int = 0
    more: bool = False
    total: int | None = None
    continues: Callable[[int], str] | None = None
    advice: str = ""
    facts: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    whole: Callable[[], Awaitable[str]] | None = None
    link: str = ""
    sql: str = ""
    uncut: Table | None = None

    @property
    def next_cursor(self) -> str | None:
        return self.continues(len(self.rows)) if self.more and self.continues else None


def csv_header(columns: Sequence[Column]) -> str:
    """The header line: `name:TYPE` for each column."""
    return ",".join(
        _field(visible(f"{column.name}:{column.type}" if column.type else column.name)) for column in columns
    )


def csv_line(row: Sequence[Scalar]) -> str:
    """One row for a reader; NULL is an empty field, the empty text is `""`."""
    return ",".join(_field(visible(value)) if isinstance(value, str) else _number(value) for value in row)


def csv_record(row: Sequence[Scalar]) -> str:
    """One row for a file: the same, with every character as it is."""
    return ",".join(_field(value) if isinstance(value, str) else _number(value) for value in row) + "\r\n"


def column_summaries(table: Table) -> tuple[str, ...]:
    """For each column what the rows hold: range of numbers and dates, most frequent texts, count of NULLs."""
    return tuple(
        f"{one_line(column.name, 60)}: {_summary([row[place] for row in table.rows])}"
        for place, column in enumerate(table.columns)
    )


def _summary(values: Sequence[Scalar]) -> str:
    present = [value for value in values if value is not None]
    nulls = f", {len(values) - len(present)} NULL" if len(present) < len(values) else ""
    if not present:
        return "all NULL"
    numbers = [value for value in present if isinstance(value, int | float)]
    if len(numbers) == len(present):
        return f"{one_line(_number(min(numbers)), 40)} to {one_line(_number(max(numbers)), 40)}{nulls}"
    texts = Counter(one_line(str(value), 40) for value in present)
    if len(texts) > 50 and all(text[:4].isdigit() and text[4:5] == "-" for text in texts):
        return f"{min(texts)} to {max(texts)}{nulls}"
    top = ", ".join(f"{text} ({count})" for text, count in texts.most_common(5))
    return f"{len(texts)} different: {top}{', …' if len(texts) > 5 else ''}{nulls}"


def _number(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _field(text: str) -> str:
    if not text or any(mark in text for mark in ',"\n\r') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text
