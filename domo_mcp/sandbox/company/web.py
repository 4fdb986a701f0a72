"""Visits to the web shop."""

from __future__ import annotations

from datetime import date, timedelta

from domo_mcp.sandbox.company.dice import below, code, day, pick, roll, spread, weighted
from domo_mcp.sandbox.company.orders import SEASON
from domo_mcp.sandbox.company.places import ALL_COUNTRIES
from domo_mcp.sandbox.company.plan import PRIYA, Described, Feed, Plan, first_day, rows_of

SESSIONS = 30_000
NEW_PAGE = "/checkout-new"
PAGES = ("/", "/tents", "/footwear", "/sale", "/blog/packing-list", "/checkout")
DEVICES = {"Mobile": 0.55, "Desktop": 0.38, "Tablet": 0.07}
SOURCES = {"Organic": 0.34, "Direct": 0.24, "Paid": 0.2, "Email": 0.13, "Referral": 0.09}
LAUNCHED, BROKEN = 240, 60  # days ago: the new page went live, and it broke on phones


def _web(today: date) -> str:
    launch, broke = day(today - timedelta(days=LAUNCHED)), day(today - timedelta(days=BROKEN))
    chance = f"""CASE WHEN page <> '{NEW_PAGE}' THEN 0.04
        WHEN device = 'Mobile' AND day > {broke} THEN 0.008 ELSE 0.09 END"""
    visits = f"""
        SELECT i, day, {weighted(DEVICES, 101)} AS device,
            CASE WHEN day > {launch} AND {roll(102)} < 0.3 THEN '{NEW_PAGE}' ELSE {pick(PAGES, 103)} END AS page
        FROM {spread(first_day(today), today, SESSIONS, SEASON)}"""
    ranked = f"""
        SELECT *, row_number() OVER (PARTITION BY day, buys ORDER BY i) AS place
        FROM (SELECT *, {roll(104)} < {chance} AS buys FROM ({visits}))"""
    bought = f"""
        SELECT "Order Date" AS day, "Order ID" AS order_id, "Country" AS country, true AS buys,
            row_number() OVER (PARTITION BY "Order Date" ORDER BY rowid) AS place
        FROM {rows_of(1)} WHERE "Channel" = 'Online'"""
    return f"""
        SELECT {code("W", 5, "i")}, day::TIMESTAMP + to_seconds({below(86400, 105)}),
            coalesce(country, {pick(ALL_COUNTRIES, 106)}), device, {weighted(SOURCES, 107)}, page,
            1 + floor(9 * pow({roll(108)}, 2))::INTEGER + 3 * (order_id IS NOT NULL)::INTEGER,
            10 + floor(600 * pow({roll(109)}, 2))::INTEGER, (order_id IS NOT NULL)::INTEGER, order_id
        FROM ({ranked}) LEFT JOIN ({bought}) USING (day, buys, place) ORDER BY i"""


WEB = Plan(
    number=7,
    name="Web Sessions",
    description="A sample of the visits to the web shop, with where they came from and whether they ended in an order.",
    unit="One row is one visit.",
    owner=PRIYA,
    columns=(
        Described("Session ID", "STRING", "Identifier of the visit", ("session", "visit")),
        Described("Started At", "DATETIME", "Time the visit began (UTC)", ("started", "visit time")),
        Described("Country", "STRING", "Country of the visitor", ("nation",)),
        Described("Device", "STRING", "Desktop, Mobile or Tablet", ("device type",)),
        Described("Source", "STRING", "Direct, Organic, Paid, Email or Referral", ("traffic source",)),
        Described("Landing Page", "STRING", "First page of the visit", ("page", "entry page")),
        Described("Pages Viewed", "LONG", "Pages seen in the visit", ("page views",)),
        Described("Duration Seconds", "LONG", "Length of the visit in seconds", ("duration", "time on site")),
        Described("Converted", "LONG", "1 when the visit ended in an order, else 0", ("conversion", "purchases")),
        Described("Order ID", "STRING", "The order; empty when there was none", ("order",)),
    ),
    select=_web,
    cards=(("Sessions by Source", "badge_pie"), ("Conversion by Device", "badge_vert_bar")),
    tags=("web", "marketing"),
    feed=Feed("google-analytics-4", "Google Analytics 4", "APPEND", "sessions"),
    partitioned_by="Started At",
    alias="sessions",
)
