"""What is in the columns of a dataset, as the sandbox counts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domo_mcp.catalog.profile import MOST_ROWS, ColumnProfile, looks_personal, profile
from domo_mcp.client.metadata import Column
from domo_mcp.client.rows import Row
from domo_mcp.sandbox.records import ColumnNote
from domo_mcp.sandbox.warehouse import ColumnType
from domo_mcp.sql import ColumnRules
from tests.catalog.shop import Shop

FIRST = date(2025, 1, 1)
PERSONAL = [
    "Email", "EMAILADDRESS", "useremail", "Emails", "e-mail", "billing_email", "Contact Mail", "Phone Number",
    "Telephone", "CellPhone", "Mobile", "Tel.", "HomeAddress", "IPAddress", "ip", "userIP", "Street1", "First Name",
    "firstname", "FIRST_NAME", "customerName", "Customer Name", "Client names", "Surname", "DateOfBirth",
    "birthdate", "dob", "SSN", "Passport No", "IBAN", "Salary", "Base_Salary", "Password", "api token", "Name",
    "Full Name", "Agent", "Manager", "Sales Rep", "Owner", "Contact", "Gender", "Age", "Customer Age",
    "Credit Card Number", "Latitude", "Vorname", "Telefonnummer",
    "Zip", "zipcode", "Postal Code", "Approver", "Requester Name", "Assigned To", "created_by", "Kunde", "Nombre",
    "Compensation", "Diagnosis",
]  # fmt: skip
OTHERS = [
    "Product Name", "Campaign Name", "Company Name", "Region", "Stage", "Usage", "Average Order", "Page Views",
    "Shipping Method", "Status", "Language", "Owner Team", "Agent Count", "Manager Level", "Membership Tier", "Tip",
    "Tokens Used", "Percentage", "Hotel", "Device", "Office", "Department", "Sales Region",
    "Income Statement", "Mobile Sessions", "Package", "Contacted", "Name of Product", "Customer Segment",
    "Customer ID",
]  # fmt: skip


async def profiles(shop: Shop, key: str, **how: Any) -> dict[str, ColumnProfile]:
    """What a new process finds out about a dataset."""
    async with shop.catalog(**how) as catalog:
        return dict((await catalog.known(key, "", look=True)).profile or {})


async def test_nulls_distinct_values_and_range_are_counted(shop: Shop) -> None:
    rows = [[n, n / 4, None if n % 4 else "x", FIRST + timedelta(days=n)] for n in range(100)]
    key = shop.add(1, "Counted", {"n": "LONG", "share": "DOUBLE", "kind": "STRING", "day": "DATE"}, rows)
    found = await profiles(shop, key)
    assert (found["n"].nulls, found["n"].distinct, found["n"].low, found["n"].high) == (0, 100, 0, 99)
    assert (found["share"].low, found["share"].high) == (0, 24.75)
    assert (found["kind"].nulls, found["kind"].values) == (0.75, ("x",))
    assert (found["day"].low, found["day"].high, found["day"].grain) == ("2025-01-01", "2025-04-10", "day")


async def test_values_are_listed_the_most_frequent_first_where_there_are_at_most_fifty(shop: Shop) -> None:
    rows = [[f"v{n % 50:02}", f"w{n % 51:02}"] for n in [*range(102), 7, 7]]
    key = shop.add(2, "Listed", {"few": "STRING", "many": "STRING"}, rows)
    found = await profiles(shop, key)
    assert (len(found["few"].values), found["few"].values[:3]) == (50, ("v07", "v00", "v01"))
    assert (found["many"].distinct, found["many"].values) == (51, ())


async def test_a_column_without_values_has_none(shop: Shop) -> None:
    key = shop.add(3, "Void", {"s": "STRING", "d": "DATE", "t": "DATETIME", "n": "LONG"}, [[None] * 4] * 5)
    for name, found in (await profiles(shop, key)).items():
        assert found == ColumnProfile(name, nulls=1, distinct=0, low=None, high=None)


def every(months: int, count: int) -> list[date]:
    """The first day of each so many months."""
    return [date(2020 + n * months // 12, n * months % 12 + 1, 1) for n in range(count)]


@pytest.mark.parametrize(
    ("kind", "days", "grain"),
    [
        ("DATE", [FIRST + timedelta(days=n) for n in range(60)], "day"),
        ("DATE", [FIRST + timedelta(days=n) for n in range(60) if n % 7 < 5], "day"),
        ("DATE", [FIRST + timedelta(weeks=n) for n in range(60)], ""),
        ("DATE", every(1, 30), "month"),
        ("DATE", every(3, 12), "quarter"),
        ("DATE", every(12, 5), "year"),
        ("DATE", [FIRST], ""),
        ("DATETIME", [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(200)], ""),
        ("DATETIME", [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(90)], "day"),
    ],
)
async def test_the_grain_of_dates_is_told_where_it_is_plain(
    shop: Shop, kind: ColumnType, days: list[date], grain: str
) -> None:
    key = shop.add(4, "Dated", {"when": kind}, [[day] for day in days])
    assert (await profiles(shop, key))["when"].grain == grain


@pytest.mark.parametrize("name", ["a`b", 'a"b', "a'b; DROP TABLE x", "x\\", "日本", "total", "n0", "v", " ", "SELECT"])
async def test_columns_may_be_called_anything(shop: Shop, name: str) -> None:
    key = shop.add(5, "Odd", {name: "STRING", "other": "LONG"}, [["p", 1], ["q", 2]])
    found = await profiles(shop, key)
    assert found["other"].high == 2
    assert found[name].values == ("p", "q")


async def test_it_costs_a_statement_for_twenty_columns_and_eight_lists_at_most(shop: Shop) -> None:
    types: dict[str, ColumnType] = {f"c{n}": "STRING" for n in range(120)}
    key = shop.add(6, "Wide", types, [["x"] * 120])
    found = await profiles(shop, key)
    sent = shop.statements()
    assert (len(found), len(sent)) == (80, 4 + 8)
    assert max(statement.count("COUNT(DISTINCT") for statement in sent) == 20
    assert all(" LIMIT 50" in statement for statement in sent if "GROUP BY" in statement)


KEPT = ["Wage Class", "Nick", "Mail", "HomePhone", "Email_Address", "Name", "quiet", "unseen"]


def keep(shop: Shop, number: int) -> str:
    """A dataset of which only the region, and the nick, may be looked into."""
    types: dict[str, ColumnType] = {**dict.fromkeys(KEPT, "STRING"), "Region": "STRING"}
    types["Wage Class"] = "LONG"
    notes = tuple(
        ColumnNote(name=name, description="", agent_enabled=name != "quiet", visible=name != "unseen") for name in types
    )
    row = [1, *["secret"] * 8]
    return shop.add(number, f"Kept {number}", types, [row] * 3, unit="one row", columns=notes)


async def test_hidden_and_personal_columns_stand_in_no_statement(shop: Shop) -> None:
    assert set(await profiles(shop, keep(shop, 7))) == {"Nick", "Region"}
    assert len(shop.statements()) == 3
    assert not [name for name in KEPT if name != "Nick" and name in "".join(shop.statements())]


async def test_no_statement_measures_what_policy_hides_or_masks(shop: Shop) -> None:
    assert await profiles(shop, keep(shop, 8), rules=ColumnRules(hide=("Regio*",), mask=("Nick",))) == {}
    assert shop.statements() == []
    assert set(await profiles(shop, keep(shop, 9), rules=ColumnRules(hide=("Wage*",), mask=("Nick",)))) == {"Region"}
    assert len(shop.statements()) == 2
    for statement in shop.statements():
        assert "Wage" not in statement
        assert "`Nick`" not in statement.replace("'***' AS `Nick`", "")
        assert not [name for name in KEPT if f"(`{name}`)" in statement or f"GROUP BY `{name}`" in statement]


async def test_a_column_that_is_kept_back_later_shows_none_of_what_was_found_before(shop: Shop) -> None:
    types: dict[str, ColumnType] = {"Team": "STRING", "Region": "STRING"}
    team, region = (ColumnNote(name=name, description="", agent_enabled=True) for name in types)
    key = shop.add(10, "Later", types, [["A", "B"]] * 3, unit="one row", columns=(team, region))
    async with shop.catalog() as catalog:
        assert set((await catalog.known(key, "", look=True)).profile or {}) == {"Team", "Region"}
        shop.change(key, columns=(team.model_copy(update={"agent_enabled": False}), region))
        catalog._knowledge._dictionaries.forget()  # as if it had grown old
        for look in (True, False):
            assert set((await catalog.known(key, "", look=look)).profile or {}) == {"Region"}


async def test_a_column_of_mail_addresses_is_left_out_whatever_it_is_called(shop: Shop) -> None:
    key = shop.add(11, "Mails", {"Reach": "STRING", "Kind": "STRING"}, [["jo@x.example", "a"], ["al@y.example", "b"]])
    assert set(await profiles(shop, key)) == {"Kind"}
    assert not any("GROUP BY `Reach`" in statement for statement in shop.statements())


@pytest.mark.parametrize("rows", [0, MOST_ROWS + 1])
async def test_nothing_is_asked_about_no_rows_or_too_many(rows: int) -> None:
    async def never(sql: str) -> Sequence[Row]:
        raise AssertionError(sql)

    assert await profile(never, [Column(name="a")], rows) == {}


async def test_rows_that_domo_does_not_tell_are_counted_first() -> None:
    asked: list[str] = []

    async def many(sql: str) -> Sequence[Row]:
        asked.append(sql)
        return [[MOST_ROWS + 1]]

    assert await profile(many, [Column(name="a")], None) == {}
    assert asked == ["SELECT COUNT(*) AS total FROM table"]


@pytest.mark.parametrize("name", PERSONAL)
def test_names_that_say_that_values_are_about_a_person(name: str) -> None:
    assert looks_personal(name)


@pytest.mark.parametrize("name", OTHERS)
def test_names_that_do_not(name: str) -> None:
    assert not looks_personal(name)


@pytest.mark.parametrize("name", ["a " * 5000, " " * 10_000 + "b", "_" * 10_000, "aB" * 5000])
def test_names_made_to_be_slow_are_not(name: str) -> None:
    assert not looks_personal(name)


@pytest.mark.parametrize("value", ["ann@corp.com", "Ann <ann@corp.com>", "+49 170 1234567", "(555) 123-4567"])
async def test_addresses_between_other_values_leave_the_column_out(shop: Shop, value: str) -> None:
    key = shop.add(60, "Hiding", {"who": "STRING", "n": "LONG"}, [["-", 1], [value, 2], ["~", 3]])
    assert set(await profiles(shop, key)) == {"n"}


async def test_of_many_texts_a_range_is_told_only_where_they_are_codes(shop: Shop) -> None:
    rows = [[f"Ann {n:03}", f"A{n:03}"] for n in range(60)]
    found = await profiles(shop, shop.add(61, "Many", {"text": "STRING", "code": "STRING"}, rows))
    assert [(each.distinct, each.low, each.high) for each in found.values()] == [(60, None, None), (60, "A000", "A059")]
