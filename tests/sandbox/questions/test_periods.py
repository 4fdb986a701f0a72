"""Time expressions, on Sunday 22 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from domo_mcp.sandbox.questions.periods import Period, period_at
from domo_mcp.sandbox.questions.schema import NotUnderstood

TODAY = date(2026, 11, 22)


def day(text: str) -> date | None:
    """Read a date, or an open end."""
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("this week", "2026-11-16", "2026-11-23"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("this month", "2026-11-01", "2026-12-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
        ("previous year", "2025-01-01", "2026-01-01"),
        ("past year", "2025-11-23", "2026-11-23"),
        ("last 7 days", "2026-11-16", "2026-11-23"),
        ("last two weeks", "2026-11-09", "2026-11-23"),
        ("the last 12 months", "2025-11-23", "2026-11-23"),
        ("year to date", "2026-01-01", "2026-11-23"),
        ("qtd", "2026-10-01", "2026-11-23"),
        ("this quarter to date", "2026-10-01", "2026-11-23"),
        ("since march to date", "2026-03-01", "2026-11-23"),
        ("so far this month", "2026-11-01", "2026-11-23"),
        ("in 2026 so far", "2026-01-01", "2026-11-23"),
        ("to date", "", "2026-11-23"),
        ("in 2025", "2025-01-01", "2026-01-01"),
        ("q2 2025", "2025-04-01", "2025-07-01"),
        ("2025 q2", "2025-04-01", "2025-07-01"),
        ("the first quarter of 2025", "2025-01-01", "2025-04-01"),
        ("in q4", "2026-10-01", "2027-01-01"),
        ("in march", "2026-03-01", "2026-04-01"),
        ("in december", "2025-12-01", "2026-01-01"),
        ("may 2024", "2024-05-01", "2024-06-01"),
        ("in july", "2026-07-01", "2026-08-01"),
        ("sept 2024", "2024-09-01", "2024-10-01"),
        ("on 2025-02-28", "2025-02-28", "2025-03-01"),
        ("on march 5 , 2025", "2025-03-05", "2025-03-06"),
        ("since march", "2026-03-01", ""),
        ("after 2024", "2025-01-01", ""),
        ("before 2025", "", "2025-01-01"),
        ("until june 2025", "", "2025-07-01"),
        ("from january to march 2025", "2025-01-01", "2025-04-01"),
        ("between 2024-01-01 and 2024-03-31", "2024-01-01", "2024-04-01"),
        ("july to september 2025", "2025-07-01", "2025-10-01"),
        ("the month of october 2025", "2025-10-01", "2025-11-01"),
        ("throughout 2025", "2025-01-01", "2026-01-01"),
        ("last full month", "2026-10-01", "2026-11-01"),
        ("h1 2025", "2025-01-01", "2025-07-01"),
        ("the second half of last year", "2025-07-01", "2026-01-01"),
        ("q3 last year", "2025-07-01", "2025-10-01"),
        ("november last year", "2025-11-01", "2025-12-01"),
        ("last november", "2025-11-01", "2025-12-01"),
        ("last march", "2026-03-01", "2026-04-01"),
        ("3 rd march 2025", "2025-03-03", "2025-03-04"),
        ("since the start of 2026", "2026-01-01", ""),
        ("since the beginning of the year", "2026-01-01", ""),
    ],
)
def test_a_time_expression_is_a_half_open_range(text: str, start: str, end: str) -> None:
    words = text.split()
    assert period_at([*words, "by", "region"], TODAY) == (Period(day(start), day(end)), len(words))


@pytest.mark.parametrize(
    "text", ["may", "march", "next year", "2025-02-30", "31 april 2025", "month", "between 10 and 20", "last orders"]
)
def test_what_is_no_time_expression_is_left_to_others(text: str) -> None:
    assert period_at(text.split(), TODAY) is None


@pytest.mark.parametrize("text", ["the last year", "in the last month", "last 2 quarters", "past quarter"])
def test_a_unit_of_the_calendar_or_of_the_days_up_to_today_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood, match="could be"):
        period_at(text.split(), TODAY)


@pytest.mark.parametrize("text", ["last year to date", "2025 to date", "to date last month", "until june 2025 so far"])
def test_a_period_that_has_ended_has_no_to_date(text: str) -> None:
    with pytest.raises(NotUnderstood, match="from which day to which"):
        period_at(text.split(), TODAY)


def test_a_month_before_the_end_of_a_longer_one_keeps_its_last_day() -> None:
    assert period_at(["last", "1", "month"], date(2026, 3, 30)) == (Period(date(2026, 2, 28), date(2026, 3, 31)), 3)
