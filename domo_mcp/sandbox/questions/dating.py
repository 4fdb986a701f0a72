"""Which date column a period is about, and the conditions it makes."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.linking import Named, beginning
from domo_mcp.sandbox.questions.periods import Period
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, quoted, root


def date_conditions(draft: Draft, schema: Schema) -> tuple[Condition, ...]:
    """Return the period as a half-open range; a verb without a period, such as `shipped`, says that it happened."""
    if draft.periods:
        return within(_whole(draft), date_column(draft, schema))
    if draft.recent:
        return ()
    if draft.new and not draft.grains:
        raise NotUnderstood("I do not know since when something is new", ("new",))
    begun = beginning(schema)
    asked = {m.column for m in draft.happened if isinstance(m, Named) and draft.listing and not m.held}
    return tuple(Condition(column, "IS NOT NULL") for column in _happened(draft) if column not in {begun, *asked})


def _whole(draft: Draft) -> Period:
    """Return the period: of two that follow each other the whole, where the figures are told apart by time anyway."""
    first, *others = sorted((t.period for t in draft.periods), key=lambda p: p.start or date.min)
    if len(others) == 1 and draft.grains and first.end is not None and first.end == others[0].start:
        return Period(first.start, others[0].end)
    if others:
        raise NotUnderstood("there are two periods, and I can read one")
    return first


def within(period: Period, column: Column) -> tuple[Condition, ...]:
    sides = ((">=", period.start), ("<", period.end))
    return tuple(Condition(column, operator, (day,)) for operator, day in sides if day)


def said_dates(draft: Draft) -> list[Column]:
    """Return the dates that verbs and names in the question mean."""
    return _happened(draft)


def current(draft: Draft, schema: Schema) -> tuple[Condition, ...]:
    """Return the test of `current employees`: the date on which it ends is empty while it lasts."""
    ends = [c for c in schema.columns if c.is_date and "empty while" in c.description.casefold()]
    lasts = (Condition(ends[0], "IS NULL"),) if len(ends) == 1 else ()
    if draft.current is None:
        is_open = (
            draft.now and not draft.periods and not draft.happened and ends[:1] != [c.column for c in draft.conditions]
        )
        return lasts if is_open else ()
    if lasts:
        return lasts
    if beginning(schema) or draft.current.text not in {"current", "currently", "presently"}:
        raise NotUnderstood(f"I do not know what is `{draft.current.text}` here", (draft.current.text,))
    return ()


def date_column(draft: Draft, schema: Schema) -> Column:
    """Return the date the question is about: the one it names, else the table's own."""
    named = _happened(draft)
    if len(named) > 1:
        raise NotUnderstood(f"the period could be about {quoted([c.name for c in named], 'or')}")
    if named:
        return named[0]
    own = _start(schema) if draft.new else _own(schema, is_event=bool(draft.periods) or _is_measured_over_time(draft))
    return _of_state(draft, own, schema)


def _of_state(draft: Draft, own: Column, schema: Schema) -> Column:
    """Return the date of `we solved last month`; of `solved tickets last month` it could also be that of the rows."""
    said = {value.casefold() for c in draft.conditions for value in c.values if isinstance(value, str)}
    states = {root(value) for value in said if value.endswith("ed")}
    for column in schema.columns:
        if column.is_date and column != own and any(root(phrase(column.name)[0]).endswith(s) for s in states):
            if {root(deed) for deed in draft.deeds} == states:
                return column
            raise NotUnderstood(f"the period could be about {quoted([own.name, column.name], 'or')}")
    return own


def _happened(draft: Draft) -> list[Column]:
    return list(dict.fromkeys(column for mark in draft.happened for column in mark.columns if column.is_date))


def _start(schema: Schema) -> Column:
    """Return the date since when there is what is `new`: the one that does not end it."""
    starts = [c for c in schema.columns if c.is_date and "empty" not in c.description]
    if len(starts) != 1:
        raise NotUnderstood("I do not know by which date something is new", ("new",))
    return starts[0]


def _own(schema: Schema, *, is_event: bool) -> Column:
    """Return the only date column, or the one that says when a row came to be.

    A period is about the table's own date only where its rows are events: `stock in May` is not about launch dates.
    """
    dates = [c for c in schema.columns if c.is_date]
    if not dates:
        raise NotUnderstood(f"`{schema.name}` has no date column")
    own = dates[0] if len(dates) == 1 else beginning(schema)
    if is_event and own and not _is_event(own, schema):
        raise NotUnderstood(f"a period could be about `{own.name}` or about something else: say which")
    if own is None:
        raise NotUnderstood(f"the time could be that of {quoted([c.name for c in dates], 'or')}: say which")
    return own


def event_column(draft: Draft, schema: Schema) -> Column:
    """Return the date that the rows are events of, or one that the question names."""
    return date_column(draft, schema) if draft.happened or draft.deeds else _own(schema, is_event=True)


def _is_measured_over_time(draft: Draft) -> bool:
    return bool(draft.grains) and any(not function.startswith("COUNT") for function, _ in draft.figures)


def _is_event(own: Column, schema: Schema) -> bool:
    return own == beginning(schema) or phrase(own.name)[0] in {"month", "day", "week", "year", "noted", "date"}
