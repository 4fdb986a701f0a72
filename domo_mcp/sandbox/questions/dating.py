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
        return _within(draft.periods[0], date_column(draft, schema))
    if draft.grains or draft.trend or draft.recent:
        return ()
    begun = beginning(schema)
    return tuple(Condition(column, "IS NOT NULL") for column in _happened(draft) if column != begun)


def _within(period: Period, column: Column) -> tuple[Condition, ...]:
    sides = ((">=", period.start), ("<", period.end))
    return tuple(Condition(column, operator, (day,)) for operator, day in sides if day)


def date_column(draft: Draft, schema: Schema) -> Column:
    """Return the date the question is about: the one it names, else the table's own."""
    named = _happened(draft)
    if len(named) > 1:
        raise NotUnderstood(f"the period could be about {quoted([c.name for c in named], 'or')}")
    if named:
        return named[0]
    own = _own(schema)
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


def _own(schema: Schema) -> Column:
    """Return the only date column, or the one that says when a row came to be."""
    dates = [c for c in schema.columns if c.is_date]
    if not dates:
        raise NotUnderstood(f"`{schema.name}` has no date column")
    own = dates[0] if len(dates) == 1 else beginning(schema)
    if own is None:
        raise NotUnderstood(f"the time could be that of {quoted([c.name for c in dates], 'or')}: say which")
    return own
