"""The company's data hang together, are always the same, and show what was hidden in them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domo_mcp.sandbox.company import PLANS
from domo_mcp.sandbox.company.findings import Finding, findings
from domo_mcp.sandbox.company.people import LEFT_AGENT_NAMES
from domo_mcp.sandbox.company.plan import dataset_id, first_day, last_quarter
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store

SALES, PRODUCTS, CUSTOMERS, MARKETING, EMPLOYEES, TICKETS, SESSIONS, ARCHIVE, BOARD = map(dataset_id, range(1, 10))
DAYS = (date(2026, 3, 15), date(2024, 2, 29), date(2025, 1, 1))


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=DAYS, ids=str)
def founded(request: pytest.FixtureRequest) -> Iterator[tuple[date, Store]]:
    store = Store.open(clock=lambda: at_noon(request.param))
    yield request.param, store
    store.close()


async def rows(store: Store, dataset: str, sql: str) -> list[list[object]]:
    return [list(row) for row in (await store.warehouse.query(dataset, sql)).rows]


async def one(store: Store, dataset: str, sql: str) -> object:
    return (await rows(store, dataset, sql))[0][0]


@pytest.mark.parametrize(
    ("dataset", "count"),
    [
        (SALES, 50_000),
        (PRODUCTS, 120),
        (CUSTOMERS, 2_000),
        (MARKETING, 3_996),
        (EMPLOYEES, 400),
        (TICKETS, 12_000),
        (SESSIONS, 30_000),
        (ARCHIVE, 2_000),
        (BOARD, 30),
    ],
)
def test_each_dataset_has_its_number_of_rows(store: Store, dataset: str, count: int) -> None:
    assert store.warehouse.row_count(dataset) == count


def test_columns_of_every_dataset_are_those_of_its_plan(store: Store) -> None:
    for plan in PLANS:
        stored = [(column.name, column.type) for column in store.warehouse.columns(plan.id)]
        assert stored == [(column.name, column.type) for column in plan.columns]


def test_the_first_seven_datasets_describe_every_column_and_most_have_synonyms(store: Store) -> None:
    for plan in PLANS[:7]:
        dataset = store.get(Dataset, plan.id)
        assert dataset is not None
        assert dataset.unit
        assert all(note.description for note in dataset.columns)
        assert all(note.synonyms for note in dataset.columns)


def test_salary_email_and_phone_are_kept_from_agents(store: Store) -> None:
    kept = {(d.name, note.name) for d in store.all(Dataset) for note in d.columns if not note.agent_enabled}
    assert kept == {("Employees", "Salary"), ("Customers", "Email"), ("Customers", "Phone")}


async def test_beast_modes_can_be_computed(store: Store) -> None:
    for dataset in store.all(Dataset):
        for mode in dataset.beast_modes:
            value = await one(store, dataset.id, f"SELECT {mode.formula} FROM table LIMIT 1")
            assert isinstance(value, (int, float)), mode.name


async def test_records_run_for_three_years_up_to_today(founded: tuple[date, Store]) -> None:
    today, store = founded
    (span,) = await rows(
        store, SALES, "SELECT MIN(`Order Date`), MAX(`Order Date`), COUNT(DISTINCT `Order ID`) FROM table"
    )
    begin = first_day(today) + timedelta(days=1)
    assert begin >= date(today.year - 3, today.month, 28 if today.day == 29 else today.day)
    assert span == [begin.isoformat(), today.isoformat(), 50_000]


async def test_orders_are_priced_and_shipped_as_an_order_can_be(founded: tuple[date, Store]) -> None:
    today, store = founded
    wrong = """SELECT COUNT(*) FROM table WHERE `Discount` < 0 OR `Discount` > 0.3 OR `Quantity` < 1
        OR ABS(`Revenue` - `Quantity` * `Unit Price` * (1 - `Discount`)) > 0.0051 OR `Cost` <= 0
        OR `Ship Date` <= `Order Date`"""
    assert await one(store, SALES, wrong) == 0
    late = f"SELECT COUNT(*) FROM table WHERE `Ship Date` > '{today}'"
    assert await one(store, SALES, late) == 0
    states = "SELECT DISTINCT `Status` FROM table WHERE `Ship Date` IS NULL ORDER BY 1"
    assert await rows(store, SALES, states) == [["Cancelled"], ["Open"]]


async def test_conversions_are_the_orders_with_the_code_of_the_campaign(store: Store) -> None:
    coded = "SELECT `Campaign Code`, COUNT(*) FROM table WHERE `Campaign Code` IS NOT NULL GROUP BY 1 ORDER BY 1"
    counted = "SELECT `Campaign Code`, SUM(`Conversions`) FROM table GROUP BY 1 ORDER BY 1"
    conversions = await rows(store, MARKETING, counted)
    assert len(conversions) == 12
    assert conversions == await rows(store, SALES, coded)


async def test_lifetime_value_is_the_revenue_of_completed_orders(store: Store) -> None:
    spent = await one(store, SALES, "SELECT SUM(`Revenue`) FROM table WHERE `Status` = 'Completed'")
    assert await one(store, CUSTOMERS, "SELECT SUM(`Lifetime Value`) FROM table") == pytest.approx(spent)


async def test_nobody_orders_before_signing_up(store: Store) -> None:
    first = await rows(store, SALES, "SELECT `Customer ID`, MIN(`Order Date`) FROM table GROUP BY 1")
    customers = await rows(store, CUSTOMERS, "SELECT `Customer ID`, `Signup Date` FROM table")
    signed_up = {customer: str(day) for customer, day in customers}
    assert all(signed_up[customer] <= str(day) for customer, day in first)


async def test_converted_sessions_carry_an_online_order_of_the_same_day_and_each_order_once(store: Store) -> None:
    sold = "SELECT `Order ID`, `Order Date`, `Country` FROM table WHERE `Channel` = 'Online'"
    orders = {order: (day, country) for order, day, country in await rows(store, SALES, sold)}
    visited = "SELECT `Order ID`, DATE(`Started At`), `Country` FROM table WHERE `Converted` = 1"
    sessions = await rows(store, SESSIONS, visited)
    assert len(sessions) > 1_000
    assert len({order for order, *_ in sessions}) == len(sessions)
    assert all(orders[order] == (day, country) for order, day, country in sessions)


async def test_sales_reps_and_agents_are_employees_of_their_department(store: Store) -> None:
    for dataset, column, department in ((SALES, "Sales Rep", "Sales"), (TICKETS, "Agent", "Support")):
        people = await rows(store, dataset, f"SELECT DISTINCT `{column}` FROM table")
        staff = await rows(store, EMPLOYEES, f"SELECT `Name` FROM table WHERE `Department` = '{department}'")
        assert {name for (name,) in people} <= {name for (name,) in staff}


async def test_names_of_employees_are_all_different_and_managers_exist(store: Store) -> None:
    assert await one(store, EMPLOYEES, "SELECT COUNT(DISTINCT `Name`) FROM table") == 400
    names = {name for (name,) in await rows(store, EMPLOYEES, "SELECT `Name` FROM table")}
    managers = await rows(
        store, EMPLOYEES, "SELECT DISTINCT `Manager Name` FROM table WHERE `Manager Name` IS NOT NULL"
    )
    assert len(managers) == 7
    assert {name for (name,) in managers} <= names


async def test_agents_who_left_get_no_tickets_afterwards(store: Store) -> None:
    names = ", ".join(f"'{name}'" for name in LEFT_AGENT_NAMES)
    last = await one(store, TICKETS, f"SELECT MAX(DATE(`Created At`)) FROM table WHERE `Agent` IN ({names})")
    left = await one(store, EMPLOYEES, f"SELECT MIN(`Leave Date`) FROM table WHERE `Name` IN ({names})")
    assert str(last) < str(left)


async def test_the_archive_ends_where_the_orders_begin(store: Store) -> None:
    last = await one(store, ARCHIVE, "SELECT MAX(`Order Date`) FROM table")
    assert str(last) < str(await one(store, SALES, "SELECT MIN(`Order Date`) FROM table"))


@pytest.mark.parametrize("place", range(6))
async def test_each_planted_finding_shows(founded: tuple[date, Store], place: int) -> None:
    today, store = founded
    planted: tuple[Finding, ...] = findings(today)
    assert len(planted) == 6
    for evidence in planted[place].evidence:
        ((found, usual),) = await rows(store, evidence.dataset_id, evidence.sql)
        assert isinstance(found, (int, float))
        assert isinstance(usual, (int, float))
        assert evidence.low <= found / usual <= evidence.high, (planted[place].what, evidence.sql)


async def test_the_faulty_product_and_the_weak_campaign_stand_out_among_all_others(store: Store) -> None:
    returned = """SELECT `Product Name`, AVG(CASE WHEN `Status` = 'Returned' THEN 1 ELSE 0 END) AS rate
        FROM table GROUP BY 1 ORDER BY 2 DESC LIMIT 1"""
    assert (await rows(store, SALES, returned))[0][0] == "Alpine Pro Tent"
    converted = (
        """SELECT `Campaign Name`, SUM(`Conversions`) / SUM(`Clicks`) FROM table GROUP BY 1 ORDER BY 2 LIMIT 1"""
    )
    assert (await rows(store, MARKETING, converted))[0][0] == "Summer Trail"


async def test_the_same_day_makes_the_same_company(store: Store) -> None:
    with_same_clock = Store.open(clock=store.clock)
    try:
        assert with_same_clock.all(Dataset) == store.all(Dataset)
        for plan in PLANS:
            everything = "SELECT * FROM table LIMIT 3000"
            assert await rows(with_same_clock, plan.id, everything) == await rows(store, plan.id, everything)
    finally:
        with_same_clock.close()


@pytest.mark.parametrize(
    ("today", "quarter"),
    [
        (date(2026, 3, 15), (date(2025, 10, 1), date(2026, 1, 1))),
        (date(2026, 4, 1), (date(2026, 1, 1), date(2026, 4, 1))),
        (date(2025, 12, 31), (date(2025, 7, 1), date(2025, 10, 1))),
    ],
)
def test_the_last_quarter_is_the_last_complete_one(today: date, quarter: tuple[date, date]) -> None:
    assert last_quarter(today) == quarter
