"""The context text for a question: chosen datasets with their columns and meanings, within a token budget. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from domo_mcp.catalog.datasets import named
from domo_mcp.sql import quoted

if TYPE_CHECKING:
    from domo_mcp.catalog.datasets import Described
    from domo_mcp.client.metadata import Column

CHARACTERS_PER_TOKEN = 4

DIALECT = (
    "SQL: one SELECT on one dataset, no JOIN. Like MySQL: `column` in backticks, text and dates in single quotes "
    "('2026-01-31'), IFNULL, NULLIF, CASE, CONCAT, DATE_FORMAT, YEAR, QUARTER, MONTH, DATEDIFF, DATE_ADD, LAST_DAY. "
    "Not there: DATE_TRUNC, EXTRACT, ILIKE, ::, SQRT. `x <> 'a'` leaves NULLs out."
)


def brief(datasets: Sequence[Described], *, today: date, max_tokens: int) -> tuple[str, list[str]]:
    """The text, and one line for each thing that did not fit.

    The first dataset is given whole before the second begins; a dataset without room for its columns is only named.
    """
    room = max_tokens * CHARACTERS_PER_TOKEN
    parts = [f"today: {today.isoformat()}", DIALECT]
    room -= sum(len(part) + 1 for part in parts)
    left_out: list[str] = []
    for entry in datasets:
        lines, missing = _fitting(list(_dataset_lines(entry)), room)
        if len(lines) <= _HEAD_LINES and missing:
            left_out.append(f"{named(entry.dataset)} with {len(entry.columns)} columns")
            continue
        if missing:
            left_out.append(f"{missing} columns or formulas of {named(entry.dataset)}")
        parts += lines
        room -= sum(len(line) + 1 for line in lines)
    return "\n".join(parts), left_out


_HEAD_LINES = 2


def _dataset_lines(entry: Described) -> Iterator[str]:
    dataset = entry.dataset
    about = (entry.dictionary.description if entry.dictionary else None) or dataset.description or ""
    unit = entry.dictionary.unit_of_analysis if entry.dictionary else None
    rows = f"{dataset.row_count:,} rows" if dataset.row_count is not None else "rows unknown"
    updated = f", updated {dataset.last_updated:%Y-%m-%d}" if dataset.last_updated else ""
    yield f"\ndataset {quoted(dataset.name)} id {dataset.id} ({rows}{updated})"
    yield "; ".join(part for part in (about, unit or "") if part) or "(no description)"
    for column in entry.columns:
        yield _column_line(column, *entry.meaning(column.name))
    for formula in entry.formulas:
        yield f"beast mode {formula.name} = {' '.join(formula.formula.split())}"


def _column_line(column: Column, description: str, synonyms: Sequence[str]) -> str:
    also = f" (also: {', '.join(synonyms)})" if synonyms else ""
    meaning = f" - {description}{also}" if description or also else ""
    masked = " (masked by policy: every value is ***)" if column.masked else ""
    return f"{quoted(column.name)} {column.type}{masked}{meaning}"


def _fitting(lines: Sequence[str], room: int) -> tuple[list[str], int]:
    """The first lines that fit, and how many do not."""
    for count, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return list(lines[:count]), len(lines) - count
    return list(lines), 0
