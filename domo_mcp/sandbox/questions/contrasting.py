"""Two periods side by side, and values side by side: growth, and `online versus store`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domo_mcp.sandbox.questions.dating import date_column, within
from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.marking import Timed
from domo_mcp.sandbox.questions.periods import Period
from domo_mcp.sandbox.questions.reading import Dimension, Reading
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema

_OVER_TIME = "it asks for a comparison over time: I need the two periods, both of one length and over"
_SIDE_BY_SIDE = (
    "it sets two things side by side: ask for both figures with `and`, or for one `by` what tells the two apart"
)
_GRAINS = {(28, 31): "month", (90, 92): "quarter", (365, 366): "year"}
_BEFORE = ("previous", "prior", "preceding", "the previous", "the prior", "the preceding", "in the previous")


def set_beside(draft: Draft) -> None:
    """Let a contrast group by what it tells apart; NotUnderstood where nothing is."""
    mark = draft.contrast
    if mark is None or draft.change:
        return
    several = [c.column for c in draft.conditions if c.operator == "IN" and len(c.values) > 1]
    if has_two(draft):
        former, current = _two(draft, mark.text)
        grain = _grain(former)
        if draft.ago and not (grain or draft.grains):  # `this year so far against the same period last year`
            draft.change = mark
            return
        if _grain(current) != grain or not grain or draft.grains:
            raise NotUnderstood(f"I cannot answer `{mark.text}`: {_SIDE_BY_SIDE}", (mark.text,))
        draft.grains.append(grain)
    elif len(several) == 1 and not draft.direction and (not draft.share or draft.rated):
        draft.apart = several[0]
    elif not (draft.groups or draft.grains) or draft.conditions or draft.direction:
        raise NotUnderstood(f"I cannot answer `{mark.text}`: {_SIDE_BY_SIDE}", (mark.text,))


def periods_beside(reading: Reading, draft: Draft, schema: Schema) -> Reading:
    """Return the reading with the two periods of a change or a contrast, where there is one."""
    mark = draft.change or (draft.contrast if has_two(draft) else None)
    if mark is None:
        return reading
    former, current = _two(draft, mark.text)
    column = date_column(draft, schema)
    if draft.change and (not reading.measures or draft.direction or draft.share or reading.having or draft.grains):
        raise NotUnderstood(f"I cannot answer `{mark.text}`: {_OVER_TIME}", (mark.text,))
    if draft.change and any(m.function == "FORMULA" or m.per for m in reading.measures):
        raise NotUnderstood("the change of a ratio could be in points or in percent", (mark.text,))
    sides = (within(former, column), within(current, column))
    return replace(reading, sides=sides, growth=draft.change is not None)


def has_two(draft: Draft) -> bool:
    """Whether two periods are set beside each other."""
    count = len(draft.periods)
    return bool(draft.change) or (
        draft.contrast is not None
        and (count == 2 or (count == 1 and (draft.ago or draft.periods[0].period.parts != ())))
    )


def apart(draft: Draft) -> tuple[Dimension, ...]:
    """Return the group that a contrast of values makes."""
    return (Dimension(draft.apart),) if draft.apart else ()


def _two(draft: Draft, word: str) -> tuple[Period, Period]:
    """Return the former and the current period."""
    found = sorted(_named(draft, word), key=lambda p: p.start or date.min)
    if len(found) == 2:
        (former, current), lengths = found, [_days(p) for p in found]
        apart = former.end is not None and current.start is not None and former.end <= current.start
        if apart and all(lengths) and max(lengths) - min(lengths) <= 3:
            return former, current
    raise NotUnderstood(f"I cannot answer `{word}`: {_OVER_TIME}", (word,))


def _named(draft: Draft, word: str) -> list[Period]:
    if draft.change and any(not timed.is_over for timed in draft.periods):
        raise NotUnderstood(f"I cannot answer `{word}`: the period is not over yet", (word,))
    if len(draft.periods) == 1 and draft.periods[0].period.parts:
        return list(draft.periods[0].period.parts)
    relative = [t for t in draft.periods if t.text.casefold().startswith(_BEFORE)]
    plain = [t.period for t in draft.periods if t not in relative]
    if len(plain) != 1:
        return plain if not relative else []
    is_year = _grain(plain[0]) == "year"
    is_yearly = is_year and (_is_unit(relative, "year") if relative else draft.contrast is None)
    if draft.ago or is_yearly:
        return [*plain, _year_before(plain[0])]
    if len(relative) == 1 and _is_unit(relative, _grain(plain[0])):
        return [*plain, _just_before(plain[0])]
    return []


def _is_unit(relative: list[Timed], unit: str) -> bool:
    return bool(unit) and relative[0].text.casefold().split()[-1] == unit


def _year_before(period: Period) -> Period:
    start, end = (d and _last_year(d) for d in (period.start, period.end))
    return Period(start, end)


def _last_year(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _just_before(period: Period) -> Period:
    """Return the calendar unit before one: months count, days differ."""
    if period.start is None or period.end is None:
        return period
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    year, month = divmod(period.start.year * 12 + period.start.month - 1 - months, 12)
    return Period(date(year, month + 1, 1), period.start)


def _days(period: Period) -> int:
    return (period.end - period.start).days if period.start and period.end else 0


def _grain(period: Period) -> str:
    is_whole = period.start is not None and period.start.day == 1
    return next((g for (low, high), g in _GRAINS.items() if is_whole and low <= _days(period) <= high), "")
