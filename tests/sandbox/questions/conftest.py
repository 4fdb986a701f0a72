"""The schemas of an outdoor shop, as a dictionary would describe them to the engine."""

from __future__ import annotations

import pytest

from domo_mcp.sandbox.questions import Column, Schema

REGIONS = ("North", "South", "East", "West", "Central")
COUNTRIES = ("Norway", "Sweden", "Spain", "Italy", "Poland", "Japan", "Canada", "United States", "Germany", "Austria")
CATEGORIES = ("Tents", "Backpacks", "Footwear", "Apparel", "Cooking", "Navigation")
PRODUCTS = ("Alpine Pro Tent", "Ridge Backpack 40", "Trail Runner", "River Compass")
YES_NO = ("Yes", "No")

_REGION = Column("Region", "STRING", "Sales region", ("area", "territory"), REGIONS)
_COUNTRY = Column("Country", "STRING", "Country of the customer", (), COUNTRIES)
_CATEGORY = Column("Category", "STRING", "Product category", (), CATEGORIES)

_ORDER_COLUMNS = (
    Column("Order ID", "STRING", "Number of the order"),
    Column("Order Date", "DATE", "Day the order was placed"),
    Column("Ship Date", "DATE", "Day the order left the warehouse; empty if not shipped yet"),
    _REGION,
    _COUNTRY,
    Column("Customer ID", "STRING", "Who bought"),
    Column("Customer Name", "STRING", "Who bought", (), ("Nora Lind", "Omar Haddad")),
    Column("Customer Segment", "STRING", "Kind of customer", (), ("Consumer", "Business", "Public Sector")),
    Column("Product ID", "STRING", "What was bought"),
    Column("Product Name", "STRING", "What was bought", ("item",), PRODUCTS),
    _CATEGORY,
    Column("Channel", "STRING", "Where the order came from", ("sales channel",), ("Online", "Store", "Partner")),
    Column("Campaign Code", "STRING", "Campaign that brought the order, if any", (), ("SUM-24", "WIN-25")),
    Column("Sales Rep", "STRING", "Seller", ("salesperson", "seller"), ("Ada Berg", "Bo Chen")),
    Column("Quantity", "LONG", "Units in the order", ("units", "units sold")),
    Column("Unit Price", "DECIMAL", "Price of one unit"),
    Column("Discount", "DOUBLE", "Fraction taken off the price, 0 to 0.3"),
    Column("Revenue", "DECIMAL", "Amount billed after discount", ("sales", "turnover", "income")),
)
ORDERS = Schema(
    "Sales Orders",
    (
        *_ORDER_COLUMNS,
        Column("Cost", "DECIMAL", "Cost of goods sold"),
        Column("Status", "STRING", "State of the order", (), ("Completed", "Returned", "Cancelled", "Open")),
    ),
    "One row per order line",
)
ARCHIVE = Schema("Sales Orders (Archive)", _ORDER_COLUMNS)
PRODUCT_LIST = Schema(
    "Products",
    (
        Column("Product ID", "STRING"),
        Column("Product Name", "STRING", values=PRODUCTS),
        _CATEGORY,
        Column("Brand", "STRING", values=("Northwind", "Fjell")),
        Column("List Price", "DECIMAL"),
        Column("Unit Cost", "DECIMAL"),
        Column("Launch Date", "DATE"),
        Column("Stock", "LONG", "Units in the warehouse", ("inventory",)),
        Column("Discontinued", "STRING", values=YES_NO),
        Column("Rating", "DOUBLE", "Average stars given by customers"),
    ),
)
CUSTOMERS = Schema(
    "Customers",
    (
        Column("Customer ID", "STRING"),
        Column("Customer Name", "STRING", values=("Nora Lind", "Omar Haddad")),
        Column("Segment", "STRING", values=("Consumer", "Business", "Public Sector")),
        _REGION,
        _COUNTRY,
        Column("City", "STRING", values=("Oslo", "Berlin", "Osaka")),
        Column("Signup Date", "DATE"),
        Column("Lifetime Value", "DECIMAL"),
        Column("Newsletter", "STRING", "Whether the customer gets the newsletter", (), YES_NO),
    ),
)
CAMPAIGNS = Schema(
    "Marketing Campaigns",
    (
        Column("Date", "DATE"),
        Column("Campaign Code", "STRING", values=("SUM-24", "WIN-25")),
        Column("Campaign Name", "STRING", values=("Summer Trail", "Winter Peak")),
        Column("Campaign Channel", "STRING", values=("Search", "Social", "Email", "Display")),
        _REGION,
        Column("Spend", "DECIMAL", "Money spent", ("cost of marketing", "budget used")),
        Column("Impressions", "LONG"),
        Column("Clicks", "LONG"),
        Column("Conversions", "LONG"),
    ),
    "One row per campaign and day",
)
EMPLOYEES = Schema(
    "Employees",
    (
        Column("Employee ID", "STRING"),
        Column("Name", "STRING", values=("Ada Berg", "Bo Chen")),
        Column(
            "Department",
            "STRING",
            values=("Sales", "Marketing", "Support", "Logistics", "Finance", "Engineering", "HR"),
        ),
        Column("Job Title", "STRING", values=("Account Executive", "Support Agent")),
        Column("Office", "STRING", values=("Oslo", "Berlin")),
        Column("Hire Date", "DATE"),
        Column("Leave Date", "DATE"),
        Column("Manager Name", "STRING", values=("Ada Berg",)),
        Column("Salary", "DECIMAL"),
        Column("Performance Score", "DOUBLE"),
    ),
)
TICKETS = Schema(
    "Support Tickets",
    (
        Column("Ticket ID", "STRING"),
        Column("Created At", "DATETIME"),
        Column("Resolved At", "DATETIME"),
        Column("Customer ID", "STRING"),
        _REGION,
        Column("Product ID", "STRING"),
        _CATEGORY,
        Column(
            "Topic",
            "STRING",
            values=("Late delivery", "Damaged item", "Wrong size", "Billing", "Product question", "Return"),
        ),
        Column("Priority", "STRING", values=("Low", "Normal", "High", "Urgent")),
        Column("Status", "STRING", values=("Open", "Pending", "Solved")),
        Column("Agent", "STRING", values=("Ida Holm", "Raj Patel")),
        Column("Satisfaction", "LONG", "Stars from 1 to 5"),
        Column("First Response Minutes", "LONG", "Minutes until the first answer"),
    ),
)
SESSIONS = Schema(
    "Web Sessions",
    (
        Column("Session ID", "STRING"),
        Column("Started At", "DATETIME"),
        _COUNTRY,
        Column("Device", "STRING", values=("Desktop", "Mobile", "Tablet")),
        Column("Source", "STRING", values=("Direct", "Organic", "Paid", "Email", "Referral")),
        Column("Landing Page", "STRING", values=("/home", "/checkout-new")),
        Column("Pages Viewed", "LONG"),
        Column("Duration Seconds", "LONG"),
        Column("Converted", "LONG", "1 if the session ended in an order, else 0"),
        Column("Order ID", "STRING"),
    ),
)
COMPANY = (ORDERS, PRODUCT_LIST, CUSTOMERS, CAMPAIGNS, EMPLOYEES, TICKETS, SESSIONS, ARCHIVE)


@pytest.fixture
def company() -> tuple[Schema, ...]:
    """Return all datasets of the shop."""
    return COMPANY


@pytest.fixture
def orders() -> Schema:
    """Return the dataset that most questions are about."""
    return ORDERS
