"""Lists of rows: which columns they show, and in what order."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.dating import date_column, said_dates
from domo_mcp.sandbox.questions.draft import DEFAULT, Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Named, row_key, row_thing
from domo_mcp.sandbox.questions.measuring import amount_column
from domo_mcp.sandbox.questions.reading import Condition, Dimension, Reading
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, quoted

_FILLED = 7  # columns up to which a list is filled; `all columns` are asked for in words


def lists_rows(draft: Draft, schema: Schema) -> bool:
    """Whether the rows themselves are asked for, not figures of them or the names in a column."""
    rows = [h for h in draft.heads if is_row(h, schema)]
    if not rows or draft.groups or draft.grains or draft.share:
        return False
    plain = all(function == DEFAULT and not named.column.is_aggregate for function, named in draft.figures)
    return not draft.figures or (plain and bool(draft.direction or (draft.listing and draft.starts_with_head)))


def rows(reading: Reading, draft: Draft, apart: tuple[Dimension, ...]) -> Reading:
    """Return the reading of a list of rows."""
    if len(draft.heads) > 1:
        _check_attributes(draft, reading.schema)
    head = next(h for h in draft.heads if is_row(h, reading.schema))
    order, direction = _order(draft, head, reading.schema)
    reading = replace(reading, rows=_shown(draft, reading, apart, order))
    return _ordered(reading, draft, head, order, direction) if order else reading


def looks_up(draft: Draft, schema: Schema) -> bool:
    """Whether figures without an aggregate are read off the row of one thing: the price of the Ridge Tent."""
    thing = row_thing(schema)
    if thing is None or draft.groups or draft.grains or draft.direction or draft.share or draft.comparisons:
        return False
    one = any(c.column in thing.columns and c.operator == "IN" and len(c.values) == 1 for c in draft.conditions)
    return one and all(f == DEFAULT and n.column.is_number and not n.column.formula for f, n in draft.figures)


def reads_value(draft: Draft, schema: Schema) -> bool:
    """Whether a table of indicators is read: its `Value` is that of the one the question names."""
    value = next((c for c in schema.columns if c.is_number and phrase(c.name) == ("value",)), None)
    named = [c for c in draft.conditions if c.operator == "IN" and not c.column.is_number]
    if value is None or not named or draft.heads or draft.groups or draft.grains or draft.direction or draft.share:
        return False
    return all(f == DEFAULT and not n.column.is_additive for f, n in draft.figures) and not draft.comparisons


def whose(draft: Draft, schema: Schema) -> Named | None:
    """Return the rows whose columns are listed: `who joined? show name and department`."""
    thing, is_listed = row_thing(schema), draft.listing and draft.heads and not (draft.groups or draft.grains)
    dates = [mark for mark in draft.happened if isinstance(mark, Named)]
    is_of_rows = thing and not draft.figures and (draft.whom == "who" or dates)
    return thing if is_listed and is_of_rows and not any(is_row(h, schema) for h in draft.heads) else None


def _check_attributes(draft: Draft, schema: Schema) -> None:
    """Accept `the e-mail and city of customers`: one thing that is the rows, the others columns of it."""
    things = [h for h in draft.heads if is_row(h, schema) and not _is_label(h)]
    others = [h for h in draft.heads if h not in things]
    is_own = all(_is_attribute(h, schema) for h in others)
    is_question = bool(draft.asked) and not (draft.listing or draft.starts_with_head)  # not `people who joined: name`
    if len(things) != 1 or not is_own or is_question:
        raise NotUnderstood(f"I do not know what to do with {quoted([h.text for h in draft.heads])} together")


def _is_attribute(head: Named, schema: Schema) -> bool:
    return bool(head.columns) and head.key in (None, row_key(schema))


def _is_label(head: Named) -> bool:
    return phrase(head.text)[-1:] in {("number",), ("id",), ("ids",), ("name",), ("identifier",)}


def _order(draft: Draft, head: Named, schema: Schema) -> tuple[Column | None, str]:
    if draft.recent:
        return date_column(draft, schema), "DESC" if draft.recent == "MAX" else "ASC"
    figures = [named.column for _, named in draft.figures]
    if draft.direction:
        return (figures[0] if figures else amount_column(schema, head.text)), draft.direction
    return (figures[0], draft.sort) if draft.sort and figures else (None, "")


def _shown(draft: Draft, reading: Reading, apart: tuple[Dimension, ...], order: Column | None) -> tuple[Column, ...]:
    """Return the key, the name and what the question is about; where it names no columns, fill up with the first."""
    schema, thing = reading.schema, row_thing(reading.schema)
    shown = [row_key(schema), *(thing.columns if thing else ())]
    shown += [column for head in draft.heads for column in (head.key, head.column if head.columns else None)]
    shown += [column for d in apart for column in (d.column, d.label)]
    shown += [*(named.column for _, named in draft.figures), order, *(c.column for c in reading.conditions)]
    found = tuple(dict.fromkeys(c for c in (*shown, *said_dates(draft)) if c))
    if draft.figures or len(draft.heads) > 1 or any(isinstance(m, Named) for m in draft.happened):
        return found
    rest = [c for c in schema.columns if not c.formula and c not in found]
    return (*found, *(rest if draft.wide else rest[: max(0, _FILLED - len(found))]))


def _ordered(reading: Reading, draft: Draft, head: Named, order: Column, direction: str) -> Reading:
    """Order the rows by a column that must be there: an absent value is neither first nor last."""
    if head.is_plural and draft.superlative and draft.asked in {"which", "what"} and not draft.limit:
        raise NotUnderstood(f"say how many: `the 5 {head.text} ...`")
    reading = replace(reading, row_order=order, direction=direction)
    if not draft.limit and not head.is_plural:
        return replace(reading, extreme=True)
    return replace(reading, conditions=(*reading.conditions, Condition(order, "IS NOT NULL")))
