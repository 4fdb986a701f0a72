"""Numbers and moments as people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from enum import IntEnum

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


class Grain(IntEnum):
    """The coarsest step that tells the moments apart."""

    YEAR = 0
    MONTH = 1
    DAY = 2
    MINUTE = 3


def grain_of(moments: Iterable[datetime]) -> Grain:
    """How finely these moments have to be written."""
    grain = Grain.YEAR
    for moment in moments:
        if moment.time() != time.min:
            return Grain.MINUTE
        grain = max(grain, Grain.DAY if moment.day != 1 else Grain.MONTH if moment.month != 1 else Grain.YEAR)
    return grain


def moment_text(moment: datetime, grain: Grain) -> str:
    """A moment such as `Jan 2026` or `05 Jan 2026 14:30`."""
    year, month = str(moment.year), _MONTHS[moment.month - 1]
    if grain is Grain.YEAR:
        return year
    if grain is Grain.MONTH:
        return f"{month} {year}"
    day = f"{moment.day:02} {month} {year}"
    return day if grain is Grain.DAY else f"{day} {moment:%H:%M}"


def number_text(number: float) -> str:
    """A number with thousands apart: as many decimals as say something."""
    size = abs(number)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{number:.4g}"
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.2f}" if size >= 1 else f"{number:.3g}"


def percent_text(share: float) -> str:
    """A share in percent: `4.73%`."""
    return f"{number_text(float(f'{share * 100:.10g}'))}%"


def short_percent(share: float) -> str:
    """A share in percent, in few characters: `4.7%`."""
    return f"{share * 100:.3g}%" if share < 1 else f"{share * 100:,.0f}%"


def short_number(number: float) -> str:
    """A number in few characters: `1.2M`."""
    size = abs(number)
    if size >= 1e15:
        return f"{number:.2g}"
    for unit, letter in _SHORT:
        if size >= unit * 0.9995:
            return f"{number / unit:.3g}{letter}"
    return number_text(number) if size >= 100 or number.is_integer() else f"{number:.3g}"
