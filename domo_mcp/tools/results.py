"""What tools answer with: rows are a `Table` (table.py), one thing is a model, several are a `Page` of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from domo_mcp.tools.cursor import Cursors
from domo_mcp.tools.table import Column, Scalar, Table


class ResultSettings(BaseModel):
    """`[results]`: how much one answer may hold, in rows and in tokens of about four characters; a picture in rows."""

    model_config = ConfigDict(extra="forbid")

    max_rows: int = Field(1000, ge=1, le=100_000)
    max_tokens: int = Field(5000, ge=200, le=200_000)
    chart_rows: int = Field(5000, ge=10, le=20_000)
    structured: Literal["objects", "all", "none"] = "objects"


class Answer(BaseModel):
    """Base of every answer that is one object: fields without a value are left out.

    `cut_line` is our own line on what of it was left out, empty where it is whole.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    _cut: str = PrivateAttr("")

    @property
    def cut_line(self) -> str:
        """What was left out, and how much there was."""
        return self._cut

    def shortened(self, less: Mapping[str, Any], cut: str) -> Self:
        """The answer with `less` in place of its own values, and a line that says so."""
        answer = self.model_copy(update=less)
        answer._cut = cut  # noqa: SLF001 - its own copy
        return answer


AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class Page(Generic[AnswerT]):
    """Several things of one kind; `total` says how many Domo has, `more` and `continues` are those of a Table.

    `otherwise` says what to do where there are none.
    """

    items: list[AnswerT]
    kind: str
    first: int = 0
    total: int | None = None
    more: bool = False
    continues: Callable[[int], str] | None = None
    otherwise: str = ""

    @classmethod
    def part(cls, items: list[AnswerT], *, of: int, kind: str, first: int, cursors: Cursors) -> Page[AnswerT]:
        """The page that begins at `first` of a list of `of` things, of which each page has the next ones."""
        return cls(
            items,
            kind,
            first=first,
            total=of,
            more=first + len(items) < of,
            continues=lambda shown: cursors.at(first + shown),
        )

    def table(self) -> Table:
        """The page as rows: columns that no item fills are left out."""
        rows = [item.model_dump(mode="json") for item in self.items]
        names = [name for name in (rows[0] if rows else {}) if any(row[name] is not None for row in rows)]
        return Table(
            columns=tuple(Column(name) for name in names),
            rows=[[_scalar(row[name]) for name in names] for row in rows],
            first=self.first,
            more=self.more,
            total=self.total,
            continues=self.continues,
            facts=() if rows else (f"No {self.kind} found. {self.otherwise}".rstrip(),),
        )


@dataclass(frozen=True)
class Text:
    """A text for the model: `body` comes from Domo in part or whole, `facts` are lines of our own.

    `lead` are words of ours, or of the operator, that come first.
    """

    body: str
    facts: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture for the model to look at; `alt` says in words what it is, `facts` are lines of our own."""

    media_type: str
    data: bytes
    alt: str
    facts: tuple[str, ...] = ()


ChartType = Literal["bar", "line", "area", "scatter", "heatmap"]


@dataclass(frozen=True)
class Chart:
    """Rows as a picture. `alt` says in words what it shows, `text` shows it in characters where there is no picture.

    `table` has the rows that were read, `sql` the statement. `x`, `y` and `series` name columns: x runs along, y are
    the numbers, series tells lines or groups apart; of a heat map y are the colours and series the rows.
    `partly` are the values of x whose period is in the rows only in part, `parts` says what is there of them.
    """

    table: Table
    sql: str
    chart_type: ChartType
    x: str
    y: str
    series: str | None
    title: str
    alt: str
    png: bytes | None = None
    text: str = ""
    partly: tuple[Scalar, ...] = ()
    parts: tuple[str, ...] = ()


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    return str(value)
