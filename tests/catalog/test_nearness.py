"""Which names somebody may have meant."""

from __future__ import annotations

import pytest

from domo_mcp.catalog.nearness import nearest

NAMES = ["Sales Orders", "Sales Orders (Archive)", "Products", "Employees", "Web Sessions"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sales Ordrs", ["Sales Orders", "Sales Orders (Archive)"]),
        ("slaes", ["Sales Orders", "Sales Orders (Archive)"]),
        ("orders of sales", ["Sales Orders", "Sales Orders (Archive)"]),
        ("PRODCUTS", ["Products"]),
        ("web", ["Web Sessions"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_a_slip_of_the_pen_finds_its_name_and_nothing_else_does(written: str, meant: list[str]) -> None:
    assert nearest(written, NAMES) == meant
