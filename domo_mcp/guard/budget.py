"""What fits into an answer. A token counts as four characters of text."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.tools.results import Text
from domo_mcp.tools.table import Table, column_summaries, csv_header, csv_line

CHARACTERS_PER_TOKEN = 4
_SUMMARY_TOKENS = 300


def trim(table: Table, max_tokens: int) -> Table:
    """`table` with the first rows that fit `max_tokens`; cut rows leave a summary of every column behind."""
    if _fitting(table, max_tokens) == len(table.rows):
        return table
    for_summary = min(_SUMMARY_TOKENS, max_tokens // 3)
    shown = _fitting(table, max_tokens - for_summary)
    if not shown:
        table = replace(
            table, continues=None, advice="one row alone is larger than max_tokens: raise it or select less"
        )
    return replace(
        table,
        rows=table.rows[:shown],
        more=True,
        total=len(table.rows) if table.total is None and not table.more else table.total,
        summary=(f"Over the {len(table.rows):,} rows read:", *_bounded(column_summaries(table), for_summary)),
    )


def trim_text(text: Text, max_tokens: int) -> Text:
    """`text` cut at a line within `max_tokens`, with a fact that says so."""
    most = max_tokens * CHARACTERS_PER_TOKEN
    if len(text.body) <= most:
        return text
    cut = text.body[: max(text.body.rfind("\n", 0, most), most // 2)]
    left = len(text.body) - len(cut)
    return replace(text, body=cut, facts=(*text.facts, f"Cut: {left:,} characters more; raise max_tokens to see them."))


def _fitting(table: Table, tokens: int) -> int:
    """How many of the first rows fit."""
    room = tokens * CHARACTERS_PER_TOKEN - len(csv_header(table.columns))
    for count, row in enumerate(table.rows):
        room -= len(csv_line(row)) + 1
        if room < 0:
            return count
    return len(table.rows)


def _bounded(lines: tuple[str, ...], tokens: int) -> tuple[str, ...]:
    room = tokens * CHARACTERS_PER_TOKEN
    for count, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return (*lines[:count], f"… and {len(lines) - count} more columns")
    return lines
