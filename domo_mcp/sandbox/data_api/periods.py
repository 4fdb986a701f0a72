"""Calendars: where a period begins, and the expressions that group days by period.

Assumed, for the document prints no values: weeks begin on Sunday and week 1 holds 1 January; months are labelled
`2026-11`, quarters `2026-Q4`, weeks `2026-W47`, so that they sort by time. The fiscal calendar moves quarters and
years only; a fiscal year is named after the year in which it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domo_mcp.sandbox.data_api.filters import Period

GRAIN_NAMES: dict[Period, str] = {
    "day": "Date", "week": "CalendarWeek", "month": "CalendarMonth", "quarter": "CalendarQuarter", "year": "Year",
}  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """A calendar as of a day. Its years begin on the first of `first_month`: 1 in the standard calendar."""

    today: date
    first_month: int = 1

    def beginning(self, period: Period) -> date:
        """Give the first day of the period that today is in."""
        if period == "day":
            return self.today
        if period == "week":
            return self.today - timedelta(days=self.today.isoweekday() % 7)
        into_year = (self.today.month - self.first_month) % 12
        months_back = {"month": 0, "quarter": into_year % 3, "year": into_year}[period]
        year, month = divmod(self.today.year * 12 + self.today.month - 1 - months_back, 12)
        return date(year, month + 1, 1)

    def label(self, expression: str, grain: Period) -> str:
        """Give the expression in Domo's SQL that names the period of a date."""
        shifted = expression
        if self.first_month > 1:
            shifted = f"DATE_ADD({expression}, INTERVAL {13 - self.first_month} MONTH)"
        week = f"YEARWEEK({expression}, 11)"
        return {
            "day": f"DATE({expression})",
            "week": f"CONCAT(LEFT({week}, 4), '-W', RIGHT({week}, 2))",
            "month": f"DATE_FORMAT({expression}, '%Y-%m')",
            "quarter": f"CONCAT(YEAR({shifted}), '-Q', QUARTER({shifted}))",
            "year": f"YEAR({shifted})",
        }[grain]
