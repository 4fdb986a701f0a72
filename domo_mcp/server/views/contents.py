"""What a view is told about an answer, beside what the model reads. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from domo_mcp.guard.written import Written
from domo_mcp.sql import parse
from domo_mcp.tools.results import Chart, ChartType
from domo_mcp.tools.table import Table
from domo_mcp.untrusted import plain

KEY = "domo-mcp/view"
"""Where it stands in `_meta` of a result."""

MOST_ROWS = 10_000
_MOST_EXACT = 2**53 - 1
_MOST_CHARACTERS = 4_000_000

Call = dict[str, Any]
"""A call that a view may make: `tool` and `arguments`."""


class ChartData(TypedDict):
    """What is drawn: `x`, `y`, `series` name columns. y are the numbers; of a heat map the colours, series its rows."""

    type: ChartType
    x: str
    y: str
    series: str | None
    title: str


def drawn_in_view(chart: Chart) -> dict[str, Any]:
    """The same for a view, which marks the values of x that are there only in part and tells `notes` of them."""
    return {**drawn(chart), "partly": list(chart.partly), "notes": [plain(note) for note in chart.parts]}


def drawn(chart: Chart) -> ChartData:
    """What of the rows is drawn."""
    return ChartData(type=chart.chart_type, x=chart.x, y=chart.y, series=chart.series, title=chart.title)


def table_told(
    table: Table,
    *,
    tool: str,
    arguments: Mapping[str, Any],
    max_rows: int,
    sandbox: bool,
    chart: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All rows that were read, at most 10,000 and four million characters, whatever the model is shown of them.

    `more` is the call that gives the next ones or, where it has no cursor, as many as one answer may hold from the
    first on (`max_rows`); null where there is none, and for a chart. `chart` is what the caller asked to be drawn
    (type, x, y, series, title, partly, notes), null where the view chooses.
    """
    whole = table.uncut or table
    rows = _bounded(whole.rows)
    left = whole.more or len(rows) < len(whole.rows)
    source = whole.source
    return {
        "columns": _columns(whole),
        "rows": rows,
        "first": whole.first,
        "total": whole.total,
        "left": left,
        "more": _more(whole, len(rows), tool, arguments, max_rows) if left and chart is None else None,
        "sql": whole.sql or None,
        "source": source and {"id": source.dataset_id, "name": source.name, "url": source.url, "as_of": source.as_of},
        "facts": [plain(fact) for fact in whole.facts],
        "chart": chart,
        "sandbox": sandbox,
    }


def _columns(table: Table) -> list[dict[str, Any]]:
    """The columns with the titles that people read, and what 100 % are of shares."""
    from domo_mcp.charts import shown_as
    from domo_mcp.sql.outputs import outputs

    told = outputs(parse(table.sql)) if table.sql else []
    shown = shown_as([(column.name, column.type) for column in table.columns], table.rows, told)
    return [
        {"name": column.name, "type": column.type, "title": title, "whole": part or None}
        for column, (title, part) in zip(table.columns, shown, strict=True)
    ]


def _more(whole: Table, shown: int, tool: str, arguments: Mapping[str, Any], max_rows: int) -> Call | None:
    asked = {name: value for name, value in arguments.items() if name not in {"max_tokens", "save_as", "cursor"}}
    if whole.continues:
        return _call(tool, asked, limit=MOST_ROWS, cursor=whole.continues(shown))
    most = min(max_rows, MOST_ROWS)
    helps = whole.first == 0 and len(whole.rows) == shown < most and "save_as" not in arguments
    return _call(tool, asked, limit=most) if helps else None


def change_told(
    written: Written, *, instance: str, given: Mapping[str, Any], panel: tuple[str, str] | None, good_for_s: float
) -> dict[str, Any]:
    """A change, with the calls that the panel's buttons make.

    `panel` are the panel's own yes and no, good for `good_for_s` seconds; `given` is what every such call takes
    besides.
    """
    told = written.model_dump(mode="json", exclude_none=True, exclude={"ticket", "next"})
    answers = [_call("confirm_change", given, ticket=token, summary=written.summary) for token in panel or ()]
    undoes = written.status == "applied" and written.change and written.undo in {"exact", "content"}
    return {
        "written": json.loads(plain(json.dumps(told))),
        "instance": instance,
        "apply": answers[0] if answers else None,
        "cancel": answers[1] if answers else None,
        "undo": _call("undo_change", given, change=written.change) if undoes else None,
        "good_for_s": good_for_s if answers else None,
    }


def _call(tool: str, given: Mapping[str, Any], **arguments: Any) -> Call:
    return {"tool": tool, "arguments": {**given, **arguments}}


def _exact(value: Any) -> Any:
    """A number that JavaScript would round is a text."""
    return str(value) if isinstance(value, int) and abs(value) > _MOST_EXACT else value


def _bounded(rows: list[list[Any]]) -> list[list[Any]]:
    rows = [list(map(_exact, row)) for row in rows[:MOST_ROWS]]
    while (size := len(json.dumps(rows))) > _MOST_CHARACTERS:
        rows = rows[: len(rows) * _MOST_CHARACTERS // size]
    return rows
