"""Draft -> Reading: decides what is selected, and refuses what could be meant in two ways."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.dating import date_column, date_conditions
from domo_mcp.sandbox.questions.doubts import check_divided, check_sold, check_things
from domo_mcp.sandbox.questions.draft import DEFAULT, Draft
from domo_mcp.sandbox.questions.filtering import check_values, is_row, tests
from domo_mcp.sandbox.questions.linking import Named, row_thing
from domo_mcp.sandbox.questions.measuring import amount_column, may_tie, measure, selling_column
from domo_mcp.sandbox.questions.namesakes import check_merged, namesakes
from domo_mcp.sandbox.questions.reading import Condition, Dimension, Having, Reading
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import quoted


def assemble(draft: Draft, schema: Schema) -> Reading:
    """Return the reading of a draft; NotUnderstood says what is missing or could be meant in two ways."""
    _complete(draft, schema)
    check_things(draft, schema)
    check_sold(draft)
    check_divided(draft, schema)
    where, having = tests(draft, schema)
    conditions = (*draft.conditions, *where, *date_conditions(draft, schema))
    check_values(conditions)
    reading = Reading(schema, conditions=conditions, having=having, direction=draft.direction, limit=draft.limit)
    apart = namesakes(draft, schema)
    if _lists_rows(draft, schema):
        return _rows(reading, draft, apart)
    groups = _groups(draft, schema)
    check_merged(draft, apart, groups)
    groups = tuple(dict.fromkeys((*groups, *apart)))
    if not draft.figures:
        return _names(replace(reading, dimensions=groups), draft)
    measures = tuple(measure(function, named) for function, named in draft.figures)
    reading = _ranked(replace(reading, measures=measures, dimensions=groups), draft)
    return _shared(reading, draft) if draft.share else reading


def _complete(draft: Draft, schema: Schema) -> None:
    """Name what the question leaves to its form: counts of groups, extremes, what sells, the grain of a trend."""
    if draft.trend and not draft.grains:
        draft.grains.append("month")
    if draft.best_selling and not draft.figures:
        draft.figures.append((DEFAULT, Named((selling_column(schema),), 0)))
    if draft.superlative and not draft.heads and not (draft.grains and draft.asked):
        if draft.asked == "which":
            draft.heads.append(_asked(draft, schema))
        else:
            _extremes(draft)
    if not draft.figures and (draft.groups or draft.grains or draft.share):
        if len(draft.heads) != 1:
            raise NotUnderstood("no figure is asked for")
        draft.figures.append(("COUNT", draft.heads.pop()))
    if draft.recent or draft.asked == "when":
        _recent(draft, schema)


def _asked(draft: Draft, schema: Schema) -> Named:
    """Return whom `who has the highest salary` asks for: what a row is, if that has a name."""
    thing = row_thing(schema)
    if thing is None or draft.happened or draft.groups or any(f.startswith("COUNT") for f, _ in draft.figures):
        raise NotUnderstood("I do not know who or which is asked for: name it, as in `which customer`")
    return thing


def _extremes(draft: Draft) -> None:
    """Read `the highest discount` as the maximum; of an amount by group it could be the highest total."""
    if counted := [named.text for function, named in draft.figures if function.startswith("COUNT")]:
        raise NotUnderstood(f"I do not know whose number of {quoted(counted)} is the highest or the lowest")
    if any(named.column.is_additive for _, named in draft.figures) and (draft.groups or draft.grains):
        raise NotUnderstood("the highest could be of rows or of totals: say `maximum`, or `which ... has the highest`")
    extreme = "MAX" if draft.direction == "DESC" else "MIN"
    draft.figures = [(function or extreme, named) for function, named in draft.figures]
    draft.direction = ""


def _recent(draft: Draft, schema: Schema) -> None:
    """Read `latest order date` and `when was the last order` as a date; `latest orders` stay rows."""
    if draft.figures or not draft.recent:
        raise NotUnderstood("I do not know what should be the first or the last")
    if things := [h.text for h in draft.heads if not is_row(h, schema)]:
        raise NotUnderstood(
            f"{quoted(things)} can have many rows: the first or the last of each could be meant", tuple(things)
        )
    if draft.asked != "when" and draft.heads:
        return
    if draft.asked == "which":
        raise NotUnderstood("I do not know whose first or last date is meant")
    column = date_column(draft, schema)
    draft.figures.append((draft.recent, Named((column,), 0)))
    draft.heads = []


def _lists_rows(draft: Draft, schema: Schema) -> bool:
    rows = [h for h in draft.heads if is_row(h, schema)]
    if not rows or draft.groups or draft.grains:
        return False
    plain = all(function == DEFAULT and not named.column.is_aggregate for function, named in draft.figures)
    return not draft.figures or (plain and bool(draft.direction or (draft.listing and draft.starts_with_head)))


def _rows(reading: Reading, draft: Draft, apart: tuple[Dimension, ...]) -> Reading:
    if len(draft.heads) > 1:
        raise NotUnderstood(f"I do not know what to do with {quoted([h.text for h in draft.heads])} together")
    reading = replace(reading, rows=_columns(draft, apart, reading.schema) if draft.figures else ())
    if draft.recent:
        order = date_column(draft, reading.schema)
        return _ordered(reading, draft, order, "DESC" if draft.recent == "MAX" else "ASC")
    if draft.direction:
        named = [named.column for _, named in draft.figures]
        order = named[0] if named else amount_column(reading.schema, draft.heads[0].text)
        return _ordered(reading, draft, order, draft.direction)
    return reading


def _columns(draft: Draft, apart: tuple[Dimension, ...], schema: Schema) -> tuple[Column, ...]:
    head, thing = draft.heads[0], row_thing(schema)
    shown = [head.key, head.column if head.columns else None]
    shown += thing.columns if thing else ()
    shown += [column for d in apart for column in (d.column, d.label)]
    return tuple(dict.fromkeys(c for c in (*shown, *(named.column for _, named in draft.figures)) if c))


def _ordered(reading: Reading, draft: Draft, order: Column, direction: str) -> Reading:
    """Order the rows by a column that must be there: an absent value is neither first nor last."""
    reading = replace(reading, row_order=order, direction=direction)
    if not draft.limit and not draft.heads[0].is_plural:
        return replace(reading, extreme=True)
    return replace(reading, conditions=(*reading.conditions, Condition(order, "IS NOT NULL")))


def _groups(draft: Draft, schema: Schema) -> tuple[Dimension, ...]:
    grains = [Dimension(date_column(draft, schema), grain) for grain in draft.grains]
    heads = [h for h in draft.heads if not _only_names_the_table(h, draft, schema)]
    if heads and draft.figures and not (draft.direction or draft.asked or draft.comparisons or draft.listing):
        raise NotUnderstood(f"`{heads[0].text}` could be a group: say `by {heads[0].text}`", (heads[0].text,))
    return (*grains, *dict.fromkeys(_dimension(named) for named in (*heads, *draft.groups)))


def _dimension(named: Named) -> Dimension:
    """Group a thing by its key, because names repeat, and show its name beside it."""
    key, shown = named.key, named.column
    return Dimension(shown) if key in (None, shown) else Dimension(key, label=shown)


def _names(reading: Reading, draft: Draft) -> Reading:
    """Return the distinct names of one thing or of several."""
    if not reading.dimensions or draft.direction:
        raise NotUnderstood("no figure is asked for")
    return reading


def _only_names_the_table(head: Named, draft: Draft, schema: Schema) -> bool:
    """Whether a head adds nothing: `revenue of orders` is the revenue, unlike `campaigns with spend over 100`."""
    is_grouped = draft.direction or any(c.subject == head for c in draft.comparisons)
    return bool(draft.figures) and (is_row(head, schema) or (head.is_row and not is_grouped))


def _ranked(reading: Reading, draft: Draft) -> Reading:
    if draft.limit and not draft.direction:
        raise NotUnderstood(f"I do not know what the number {draft.limit} is for", (str(draft.limit),))
    if not draft.direction:
        return reading
    if not reading.dimensions or (draft.heads and (draft.groups or draft.grains)):
        raise NotUnderstood("a ranking needs one thing to rank and one figure to rank it by")
    one = not draft.limit and not any(h.is_plural for h in draft.heads)
    tested = {c.column for c in reading.conditions}
    named = [d.column for d in reading.dimensions if not d.grain and d.column not in tested]
    present = (Condition(column, "IS NOT NULL") for column in named)
    extreme = one and may_tie(reading.measures[0])
    limit = 1 if one and not extreme else draft.limit
    reading = replace(reading, extreme=extreme, limit=limit, conditions=(*reading.conditions, *present))
    if draft.direction == "ASC" and reading.measures[0].function not in {"COUNT", "COUNT DISTINCT"}:
        reading = replace(reading, having=(*reading.having, Having(reading.measures[0], "IS NOT NULL", ())))
    return reading


def _shared(reading: Reading, draft: Draft) -> Reading:
    """Read a share: of the rows that meet what the verb says, else of the total in each group."""
    countable = {"SUM", "COUNT", "COUNT DISTINCT"}
    if len(reading.measures) != 1 or reading.measures[0].function not in countable or draft.comparisons:
        raise NotUnderstood("a share needs one sum or count, and no comparison")
    if draft.happened and not draft.periods:
        raise NotUnderstood("the share could be of each group or of the total")
    start = 0 if draft.part is None else draft.part
    part = tuple(draft.conditions[start:])
    if part and reading.dimensions and draft.part is None:
        raise NotUnderstood("the share could be of each group or of the total: say `what share ... were ...`")
    if draft.part is None and len(part) > 1:
        raise NotUnderstood("the share does not say which of its conditions is the part: say `what share ... were ...`")
    if not part and not reading.dimensions:
        raise NotUnderstood("the share does not say of what")
    conditions = tuple(c for c in reading.conditions if c not in part)
    return replace(reading, measures=(replace(reading.measures[0], share=True, part=part),), conditions=conditions)
