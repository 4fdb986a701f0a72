"""Draft -> Reading: decides what is selected, and refuses what could be meant in two ways."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.completing import complete, priced
from domo_mcp.sandbox.questions.contrasting import apart as beside
from domo_mcp.sandbox.questions.contrasting import has_two, periods_beside, set_beside
from domo_mcp.sandbox.questions.dating import current, date_column, date_conditions
from domo_mcp.sandbox.questions.doubts import (
    check_counts,
    check_divided,
    check_only,
    check_percent,
    check_rank,
    check_sold,
    check_things,
    check_used,
)
from domo_mcp.sandbox.questions.draft import DEFAULT, Draft
from domo_mcp.sandbox.questions.elapsing import elapsed
from domo_mcp.sandbox.questions.filtering import check_values, is_row, tests
from domo_mcp.sandbox.questions.linking import Named, row_head
from domo_mcp.sandbox.questions.listing import lists_rows, looks_up, reads_value, rows, whose
from domo_mcp.sandbox.questions.measuring import may_tie, measure
from domo_mcp.sandbox.questions.namesakes import check_merged, namesakes
from domo_mcp.sandbox.questions.reading import Condition, Dimension, Having, Measure, Reading
from domo_mcp.sandbox.questions.scaling import rescale
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.sharing import shared
from domo_mcp.sandbox.questions.spreading import check_spread, periods_of
from domo_mcp.sandbox.questions.words import quoted


def assemble(draft: Draft, schema: Schema) -> Reading:
    """Return the reading of a draft; NotUnderstood says what is missing or could be meant in two ways."""
    _prepare(draft, schema)
    where, having = tests(draft, schema)
    between = () if has_two(draft) else date_conditions(draft, schema)
    conditions = (*draft.conditions, *where, *between, *current(draft, schema))
    check_values(conditions)
    reading = Reading(schema, conditions=conditions, having=having, direction=draft.direction, limit=draft.limit)
    apart = namesakes(draft, schema)
    return _counted(reading, draft) or _listed(reading, draft, apart) or _grouped(reading, draft, apart)


def _prepare(draft: Draft, schema: Schema) -> None:
    """Complete the draft, and refuse what could be meant in two ways."""
    priced(draft, schema)
    rescale(draft)
    _check_said(draft, schema)
    elapsed(draft, schema)
    set_beside(draft)
    complete(draft, schema)
    check_used(draft, is_list=not draft.figures or lists_rows(draft, schema))
    check_things(draft, schema)
    check_sold(draft)
    check_counts(draft)
    check_divided(draft, schema)


def _counted(reading: Reading, draft: Draft) -> Reading | None:
    """Return how many things passed the test of their groups, where that is asked for."""
    if draft.counted is None:
        return None
    check_used(draft, is_list=True)
    return replace(reading, dimensions=(Dimension(draft.counted.key or draft.counted.column),), counted=True)


def _listed(reading: Reading, draft: Draft, apart: tuple[Dimension, ...]) -> Reading | None:
    """Return the list of rows that is asked for, or the rows that a value is read off."""
    schema = reading.schema
    if thing := whose(draft, schema):
        draft.heads = [thing, *draft.heads]
    if looks_up(draft, schema) and any(not named.column.is_additive for _, named in draft.figures):
        draft.heads = [row_head(schema)]
    elif not lists_rows(draft, schema) and reads_value(draft, schema):
        draft.heads, draft.figures = [row_head(schema)], []
    elif not lists_rows(draft, schema):
        return None
    return rows(reading, draft, apart)


def _grouped(reading: Reading, draft: Draft, apart: tuple[Dimension, ...]) -> Reading:
    """Return figures per group, or the different names in a column."""
    if draft.dated:
        raise NotUnderstood("I can only give the day of rows that are listed")
    groups = _groups(draft, reading.schema)
    check_merged(draft, apart, groups)
    groups = tuple(dict.fromkeys((*groups, *apart, *beside(draft))))
    reading = replace(reading, dimensions=(*groups, *_each(draft, groups)))
    if not draft.figures:
        return _names(reading, draft)
    reading = _ranked(replace(reading, measures=_measures(draft, reading.schema)), draft)
    reading = periods_beside(reading, draft, reading.schema)
    check_percent(reading, draft)
    return shared(reading, draft) if draft.share else reading


def _check_said(draft: Draft, schema: Schema) -> None:
    """Refuse an average of counts that nothing divides, and one `per` a thing that is not the row."""
    check_spread(draft, schema)
    if draft.averaged and not draft.ratio and not draft.grains:
        draft.ratio, draft.heads, draft.groups = _dividing(draft)
    if draft.averaged and not draft.ratio:
        raise NotUnderstood("an aggregate of a number needs two steps")
    for named in draft.rowwise:
        if not is_row(named, schema):
            reason = f"an average `per {named.text}` can mean two things: say `by {named.text}` for that of its rows"
            raise NotUnderstood(reason, (named.text,))
    check_rank(draft)
    check_only(draft, schema)


def _dividing(draft: Draft) -> tuple[list[Named], list[Named], list[Named]]:
    """Return what `how many orders does a customer place on average` divides by, and the heads and groups left."""
    things = [*draft.heads, *draft.groups]
    is_clear = len(things) == 1 and not things[0].is_plural and bool(things[0].columns)
    return (things, [], []) if is_clear else ([], draft.heads, draft.groups)


def _each(draft: Draft, groups: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """Tell the values of `rate for A, B and C` apart; of sums it is not clear whether they are added up."""
    lists = [c for c in draft.conditions if c.operator == "IN" and len(c.values) > 1 and draft.joint == c.column]
    taken = {d.column for d in groups}
    if not lists or not draft.figures or draft.together or draft.share or draft.direction or lists[0].column in taken:
        return ()
    if any(function == "AVG" or (n.columns and n.column.is_aggregate) for function, n in draft.figures):
        return (Dimension(lists[0].column),)
    if any(function == DEFAULT for function, _ in draft.figures):
        names = quoted([str(v) for v in lists[0].values])
        raise NotUnderstood(
            f"{names} could be added up or told apart: say `total`, or `for each {lists[0].column.name}`"
        )
    return ()


def _measures(draft: Draft, schema: Schema) -> tuple[Measure, ...]:
    measures = tuple(measure(function, named) for function, named in draft.figures)
    if draft.spread:
        return (replace(measures[0], per=periods_of(draft, schema)),)
    if not draft.ratio:
        return measures
    if len(measures) != 1 or len(draft.ratio) != 1 or draft.share:
        raise NotUnderstood("I can divide one figure by one other")
    divisor = draft.ratio[0]
    is_number = bool(divisor.columns) and divisor.column.is_number
    return (replace(measures[0], per=measure(DEFAULT if is_number else "COUNT", divisor)),)


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
    one = {c.column for c in reading.conditions if c.operator == "IN" and len(c.values) == 1}
    known = {column for d in reading.dimensions for column in (d.column, d.label)} & one
    if not reading.dimensions or draft.direction or (known and len(reading.dimensions) == 1):
        raise NotUnderstood("no figure is asked for")
    return reading


def _only_names_the_table(head: Named, draft: Draft, schema: Schema) -> bool:
    """Whether a head adds nothing: `revenue of orders` is the revenue, unlike `campaigns with spend over 100`."""
    is_grouped = draft.direction or any(c.subject == head for c in draft.comparisons)
    return bool(draft.figures) and (is_row(head, schema) or (head.is_row and not is_grouped))


def _ranked(reading: Reading, draft: Draft) -> Reading:
    if draft.sort and not draft.direction:
        reading = _sorted(reading, draft)
    elif draft.sort:
        draft.direction = draft.sort
        reading = replace(reading, direction=draft.sort)
    if draft.limit and not draft.direction:
        raise NotUnderstood(f"I do not know what the number {draft.limit} is for", (str(draft.limit),))
    if not draft.direction:
        return reading
    if draft.plural_grain and draft.grains and not draft.limit and not draft.sort:
        raise NotUnderstood(f"I do not know how many {draft.grains[0]}s are asked for")
    if not reading.dimensions or (draft.heads and (draft.groups or draft.grains)):
        raise NotUnderstood("a ranking needs one thing to rank and one figure to rank it by")
    if any(
        c.operator == "IN" and len(c.values) == 1 and c.column == d.column
        for c in reading.conditions
        for d in reading.dimensions
    ):
        raise NotUnderstood("there is only one thing left to rank")
    is_several = any(h.is_plural for h in draft.heads) and not draft.whom.startswith("which of")
    if is_several and draft.superlative and draft.asked in {"which", "what"} and not draft.limit:
        raise NotUnderstood(f"say how many: `the 5 {draft.heads[0].text} ...`")
    one = not draft.limit and not is_several
    tested = {c.column for c in reading.conditions}
    named = [d.column for d in reading.dimensions if not d.grain and d.column not in tested]
    present = (Condition(column, "IS NOT NULL") for column in named)
    extreme = one and may_tie(reading.measures[0])
    limit = 1 if one and not extreme else draft.limit
    reading = replace(reading, extreme=extreme, limit=limit, conditions=(*reading.conditions, *present))
    if draft.direction == "ASC" and reading.measures[0].function not in {"COUNT", "COUNT DISTINCT"}:
        reading = replace(reading, having=(*reading.having, Having(reading.measures[0], "IS NOT NULL", ())))
    return reading


def _sorted(reading: Reading, draft: Draft) -> Reading:
    """Order the groups by their figure as said, without leaving out any."""
    if len(reading.measures) != 1 or not reading.dimensions or draft.limit:
        raise NotUnderstood("I do not know what to put in order")
    return replace(reading, direction=draft.sort)
