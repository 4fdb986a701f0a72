"""Sales orders, and the archive of those before them."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import code, spread, years_before
from domo_mcp.sandbox.company.orders import SEASON, orders
from domo_mcp.sandbox.company.plan import ADMIN, DANA, YEARS, Described, Feed, Formula, Plan, first_day, rows_of

ARCHIVED = 2_000

_UP_TO_REVENUE = (
    Described("Order ID", "STRING", "Identifier of the order", ("order", "order number")),
    Described("Order Date", "DATE", "Day the order was placed", ("date", "ordered", "purchase date")),
    Described("Ship Date", "DATE", "Day the parcel left; empty if it has not", ("shipped", "dispatch date")),
    Described("Region", "STRING", "Sales region of the customer", ("area", "territory")),
    Described("Country", "STRING", "Country of the customer", ("nation",)),
    Described("Customer ID", "STRING", "Identifier of the customer", ("client number",)),
    Described("Customer Name", "STRING", "Name of the customer", ("customer", "client", "buyer")),
    Described("Customer Segment", "STRING", "Kind of customer: Consumer, Business or Public Sector", ("segment",)),
    Described("Product ID", "STRING", "Identifier of the product", ("SKU", "article number")),
    Described("Product Name", "STRING", "Name of the product", ("product", "item", "article")),
    Described("Category", "STRING", "Product category", ("product group", "product line")),
    Described("Channel", "STRING", "Where the order came in: Online, Store or Partner", ("sales channel",)),
    Described("Campaign Code", "STRING", "Campaign that brought the order; empty if none did", ("campaign",)),
    Described("Sales Rep", "STRING", "Employee who looks after the order", ("salesperson", "seller", "rep")),
    Described("Quantity", "LONG", "Pieces ordered", ("units", "units sold", "pieces")),
    Described("Unit Price", "DECIMAL", "Price of one piece before discount, in euro", ("price",)),
    Described("Discount", "DOUBLE", "Share of the price taken off, 0 to 0.3", ("rebate", "price reduction")),
    Described("Revenue", "DECIMAL", "Quantity times price after discount, in euro", ("sales", "turnover", "income")),
)


def _sales(today: date) -> str:
    return f"""
        SELECT order_id, day, CASE WHEN status NOT IN ('Cancelled', 'Open') THEN day + delay END, region, country,
            {code("C", 4, "c + 1")}, customer, segment, product_id, product, category, channel, campaign_code,
            sales_rep, quantity, unit_price, discount, revenue, cost, status
        FROM ({orders(today)}) ORDER BY i"""


def _archive(today: date) -> str:
    """Give old orders: like the first ones of today's sales, on other days and without campaigns."""
    days = spread(years_before(today, 2 * YEARS), first_day(today), ARCHIVED, SEASON)
    return f"""
        SELECT replace("Order ID", 'SO', 'SA'), day, day + 2,
            * EXCLUDE (i, day, "Order ID", "Order Date", "Ship Date", "Cost", "Status")
            REPLACE (NULL AS "Campaign Code")
        FROM (SELECT *, rowid + 1 AS i FROM {rows_of(1)} WHERE rowid < {ARCHIVED}) JOIN {days} AS days USING (i)
        ORDER BY i"""


SALES = Plan(
    number=1,
    name="Sales Orders",
    description="Every order of the last three years: customer, product, channel, price, discount, cost and status.",
    unit="One row is one order of one product.",
    owner=DANA,
    columns=(
        *_UP_TO_REVENUE,
        Described("Cost", "DECIMAL", "Cost of the goods in the order, in euro", ("cost of goods",)),
        Described("Status", "STRING", "Completed, Returned, Cancelled or Open", ("order status", "state")),
    ),
    select=_sales,
    formulas=(
        Formula("Profit", "`Revenue` - `Cost`", ("Revenue", "Cost"), aggregated=False),
        Formula("Margin %", "(SUM(`Revenue`) - SUM(`Cost`)) / SUM(`Revenue`)", ("Revenue", "Cost")),
        Formula("Average Order Value", "SUM(`Revenue`) / COUNT(DISTINCT `Order ID`)", ("Revenue", "Order ID")),
    ),
    cards=(
        ("Revenue by Region", "badge_vert_bar"),
        ("Revenue by Month", "badge_line"),
        ("Top Products", "badge_horiz_bar"),
        ("Margin by Sales Rep", "badge_basic_table"),
        ("Orders by Status", "badge_pie"),
        ("Revenue by Channel", "badge_vert_stackedbar"),
    ),
    tags=("sales", "finance"),
    certified=True,
    feed=Feed("snowflake-unload-v2", "Snowflake Unload", "REPLACE", "SELECT * FROM shop.orders"),
    partitioned_by="Order Date",
    alias="sales",
    field_aliases=(("profit", "Profit"), ("margin", "Margin %"), ("averageOrderValue", "Average Order Value")),
)
ARCHIVE = Plan(
    number=8,
    name="Sales Orders (Archive)",
    description="Orders of the old shop system, kept for reference. Not maintained.",
    unit=None,
    owner=ADMIN,
    columns=_UP_TO_REVENUE,
    select=_archive,
    tags=("archive",),
    age=730,
    alias="archive",
)
