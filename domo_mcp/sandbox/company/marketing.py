"""Marketing campaigns: what was spent each day, and the orders it brought."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import code, day, money, nth, roll
from domo_mcp.sandbox.company.orders import CAMPAIGNS, WEAK_CAMPAIGN, running
from domo_mcp.sandbox.company.places import region
from domo_mcp.sandbox.company.plan import PRIYA, Described, Feed, Formula, Plan, first_day, rows_of

NAMES = (
    "Spring Hike", "Basecamp Launch", "Boot Week", "Family Camping", "Winter Layers", "Trail Club",
    "Black Friday", "City to Summit", "Stove Stories", "Summer Trail", "Gift Finder", "Clear Out",
)  # fmt: skip
CHANNELS = ("Search", "Email", "Display", "Social")
CLICK_PRICES = (1.1, 0.7, 0.8, 0.95)


def _marketing(today: date) -> str:
    begin = first_day(today)
    price = f"{list(CLICK_PRICES)}[1 + k % {len(CHANNELS)}]::DOUBLE"
    channel = f"CASE WHEN k = {WEAK_CAMPAIGN} THEN 'Social' ELSE {nth(CHANNELS, 'k')} END"
    budget = f"CASE WHEN k = {WEAK_CAMPAIGN} THEN 260 ELSE 130 END"
    days = f"""
        SELECT (n * {CAMPAIGNS} + k)::INTEGER AS i, n, k::INTEGER AS k, day,
            {money(f"{budget} * (0.8 + 0.4 * {roll(71, f'n * {CAMPAIGNS} + k')})")} AS spend
        FROM (SELECT n, k, {day(begin)} + (n + 1)::INTEGER AS day
              FROM range({(today - begin).days}) AS d(n), range({CAMPAIGNS}) AS c(k))
        WHERE {running("k", "day", today)}"""
    won = f"""
        SELECT "Campaign Code" AS code, "Order Date" AS day, count(*) AS conversions
        FROM {rows_of(1)} WHERE "Campaign Code" IS NOT NULL GROUP BY ALL"""
    return f"""
        SELECT day, code, {nth(NAMES, "k")}, {channel}, {region("n + k")}, spend,
            (clicks * (28 + 14 * {roll(72)}))::INTEGER, clicks, coalesce(conversions, 0)
        FROM (SELECT *, {code("CMP", 2, "k + 1")} AS code,
                  (spend / {price} * (0.85 + 0.3 * {roll(73)}))::INTEGER AS clicks
              FROM ({days}))
        LEFT JOIN ({won}) USING (code, day) ORDER BY i"""


MARKETING = Plan(
    number=4,
    name="Marketing Campaigns",
    description="What each campaign cost and brought, by day. Conversions are online orders with its code.",
    unit="One row is one campaign on one day.",
    owner=PRIYA,
    columns=(
        Described("Date", "DATE", "Day", ("day",)),
        Described("Campaign Code", "STRING", "Identifier of the campaign; orders carry it too", ("code",)),
        Described("Campaign Name", "STRING", "Name of the campaign", ("campaign",)),
        Described("Campaign Channel", "STRING", "Search, Social, Email or Display", ("channel", "medium")),
        Described("Region", "STRING", "Region the day's budget was aimed at", ("area", "territory")),
        Described(
            "Spend", "DECIMAL", "Money spent that day, in euro", ("cost of marketing", "budget used", "ad spend")
        ),
        Described("Impressions", "LONG", "How often the advertisement was shown", ("views",)),
        Described("Clicks", "LONG", "Clicks on the advertisement", ("visits",)),
        Described("Conversions", "LONG", "Orders the campaign brought that day", ("orders won", "conversion count")),
    ),
    select=_marketing,
    formulas=(
        Formula("Cost per Click", "SUM(`Spend`) / SUM(`Clicks`)", ("Spend", "Clicks")),
        Formula("Conversion Rate", "SUM(`Conversions`) / SUM(`Clicks`)", ("Conversions", "Clicks")),
    ),
    cards=(
        ("Spend by Campaign", "badge_vert_bar"),
        ("Conversions by Month", "badge_line"),
        ("Conversion Rate by Channel", "badge_pie"),
    ),
    tags=("marketing",),
    feed=Feed("google-adwords", "Google Ads", "APPEND", "SELECT * FROM campaign_performance"),
    partitioned_by="Date",
    alias="campaigns",
    field_aliases=(("costPerClick", "Cost per Click"), ("conversionRate", "Conversion Rate")),
)
