"""Averages over periods: average monthly revenue, how many orders per month on average."""

from __future__ import annotations

from domo_mcp.sandbox.questions.dating import event_column
from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Named
from domo_mcp.sandbox.questions.reading import Measure
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema

_PERIODS = {
    "day": "DATE({date})",
    "week": "DATE_SUB(DATE({date}), INTERVAL MOD(DAYOFWEEK({date}) + 5, 7) DAY)",
    "month": "DATE_FORMAT({date}, '%Y-%m')",
    "quarter": "CONCAT(YEAR({date}), '-', QUARTER({date}))",
    "year": "YEAR({date})",
}


def check_spread(draft: Draft, schema: Schema) -> None:
    """Take the period from the groups; NotUnderstood where an average over it is not the total by their number.

    Days and weeks without rows are not seen: an average per day or week is only given of everything.
    """
    if draft.averaged and not draft.ratio and len(draft.grains) == 1:
        draft.spread, draft.averaged = draft.grains.pop(), False
    if not draft.spread:
        return
    is_narrow = bool(draft.groups or draft.conditions or draft.comparisons)
    if draft.spread not in _PERIODS or (draft.spread in {"day", "week"} and is_narrow):
        raise NotUnderstood(f"an average by {draft.spread} would leave out those without rows", (draft.spread,))
    if draft.grains or draft.ratio or draft.share or draft.change or draft.direction or draft.contrast:
        raise NotUnderstood(f"an average by {draft.spread} stands beside something else", (draft.spread,))
    if len(draft.figures) != 1 or not _adds_up(*draft.figures[0], schema):
        raise NotUnderstood(f"an average by {draft.spread} needs one amount or count of rows", (draft.spread,))


def _adds_up(function: str, named: Named, schema: Schema) -> bool:
    """Whether the figures of the periods add up to that of all of them: amounts and rows, not different customers."""
    if function in {"COUNT", "COUNT DISTINCT"}:
        return is_row(named, schema)
    return function in {"", "SUM"} and named.column.is_number and named.column.is_additive and not named.column.formula


def periods_of(draft: Draft, schema: Schema) -> Measure:
    """Return the number of periods in which there are rows."""
    column = f"`{event_column(draft, schema).name.replace('`', '``')}`"
    period = Column(draft.spread.title(), "STRING", formula=_PERIODS[draft.spread].format(date=column))
    return Measure("COUNT DISTINCT", period)
