"""Answers as MCP content: rows as fenced CSV, one object as compact JSON, errors as text."""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64encode
from collections.abc import Collection
from typing import Any, Literal

from mcp_types import CallToolResult, ContentBlock, ImageContent, ResourceLink, TextContent

from domo_mcp import telemetry
from domo_mcp.errors import DomoMcpError
from domo_mcp.guard.gate import Result
from domo_mcp.guard.written import Written
from domo_mcp.tools.results import Answer, Chart, Picture, Text
from domo_mcp.tools.table import Table, csv_header, csv_line
from domo_mcp.untrusted import all_foreign, fenced, foreign, plain, visible

Structured = Literal["objects", "all", "none"]

_LONGEST_ERROR = 4000
_LINK = "All rows of the answer as CSV, read anew; for you alone, for 15 minutes."
_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
_FENCE = re.compile(r"<(data-[0-9a-f]{6})>(\n?)(.*?)\2</\1>", re.DOTALL)
SANDBOX_LINE = "source: sandbox (invented data)"


def render(
    result: Result, *, structured: Structured, sandbox: bool, meta: dict[str, Any] | None = None
) -> CallToolResult:
    """The content blocks of an answer, and its structured form where that is switched on; `meta` is for its view."""
    text, data = _shown(result, structured)
    if sandbox:
        text += f"\n{SANDBOX_LINE}"
    content: list[ContentBlock] = [TextContent(type="text", text=text)]
    if isinstance(result, Chart) and result.png:
        content.insert(0, ImageContent(data=b64encode(result.png).decode(), mime_type="image/png"))
    if isinstance(result, Picture):
        content.append(ImageContent(data=b64encode(result.data).decode(), mime_type=result.media_type))
    if isinstance(result, Table) and result.link:
        content.append(ResourceLink(uri=result.link, name="all rows", mime_type="text/csv", description=_LINK))
    failed = isinstance(result, Written) and result.status == "refused"
    return _safe(CallToolResult(content=content, structured_content=data, is_error=failed, _meta=meta))


def _shown(result: Result, structured: Structured) -> tuple[str, dict[str, Any] | None]:
    """The text of an answer and its structured form."""
    if isinstance(result, Table):
        return _table(result), _records(result) if structured == "all" else None
    if isinstance(result, Chart):
        return _chart(result), _drawn(result) if structured == "all" else None
    if isinstance(result, Text):
        lead = [_told(result.lead)] if result.lead else []
        return "\n".join([*lead, _fenced(visible(result.body)), *map(_told, result.facts)]), None
    if isinstance(result, Picture):
        return "\n".join(map(_told, (result.alt, *result.facts))), None
    if isinstance(result, Answer):
        return _object(result, structured)
    raise TypeError(type(result).__name__)  # a page is a table by now


def _object(answer: Answer, structured: Structured) -> tuple[str, dict[str, Any] | None]:
    whole = json.loads(plain(json.dumps(answer.model_dump(mode="json", exclude_none=True), **_COMPACT)))
    shown = {key: value for key, value in whole.items() if key != "next" or not isinstance(answer, Written)}
    text = _fenced(visible(json.dumps(shown, **_COMPACT)))
    if answer.cut_line:
        text += f"\n{answer.cut_line}"
    if isinstance(answer, Written) and answer.next:
        text += f"\n{answer.next}"
    return text, None if structured == "none" else whole


def without(tools: Collection[str], text: str) -> str:
    """`text` where each of `tools`, which a caller does not see, is told to be out of reach."""
    names = "|".join(map(re.escape, sorted(tools)))
    return re.sub(rf"\b({names})\b", r"\1 (not listed here)", text) if names else text


def render_error(error: DomoMcpError) -> CallToolResult:
    """An error as the model reads it: what happened, then what to do."""
    text = error.text()
    text = _told(text if len(plain(text)) <= _LONGEST_ERROR else plain(text)[: _LONGEST_ERROR - 1] + "…")
    return _safe(CallToolResult(content=[TextContent(type="text", text=text)], is_error=True))


def _safe(result: CallToolResult) -> CallToolResult:
    """The answer without any secret of this server, also where Domo sent it back."""
    text = result.model_dump_json(by_alias=True)
    hidden = telemetry.secrets.hidden(text)
    return result if hidden == text else CallToolResult.model_validate_json(hidden)


def _table(table: Table) -> str:
    parts = []
    if table.columns:
        parts.append(_fenced("\n".join([csv_header(table.columns), *(csv_line(row) for row in table.rows)])))
    if table.summary:
        parts.append(_fenced("\n".join(table.summary)))
    return "\n".join([*parts, *map(_told, table.facts), _told(_last_line(table))])


def _chart(chart: Chart) -> str:
    """What the picture shows, or the chart in characters, and where the rows are from."""
    shown = "\n\n".join(part for part in (chart.text, chart.alt) if part)
    table = chart.table
    return "\n".join([_fenced(visible(shown)), *map(_told, table.facts), _told(_last_line(table))])


def _drawn(chart: Chart) -> dict[str, Any]:
    from domo_mcp.server.views.contents import drawn

    return {**_records(chart.table), "sql": chart.sql, "chart": drawn(chart)}


def _last_line(table: Table) -> str:
    source = table.source
    parts = []
    if source:
        where = f"{foreign(source.dataset_id, 60)}, {foreign(source.url)}"
        named = f'"{foreign(source.name, 80)}" ({where})'
        parts.append(f"dataset {all_foreign(named)}")
        parts.append(f"data as of {source.as_of or 'unknown'}")
    of = f" of {table.total:,}" if table.total is not None and table.more else ""
    parts.append(f"{len(table.rows):,}{of} row{'' if len(table.rows) == 1 and not of else 's'}")
    if table.more:
        parts.append(
            "more rows exist" if table.total is None else f"{table.total - table.first - len(table.rows):,} left"
        )
        if table.next_cursor:
            parts.append(f"next_cursor: {table.next_cursor}")
        elif table.advice:
            parts.append(table.advice)
    return " · ".join(parts)


def _fenced(text: str) -> str:
    """`text` between marks that it cannot have foreseen: what stands there is data, never instructions."""
    return _between(f"\n{text}\n")


def _told(text: str) -> str:
    """A line of ours, with such marks around what is foreign in it."""
    return fenced(text, _between)


def _between(text: str) -> str:
    mark = f"data-{secrets.token_hex(3)}"
    return f"<{mark}>{text}</{mark}>"


def unfenced(text: str) -> str:
    """An answer for a person: without its own marks. What looks like some between them is content, and stays."""
    return _FENCE.sub(lambda fence: fence[3], text)


def _records(table: Table) -> dict[str, Any]:
    return {
        "columns": [{"name": column.name, "type": column.type} for column in table.columns],
        "rows": table.rows,
        "total": table.total,
        "next_cursor": table.next_cursor,
    }
