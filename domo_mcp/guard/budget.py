"""What fits into an answer. A token counts as four characters of text."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import BaseModel, JsonValue

from domo_mcp.guard.preview import Preview
from domo_mcp.guard.written import Written
from domo_mcp.tools.results import Answer, Chart, Text
from domo_mcp.tools.table import Table, column_summaries, csv_header, csv_line

CHARACTERS_PER_TOKEN = 4
RESERVED_TOKENS = 110
"""For what stands around an answer: its fence and its last line."""

_SUMMARY_TOKENS = 300
_STRING_STEPS = (2000, 500, 120)
_LIST_STEPS = (100, 30, 10, 3)
_STEPS = (*((texts, entries) for texts in _STRING_STEPS for entries in _LIST_STEPS), (40, 1), (40, 0))
_MOST_CUT = 3
_PREVIEW_STEPS = ((10, 12, 99), (10, 6, 99), (5, 6, 99), (3, 6, 99), (3, 3, 30), (1, 3, 10), (1, 1, 10), (1, 1, 3))
"""Objects, fields of each, notes. Values are not cut further: what is different in them would go."""

_CUT_FACT = 120
"""Characters for the sentence that says that a result is cut."""

_WORD_FOR_WORD = frozenset({"summary", "ticket"})
"""Fields that are of no use in part: the caller has to repeat them."""


def trim(table: Table, max_tokens: int) -> Table:
    """`table` with the first rows that fit `max_tokens`; cut rows leave a summary of every column behind."""
    room = _left(max_tokens, table.facts)
    table = _narrowed(table, room // 2)
    if _fitting(table, room) == len(table.rows):
        return table
    for_summary = min(_SUMMARY_TOKENS, room // 3)
    summary = _bounded((f"Over the {len(table.rows):,} rows read:", *column_summaries(table)), for_summary)
    shown = _fitting(table, room - (for_summary if summary else 0))
    if not shown and summary:  # rows come first
        summary, shown = (), _fitting(table, room)
    if not shown:
        table = replace(
            table, continues=None, advice="one row alone is larger than max_tokens: raise it or select less"
        )
    return replace(
        table,
        rows=table.rows[:shown],
        more=True,
        total=table.first + len(table.rows) if table.total is None and not table.more else table.total,
        summary=summary,
    )


def trim_text(text: Text, max_tokens: int) -> Text:
    """`text` cut at a line within `max_tokens`, with a fact that says so."""
    most = _left(max_tokens, (text.lead, *text.facts)) * CHARACTERS_PER_TOKEN
    if len(text.body) <= most:
        return text
    end = text.body.rfind("\n", most // 2, most)
    cut = text.body[: end if end > 0 else most]
    left = len(text.body) - len(cut)
    return replace(text, body=cut, facts=(*text.facts, f"Cut: {left:,} characters more; raise max_tokens to see them."))


def trim_chart(chart: Chart, max_tokens: int) -> Chart:
    """`chart` with its words and characters cut at a line within `max_tokens`; the rows behind it are not told."""
    room = _left(max_tokens, chart.table.facts) * CHARACTERS_PER_TOKEN
    alt = _first_lines(chart.alt, room)
    return replace(chart, alt=alt, text=_first_lines(chart.text, room - len(alt)))


def _first_lines(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = text.rfind("\n", 0, max(most, 0))
    return f"{text[: max(end, 0)]}\n(cut to max_tokens)".strip()


def trim_answer(answer: Answer, max_tokens: int) -> Answer:
    """`answer` with its texts, lists and objects shortened, step by step, until it fits, and a line that says so.

    A preview counts itself what it leaves out.
    """
    most = _left(max_tokens, ()) * CHARACTERS_PER_TOKEN
    if isinstance(answer, Written) and answer.preview:
        return _with_less(answer, answer.preview, most)
    if isinstance(answer, Written) and answer.result is not None:
        answer = _with_result(answer, answer.result, most)
    size = len(answer.model_dump_json(exclude_none=True))
    if size <= most:
        return answer
    for texts, entries in _STEPS:
        less = answer.shortened(_fields(answer, texts, entries), "")
        if len(less.model_dump_json(exclude_none=True)) <= most:
            break
    return answer.shortened(_fields(answer, texts, entries), _cut_line(answer, less, size))


def _cut_line(whole: Answer, less: Answer, size: int) -> str:
    """What went, by the names of our own fields."""
    told = []
    for name in type(whole).model_fields:
        had, has = getattr(whole, name), getattr(less, name)
        if isinstance(had, list | tuple | dict) and len(has) < len(had):
            told.append(f"{name} {len(has):,} of {len(had):,}")
        elif had != has:
            told.append(f"{name} to the beginning of what is in it")
    return f"Cut: {', '.join(told[:_MOST_CUT])}; the whole has {size:,} characters. Raise max_tokens, or ask for less."


def _with_less(answer: Written, shown: Preview, most: int) -> Written:
    for step in _PREVIEW_STEPS:
        less = answer.model_copy(update={"preview": shown.cut(*step)})
        if len(less.model_dump_json(exclude_none=True)) <= most:
            return less
    return answer.model_copy(update={"preview": shown.cut(0, 0, 0)})


def _with_result(answer: Written, result: JsonValue, most: int) -> Written:
    """`answer` with as much of its result as fits, and a fact that says what went: it cannot be read a second time."""
    bare = answer.model_copy(update={"result": None})
    room = max(most - len(bare.model_dump_json(exclude_none=True)) - _CUT_FACT, most // 4)
    size = _size(result)
    if size <= room:
        return answer
    steps = (_shortened(result, texts, entries) for texts, entries in _STEPS[:-1])
    kept = next((less for less in steps if _size(less) <= room), None)
    if kept is None:
        kept = f"{json.dumps(result, ensure_ascii=False)[: room // 2]}…"
    cut = f"The result is cut, its lists and texts to their beginning: it has {size:,} characters as JSON."
    return answer.model_copy(update={"result": kept, "facts": [*(answer.facts or []), cut]})


def _size(value: JsonValue) -> int:
    return len(json.dumps(value, ensure_ascii=False))


def _left(max_tokens: int, facts: tuple[str, ...]) -> int:
    taken = RESERVED_TOKENS + sum(len(fact) + 1 for fact in facts) // CHARACTERS_PER_TOKEN
    return max(max_tokens - taken, max_tokens // 4)


def _narrowed(table: Table, tokens: int) -> Table:
    """`table` with the first columns whose header fits, and a fact that names how many went."""
    kept = len(table.columns)
    if len(csv_header(table.columns)) > tokens * CHARACTERS_PER_TOKEN:
        room, kept = tokens * CHARACTERS_PER_TOKEN, 0
        for column in table.columns:
            room -= len(csv_header([column])) + 1
            if room < 0:
                break
            kept += 1
    if kept == len(table.columns):
        return table
    gone = f"{len(table.columns) - kept:,} further columns do not fit max_tokens: select the ones you need."
    columns, rows = table.columns[:kept], [row[:kept] for row in table.rows]
    return replace(table, columns=columns, rows=rows, facts=(*table.facts, gone))


def _fitting(table: Table, tokens: int) -> int:
    """How many of the first rows fit."""
    room = tokens * CHARACTERS_PER_TOKEN - len(csv_header(table.columns))
    for count, row in enumerate(table.rows):
        room -= len(csv_line(row)) + 1
        if room < 0:
            return count
    return len(table.rows)


def _bounded(lines: tuple[str, ...], tokens: int) -> tuple[str, ...]:
    """The heading and the first lines that fit below it; nothing where none does."""
    room = tokens * CHARACTERS_PER_TOKEN
    for count, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return (*lines[:count], f"… and {len(lines) - count} more columns") if count > 1 else ()
    return lines


def _shortened(value: Any, texts: int, entries: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= texts else value[: texts - 1] + "…"
    if isinstance(value, BaseModel):
        return value.model_copy(update=_fields(value, texts, entries))
    if isinstance(value, list | tuple):
        return type(value)(_shortened(part, texts, entries) for part in value[:entries])
    if isinstance(value, dict):
        first = islice(value.items(), entries)
        return {_shortened(key, texts, entries): _shortened(part, texts, entries) for key, part in first}
    return value


def _fields(model: BaseModel, texts: int, entries: int) -> dict[str, Any]:
    return {name: _shortened(part, texts, entries) for name, part in model if name not in _WORD_FOR_WORD}
