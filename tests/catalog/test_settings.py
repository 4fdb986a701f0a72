"""`[catalog]`: the day that it is, and mistakes that end the start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.config import load
from domo_mcp.errors import ConfigError

NEAR_MIDNIGHT = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", "2026-12-31"),
        ("Europe/Berlin", "2027-01-01"),
        ("America/Los_Angeles", "2026-12-31"),
        ("Pacific/Kiritimati", "2027-01-01"),
    ],
)
def test_the_time_zone_decides_which_day_it_is(zone: str, day: str) -> None:
    settings = CatalogSettings(time_zone=zone)
    assert settings.today(NEAR_MIDNIGHT).isoformat() == day
    assert str(settings.calendar(NEAR_MIDNIGHT)).startswith(f"today: {day} ({zone})")


@pytest.mark.parametrize(("month", "name"), [(1, "January"), (7, "July"), (12, "December")])
def test_the_fiscal_year_begins_in_its_month(month: int, name: str) -> None:
    settings = CatalogSettings(fiscal_month=month)
    assert str(settings.calendar(NEAR_MIDNIGHT)).endswith(f"the fiscal year begins in {name}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("time_zone", zone) for zone in ("Berlin", "Europe", "CEST!", "", "../etc/passwd", "/etc/localtime", "x\0y")),
        ("fiscal_month", 0),
        ("fiscal_month", 13),
        ("max_age_s", -1),
        ("examples", [{"question": "q?", "dataset": "", "sql": "SELECT 1"}]),
    ],
)
def test_a_mistake_ends_the_start_and_is_told_by_its_key(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"catalog\.{key}"):
        load(sandbox=True, overrides={"catalog": {key: value}}, environment={})


def test_a_time_zone_that_does_not_exist_is_told_with_one_that_does() -> None:
    with pytest.raises(ConfigError, match=r"'Berlin' is no time zone .* such as Europe/Berlin"):
        load(sandbox=True, overrides={"catalog": {"time_zone": "Berlin"}}, environment={})
