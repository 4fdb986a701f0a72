"""The rows of a statement as a chart: what fits them, drawn, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from domo_mcp.errors import InvalidInput, UnknownName
from domo_mcp.sql import Select, parse
from domo_mcp.sql.grouped import Period
from domo_mcp.sql.outputs import Output, outputs
from domo_mcp.telemetry import secrets
from domo_mcp.tools.data.partial import partly
from domo_mcp.tools.results import Chart
from domo_mcp.tools.table import Scalar, Table
from domo_mcp.tools.toolset import Call

if TYPE_CHECKING:
    from domo_mcp.charts import Drawing, Wish
    from domo_mcp.charts.columns import Field, Value
    from domo_mcp.client.metadata import Dataset

_AT_ONCE = 2  # each takes a process of about 130 MB for a second
_drawing: RunVar[anyio.CapacityLimiter] = RunVar("_drawing")
_AGGREGATE = (
    "the chart shows these rows only; to chart all, aggregate in the SQL (GROUP BY, a coarser date), or choose which "
    "by ORDER BY and LIMIT"
)


async def chart(call: Call, table: Table, select: Select, dataset: Dataset, wish: Wish) -> Chart | Table:
    """A chart of the rows; the table itself where there are none.

    Raises UnknownName for a column that is not there, InvalidInput where the rows make no such chart.
    """
    from domo_mcp import charts

    if not table.rows:
        return table
    columns = [(column.name, column.type) for column in table.columns]
    sent = select if table.sql == select.text else parse(table.sql)  # DATE_TRUNC has become what Domo knows
    found = outputs(sent, call.catalog.settings.today(call.now()))
    try:
        encoding = charts.choose(columns, table.rows, wish, found)
    except charts.UnknownColumn as unknown:
        raise UnknownName(unknown.message, unknown.hint) from None
    except charts.CannotChart as cannot:
        raise InvalidInput(cannot.message, cannot.hint) from None
    period = _period(table, encoding.x.name, found)
    parts = await partly(call, select, dataset, encoding.x, period) if period else {}
    drawing = charts.draw(encoding, ordered=select.is_ordered(), partly=parts)
    notes = [*([_cut(table)] if table.more else []), *drawing.notes]
    png, text, facts = await _drawn(drawing, [_source(table), *notes])
    return Chart(
        table=replace(table, advice=_AGGREGATE, continues=None, facts=(*table.facts, *facts)),
        sql=select.text,
        chart_type=encoding.type,
        x=encoding.x.name,
        y=encoding.y.name,
        series=encoding.series.name if encoding.series else None,
        title=encoding.title,
        alt=charts.in_words(replace(drawing, notes=tuple(notes))),
        png=png,
        text=text,
        partly=_partly(table, encoding.x, parts),
        parts=tuple(parts.values()),
    )


async def _drawn(drawing: Drawing, below: Sequence[str]) -> tuple[bytes | None, str, tuple[str, ...]]:
    """The picture; else the chart in characters, and why there is none."""
    from domo_mcp import charts

    specification = secrets.hidden(json.dumps(charts.specification(drawing, below)))
    try:
        png = await anyio.to_thread.run_sync(charts.png, specification, abandon_on_cancel=True, limiter=_limiter())
    except charts.NoPicture as why:
        return None, charts.text_chart(drawing), (f"No picture: {why}. This is the chart in characters.",)
    return png, "", ()


def _partly(table: Table, x: Field, parts: Mapping[Value, str]) -> tuple[Scalar, ...]:
    """The values of x, as the rows have them, that stand for a part of their period."""
    place = [column.name for column in table.columns].index(x.name)
    return tuple({row[place]: 0 for row, value in zip(table.rows, x.values, strict=True) if value in parts})


def _period(table: Table, name: str, found: Sequence[Output]) -> Period | None:
    """What the column that runs along puts together, where the statement tells."""
    named = [place for place, column in enumerate(table.columns) if column.name == name]
    return found[named[0]].period if len(named) == 1 and len(found) == len(table.columns) else None


def _limiter() -> anyio.CapacityLimiter:
    try:
        return _drawing.get()
    except LookupError:
        _drawing.set(limiter := anyio.CapacityLimiter(_AT_ONCE))
        return limiter


def _cut(table: Table) -> str:
    of = f" of {table.total:,}" if table.total is not None else ""
    return f"only the first {len(table.rows):,}{of} rows of the answer are charted"


def _source(table: Table) -> str:
    if table.source is None:
        return ""
    return f"{table.source.name} · data as of {(table.source.as_of or 'unknown')[:16].replace('T', ' ')}"
