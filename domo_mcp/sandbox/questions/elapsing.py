"""Days between two dates of a row: from order to dispatch, how long until it is shipped."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.linking import Happened, Named, beginning
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema


def elapsed(draft: Draft, schema: Schema) -> None:
    """Add the average of the days between the two dates as a figure; NotUnderstood where one is not clear."""
    if draft.elapsed is None:
        return
    function, start, end = draft.elapsed
    first = beginning(schema) if start is None else _date(start, schema)
    last = _date(end, schema)
    if first is None or last is None or first == last:
        raise NotUnderstood("I do not know from which date to which the days are counted")
    if known := _known(schema, first, last):
        draft.figures.append((function, Named((known,), 0)))
        return
    if {first.type.upper(), last.type.upper()} != {"DATE"}:
        raise NotUnderstood("the time could be counted in days or in parts of them: both dates have a time of day")
    names = [f"`{c.name.replace('`', '``')}`" for c in (last, first)]
    days = Column(f"Days from {first.name} to {last.name}", "DOUBLE", formula=f"DATEDIFF({names[0]}, {names[1]})")
    draft.figures.append((function, Named((days,), 0)))


def _date(mark: Named | Happened, schema: Schema) -> Column | None:
    dates = [c for c in mark.columns if c.is_date]
    if not dates and isinstance(mark, Named) and mark.is_row:
        return beginning(schema)
    return dates[0] if len(dates) == 1 else None


def _known(schema: Schema, first: Column, last: Column) -> Column | None:
    """Return the beast mode that averages the time between the two dates."""
    means = [c for c in schema.columns if c.is_aggregate and all(f"`{d.name}`" in c.formula for d in (first, last))]
    return means[0] if len(means) == 1 else None
