"""Where a period begins, and what was that long ago."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from domo_mcp.errors import InvalidInput
from domo_mcp.sql.conditions import Unit


def start(today: date, unit: Unit) -> datetime:
    """The first moment of the period that today is in."""
    match unit:
        case "week":
            first = today - timedelta(days=today.isoweekday() % 7)
        case "month":
            first = today.replace(day=1)
        case "quarter":
            first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            first = today.replace(month=1, day=1)
        case _:
            first = today
    return datetime.combine(first, time())


def before(now: datetime, count: int, unit: Unit) -> datetime:
    """So many units before `now`. Raises `InvalidInput` where that is before the year 1."""
    try:
        match unit:
            case "hour":
                return now - timedelta(hours=count)
            case "day":
                return now - timedelta(days=count)
            case "week":
                return now - timedelta(weeks=count)
            case _:
                return _months_before(now, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    except (OverflowError, ValueError):
        raise InvalidInput(f"{count} {unit}s ago is before the calendar begins.", "Take a smaller number.") from None


def _months_before(day: datetime, count: int) -> datetime:
    """The same day so many months earlier, or that month's last."""
    years, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    last = monthrange(years, month + 1)[1]
    return day.replace(year=years, month=month + 1, day=min(day.day, last))
