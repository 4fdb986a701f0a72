"""What is hidden in the company's data for an agent to find, each with the SQL that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domo_mcp.sandbox.company.goods import FAULTY_PRODUCT
from domo_mcp.sandbox.company.marketing import MARKETING, NAMES
from domo_mcp.sandbox.company.orders import WEAK_CAMPAIGN
from domo_mcp.sandbox.company.people import EMPLOYEES, GENEROUS_REP_NAME, LEFT_AGENT_NAMES
from domo_mcp.sandbox.company.plan import last_quarter
from domo_mcp.sandbox.company.sales import SALES
from domo_mcp.sandbox.company.support import LATE, SUPPORT, since
from domo_mcp.sandbox.company.web import BROKEN, LAUNCHED, NEW_PAGE, WEB


@dataclass(frozen=True)
class Evidence:
    """A query in Domo's SQL whose only row is two numbers: what stands out, and what is usual.

    `low` and `high` bound the first divided by the second.
    """

    dataset_id: str
    sql: str
    low: float
    high: float


@dataclass(frozen=True)
class Finding:
    """Something worth telling a manager."""

    what: str
    evidence: tuple[Evidence, ...]


def findings(today: date) -> tuple[Finding, ...]:
    """Give the six findings for data made on a day."""
    return (
        _west(today),
        _campaign(),
        _returns(),
        _discounts(),
        _checkout(today),
        _response(today),
    )


def _west(today: date) -> Finding:
    begin, end = last_quarter(today)
    year = begin.replace(year=begin.year - 1), end.replace(year=end.year - 1)
    bad = f"`{{0}}` >= '{begin}' AND `{{0}}` < '{end}'"
    orders, tickets = bad.format("Order Date"), bad.format("Created At")
    same = f"`Order Date` >= '{year[0]}' AND `Order Date` < '{year[1]}'"
    usual = f"`Created At` < '{begin}'"
    west = "FROM table WHERE `Region` = 'West'"
    return Finding(
        f"Revenue of the West dips from {begin} to {end}: parcels left late, customers complained and cancelled.",
        (
            Evidence(SALES.id, _two("SUM(CASE WHEN {} THEN `Revenue` END)", orders, same) + west, 0, 0.8),
            Evidence(
                SALES.id,
                _two("AVG(CASE WHEN {} THEN DATEDIFF(`Ship Date`, `Order Date`) END)", orders, f"NOT ({orders})")
                + west,
                3.5,
                6,
            ),
            Evidence(SALES.id, _two(_share("`Status` = 'Cancelled'"), orders, f"NOT ({orders})") + west, 3, 9),
            Evidence(SUPPORT.id, _two(_share(f"`Topic` = '{LATE}'"), tickets, usual) + west, 2, 4.5),
        ),
    )


def _campaign() -> Finding:
    name = NAMES[WEAK_CAMPAIGN]
    this = f"`Campaign Name` = '{name}'"
    daily = _two("AVG(CASE WHEN {} THEN `Spend` END)", this, f"NOT ({this})") + "FROM table"
    rate = "SUM(CASE WHEN {0} THEN `Conversions` END) / SUM(CASE WHEN {0} THEN `Clicks` END)"
    return Finding(
        f"The campaign {name} spends twice as much a day as the others and converts worst.",
        (
            Evidence(MARKETING.id, daily, 1.8, 2.2),
            Evidence(MARKETING.id, _two(rate, this, f"NOT ({this})") + "FROM table", 0, 0.35),
        ),
    )


def _returns() -> Finding:
    this = f"`Product Name` = '{FAULTY_PRODUCT}'"
    sql = _two(_share("`Status` = 'Returned'"), this, f"NOT ({this})") + "FROM table"
    return Finding(
        f"{FAULTY_PRODUCT} is returned far more often than any other product.", (Evidence(SALES.id, sql, 4, 12),)
    )


def _discounts() -> Finding:
    this = f"`Sales Rep` = '{GENEROUS_REP_NAME}'"
    discount = _two("AVG(CASE WHEN {} THEN `Discount` END)", this, f"NOT ({this})") + "FROM table"
    margin = "SUM(CASE WHEN {0} THEN `Revenue` - `Cost` END) / SUM(CASE WHEN {0} THEN `Revenue` END)"
    return Finding(
        f"{GENEROUS_REP_NAME} gives by far the highest discounts, and the margin suffers.",
        (
            Evidence(SALES.id, discount, 3, 8),
            Evidence(SALES.id, _two(margin, this, f"NOT ({this})") + "FROM table", 0, 0.8),
        ),
    )


def _checkout(today: date) -> Finding:
    broke, launch = today - timedelta(days=BROKEN), today - timedelta(days=LAUNCHED)
    after = f"DATE(`Started At`) > '{broke}'"
    before = f"DATE(`Started At`) > '{launch}' AND DATE(`Started At`) <= '{broke}'"
    where = f"FROM table WHERE `Landing Page` = '{NEW_PAGE}' AND `Device` = '{{}}'"
    rates = _two("AVG(CASE WHEN {} THEN `Converted` END)", after, before)
    return Finding(
        f"Since {broke} hardly any phone that lands on {NEW_PAGE} buys; on desktops nothing changed.",
        (
            Evidence(WEB.id, rates + where.format("Mobile"), 0, 0.35),
            Evidence(WEB.id, rates + where.format("Desktop"), 0.5, 2),
        ),
    )


def _response(today: date) -> Finding:
    left, late = since(today), today - timedelta(days=45)
    minutes = "AVG(CASE WHEN {} THEN `First Response Minutes` END)"
    urgent = "FROM table WHERE `Priority` = '{}'"
    versus = _two(minutes, f"`Created At` >= '{late}'", f"`Created At` < '{left}'")
    names = ", ".join(f"'{name}'" for name in LEFT_AGENT_NAMES)
    gone = f"WHERE `Name` IN ({names}) AND `Department` = 'Support' AND `Leave Date` >= '{left}'"
    leavers = f"SELECT COUNT(*) AS Found, {len(LEFT_AGENT_NAMES)} AS Usual FROM table {gone}"
    return Finding(
        f"Since {' and '.join(LEFT_AGENT_NAMES)} left support, urgent tickets wait longer and longer for an answer.",
        (
            Evidence(SUPPORT.id, versus + urgent.format("Urgent"), 3, 8),
            Evidence(SUPPORT.id, versus + urgent.format("Normal"), 0.8, 1.2),
            Evidence(EMPLOYEES.id, leavers, 1, 1),
        ),
    )


def _two(measure: str, found: str, usual: str) -> str:
    return f"SELECT {measure.format(found)} AS Found, {measure.format(usual)} AS Usual "


def _share(of: str) -> str:
    return f"AVG(CASE WHEN {{}} THEN CASE WHEN {of} THEN 1 ELSE 0 END END)"
