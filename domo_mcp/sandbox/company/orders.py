"""The order behind every sale: who bought what, when, from whom, and what became of it."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import below, code, day, money, roll, spread, weighted
from domo_mcp.sandbox.company.goods import CATALOGUE
from domo_mcp.sandbox.company.people import GENEROUS_REP, REP_JOB, REPS, person
from domo_mcp.sandbox.company.places import REGIONS, country, region
from domo_mcp.sandbox.company.plan import first_day, last_quarter

ORDERS, CUSTOMERS = 50_000, 2_000
WEST = REGIONS.index("West")
SEGMENTS = {"Consumer": 0.62, "Business": 0.28, "Public Sector": 0.1}
CHANNELS = {"Online": 0.6, "Store": 0.28, "Partner": 0.12}
CAMPAIGNS, CAMPAIGN_DAYS, WEAK_CAMPAIGN = 12, 333, 9
# Outdoor gear sells before summer and before Christmas, and on weekends; the company grows by a tenth a year.
SEASON = """[0.8, 0.8, 0.95, 1.1, 1.3, 1.4, 1.25, 1.0, 0.85, 0.85, 1.15, 1.35][month(day)]
            * (1 + 0.1 * n / 365.0) * CASE WHEN isodow(day) > 5 THEN 1.25 ELSE 0.92 END"""


def running(number: str, when: str, today: date) -> str:
    """Say whether the campaign of a number (from 0) runs on a day; runs are spread evenly and go round the years."""
    length = (today - first_day(today)).days
    since = f"(({when} - {day(first_day(today))} - 1)::INTEGER + {length} - {length // CAMPAIGNS} * ({number}))"
    return f"({since} % {length} < {CAMPAIGN_DAYS})"


def customers() -> str:
    """Give a query of the customers: c, region_index, region, country, segment and name."""
    return f"""
        SELECT *, CASE segment
                WHEN 'Business' THEN {person(below(20, 32, "c"), below(20, 33, "c"))} || ' Outdoor Ltd'
                WHEN 'Public Sector' THEN 'City of ' || country || ' ' || (1 + c % 90)
                ELSE {person(below(20, 34, "c"), below(20, 35, "c"))} END AS customer
        FROM (SELECT c::INTEGER AS c, c % 5 AS region_index, {region("c % 5")} AS region,
                {country("c % 5", "c // 5")} AS country, {weighted(SEGMENTS, 31, "c")} AS segment
              FROM range({CUSTOMERS}) AS r(c))"""


def orders(today: date) -> str:
    """Give a query of all orders; columns in snake case."""
    begin, end = last_quarter(today)
    crisis = f"(region_index = {WEST} AND day >= {day(begin)} AND day < {day(end)})"
    # In the bad quarter four of ten orders that would have come from the West come from elsewhere.
    placed = f"""
        SELECT i, day, CASE WHEN wanted = {WEST} AND day >= {day(begin)} AND day < {day(end)} AND {roll(42)} < 0.4
                THEN {below(WEST, 43)} ELSE wanted END AS region_index
        FROM (SELECT i, day, {below(len(REGIONS), 41)} AS wanted
              FROM {spread(first_day(today), today, ORDERS, SEASON)})"""
    chosen = f"""
        SELECT i, day, region_index, {crisis} AS crisis, {weighted(CHANNELS, 44)} AS channel,
            5 * floor(400 * pow({roll(45)}, 1.3))::INTEGER + region_index AS c,
            floor(120 * pow({roll(46)}, 1.6))::INTEGER AS p,
            {below(REPS, 47)} AS rep, {below(CAMPAIGNS, 48)} AS campaign,
            1 + floor(5 * pow({roll(49)}, 3))::INTEGER AS quantity,
            CASE WHEN {crisis} THEN 6 + {below(7, 50)} ELSE 1 + {below(3, 51)} END AS delay
        FROM ({placed})"""
    return f"""
        SELECT i, {code("SO", 6, "i")} AS order_id, day, delay, campaign, channel, c, region, country, segment,
            customer, product_id, product, category, quantity, list_price AS unit_price, discount,
            {person(str(REP_JOB), "rep")} AS sales_rep,
            CASE WHEN channel = 'Online' AND {running("campaign", "day", today)}
                    AND (campaign <> {WEAK_CAMPAIGN} OR {roll(52)} < 0.2)
                THEN {code("CMP", 2, "campaign + 1")} END AS campaign_code,
            {money("quantity * list_price::DOUBLE * (1 - discount)")} AS revenue,
            {money("quantity * unit_cost::DOUBLE")} AS cost,
            CASE WHEN {roll(53)} < CASE WHEN crisis THEN 0.17 ELSE 0.03 END THEN 'Cancelled'
                WHEN day + delay > {day(today)} THEN 'Open'
                WHEN {roll(54)} < CASE WHEN p = 0 THEN 0.28 ELSE 0.04 END THEN 'Returned'
                ELSE 'Completed' END AS status
        FROM (SELECT *, CASE WHEN rep = {GENEROUS_REP} THEN round(0.2 + 0.1 * {roll(55)}, 2)
                    WHEN {roll(56)} < 0.55 THEN 0.0 ELSE 0.05 * (1 + {below(3, 57)}) END AS discount
              FROM ({chosen})) AS chosen
        JOIN ({CATALOGUE}) AS products USING (p)
        JOIN ({customers()}) AS customers USING (c)"""
