"""The company's customers."""

from __future__ import annotations

from datetime import date

from domo_mcp.sandbox.company.dice import below, code, day, money, roll
from domo_mcp.sandbox.company.orders import customers
from domo_mcp.sandbox.company.places import city
from domo_mcp.sandbox.company.plan import DANA, Described, Feed, Plan, rows_of


def _buyers(today: date) -> str:
    spent = f"""
        SELECT "Customer ID" AS id, min("Order Date") AS first_order,
            sum("Revenue") FILTER ("Status" = 'Completed') AS value
        FROM {rows_of(1)} GROUP BY ALL"""
    return f"""
        SELECT id, customer, segment, region, country, {city("country", below(2, 61, "c"))},
            coalesce(first_order, {day(today)}) - {below(300, 62, "c")}, printf('customer%04d@example.com', c + 1),
            printf('+1-555-%07d', 100000 + c * 37), {money("coalesce(value, 0)")},
            CASE WHEN {roll(63, "c")} < 0.45 THEN 'Yes' ELSE 'No' END
        FROM (SELECT *, {code("C", 4, "c + 1")} AS id FROM ({customers()})) LEFT JOIN ({spent}) USING (id) ORDER BY c"""


BUYERS = Plan(
    number=3,
    name="Customers",
    description="Everybody who has signed up with Northwind Trail, with contact data and lifetime value.",
    unit="One row is one customer.",
    owner=DANA,
    columns=(
        Described("Customer ID", "STRING", "Identifier of the customer", ("client number",)),
        Described("Customer Name", "STRING", "Name of the person or organisation", ("customer", "client", "buyer")),
        Described("Segment", "STRING", "Kind of customer: Consumer, Business or Public Sector", ("customer segment",)),
        Described("Region", "STRING", "Sales region", ("area", "territory")),
        Described("Country", "STRING", "Country of the main address", ("nation",)),
        Described("City", "STRING", "City of the main address", ("town",)),
        Described("Signup Date", "DATE", "Day the account was opened", ("signed up", "joined", "registered")),
        Described("Email", "STRING", "E-mail address; personal data", ("mail address",), agent_enabled=False),
        Described("Phone", "STRING", "Telephone number; personal data", ("telephone",), agent_enabled=False),
        Described("Lifetime Value", "DECIMAL", "Revenue of all completed orders, in euro", ("LTV", "customer value")),
        Described("Newsletter", "STRING", "Yes when the customer takes the newsletter", ("subscribed", "subscriber")),
    ),
    select=_buyers,
    cards=(
        ("Customers by Region", "badge_vert_bar"),
        ("Lifetime Value by Segment", "badge_pie"),
        ("Signups by Month", "badge_line"),
    ),
    tags=("customers", "personal data"),
    certified=True,
    feed=Feed("salesforce", "Salesforce", "REPLACE", "SELECT * FROM Account"),
    alias="customers",
)
