"""Rows and their chart as JSON, for a view that draws them itself."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from domo_mcp.tools.results import Chart, ChartType
from domo_mcp.tools.table import Scalar, Source, Table


class ColumnData(TypedDict):
    """A column: `type` such as STRING, LONG, DECIMAL, DATE, empty where Domo gives none."""

    name: str
    type: str


class ChartData(TypedDict):
    """What is drawn: `x`, `y`, `series` name columns. y are the numbers; of a heat map the colours, series its rows."""

    type: ChartType
    x: str
    y: str
    series: str | None
    title: str


class SourceData(TypedDict):
    """Where the rows are from; `as_of` is the dataset's last update, ISO 8601 in UTC."""

    dataset_id: str
    name: str
    url: str
    as_of: str | None


class ViewData(TypedDict):
    """Each row has a value for each column, null for NULL. `more`: there are further rows, in all `total` where known.

    `sql` and `chart` are there where rows were charted.
    """

    columns: list[ColumnData]
    rows: list[list[Scalar]]
    more: bool
    total: int | None
    source: SourceData | None
    sql: NotRequired[str]
    chart: NotRequired[ChartData]


def view_data(result: Table | Chart) -> ViewData:
    """The JSON of rows, or of a chart with its rows."""
    if isinstance(result, Chart):
        return {**view_data(result.table), "sql": result.sql, "chart": drawn(result)}
    return ViewData(
        columns=[ColumnData(name=column.name, type=column.type) for column in result.columns],
        rows=result.rows,
        more=result.more,
        total=result.total,
        source=_source(result.source) if result.source else None,
    )


def drawn(chart: Chart) -> ChartData:
    """What of the rows is drawn."""
    return ChartData(type=chart.chart_type, x=chart.x, y=chart.y, series=chart.series, title=chart.title)


def _source(source: Source) -> SourceData:
    return SourceData(dataset_id=source.dataset_id, name=source.name, url=source.url, as_of=source.as_of)
