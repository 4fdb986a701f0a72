"""Which date column a period is about, and the conditions it makes."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.linking import beginning
from domo_mcp.sandbox.questions.periods import Period
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, quoted, root


def date_conditions(draft: Draft, schema: Schema) -> tuple[Condition, ...]:
    """Return the period as a half-open range; a verb without a period, such as `shipped`, says that it happened."""
    if len(draft.periods) > 1:
        raise NotUnderstood("there are two periods, and I can read one")
    if draft.periods:
        return within(draft.periods[0].period, date_column(draft, schema))
    if draft.new and not draft.periods:
        raise NotUnderstood("I do not know since when something is new", ("new",))
    if draft.recent:
        return ()
    begun = beginning(schema)
    return tuple(Condition(column, "IS NOT NULL") for column in _happened(draft) if column != begun)


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
    _check_state(draft, own, schema)
    return own


def _check_state(draft: Draft, own: Column, schema: Schema) -> None:
    """Refuse `solved last month` of a table that has both when it was created and when it was resolved."""
    said = {value.casefold() for c in draft.conditions for value in c.values if isinstance(value, str)}
    states = {root(value) for value in said if value.endswith("ed")}
    for column in schema.columns:
        if column.is_date and column != own and any(root(phrase(column.name)[0]).endswith(s) for s in states):
            raise NotUnderstood(f"the period could be about {quoted([own.name, column.name], 'or')}")


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


def _is_measured_over_time(draft: Draft) -> bool:
    return bool(draft.grains) and any(not function.startswith("COUNT") for function, _ in draft.figures)


def _is_event(own: Column, schema: Schema) -> bool:
    return own == beginning(schema) or phrase(own.name)[0] in {"month", "day", "week", "year", "noted", "date"}
