"""A dataset that most users may find but not read."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import day, nth, roll
from domo_mcp.sandbox.company.plan import ADMIN, Described, Plan

INDICATORS = ("Cash at Bank", "Order Backlog", "Days Sales Outstanding", "Employee Turnover", "Net Promoter Score")


def _board(today: date) -> str:
    return f"""
        SELECT (date_trunc('month', {day(today)}) - to_months((5 - i // 5)::INTEGER))::DATE, {nth(INDICATORS, "i")},
            round(20 + 80 * {roll(111)}, 1), round(30 + 60 * {roll(112)}, 1), 'draft'
        FROM (SELECT i::INTEGER AS i FROM range(30) AS r(i)) ORDER BY i"""


BOARD = Plan(
    number=9,
    name="Board Minutes KPIs",
    description="Indicators reported to the board. Confidential.",
    unit=None,
    owner=ADMIN,
    columns=(
        Described("Month", "DATE", "Month of the report"),
        Described("Indicator", "STRING", "What is measured"),
        Described("Value", "DOUBLE", "Value reported"),
        Described("Target", "DOUBLE", "Value aimed at"),
        Described("Note", "STRING", "Remark for the secretary", visible=False),
    ),
    select=_board,
    cards=(("Board Indicators", "badge_basic_table"), ("Cash at Bank", "badge_line")),
    readers=(),
    tags=("confidential",),
    alias="board",
)
