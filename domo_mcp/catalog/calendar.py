"""The day, as those see it who ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Calendar:
    """The day that it is, where the clock stands, and the month that the fiscal year begins with."""

    today: date
    time_zone: str = "UTC"
    fiscal_month: int = 1

    def __str__(self) -> str:
        fiscal = date(2000, self.fiscal_month, 1).strftime("%B")
        return f"today: {self.today.isoformat()} ({self.time_zone}); the fiscal year begins in {fiscal}"
