"""Support tickets."""

from __future__ import annotations

from datetime import date, timedelta

from domo_mcp.sandbox.company.dice import below, code, day, nth, pick, roll, spread, weighted
from domo_mcp.sandbox.company.goods import CATALOGUE
from domo_mcp.sandbox.company.orders import CUSTOMERS, SEASON, WEST
from domo_mcp.sandbox.company.people import AGENT_JOB, AGENTS, LEFT_AGENTS, name_of
from domo_mcp.sandbox.company.places import region
from domo_mcp.sandbox.company.plan import TOMAS, Described, Formula, Plan, first_day, last_quarter

TICKETS = 12_000
LATE = "Late delivery"
OTHER_TOPICS = ("Damaged item", "Wrong size", "Billing", "Product question", "Return")
PRIORITIES = {"Normal": 0.5, "Low": 0.22, "High": 0.18, "Urgent": 0.1}


def _agent(today: date) -> str:
    everybody = [name_of(AGENT_JOB, agent) for agent in range(AGENTS)]
    remaining = [name for agent, name in enumerate(everybody) if agent not in LEFT_AGENTS]
    return f"CASE WHEN day >= {day(since(today))} THEN {pick(remaining, 81)} ELSE {pick(everybody, 82)} END"


def since(today: date) -> date:
    """Give the day the first of the two agents left."""
    return today - timedelta(days=max(LEFT_AGENTS.values()))


def _support(today: date) -> str:
    begin, end = last_quarter(today)
    late = f"CASE WHEN c % 5 = {WEST} AND day >= {day(begin)} AND day < {day(end)} THEN 0.45 ELSE 0.15 END"
    slow = f"CASE WHEN day >= {day(since(today))} THEN 1.1 * (day - {day(since(today))}) ELSE 0 END"
    raised = f"""
        SELECT i, c, p, day, day::TIMESTAMP + to_seconds(25200 + {below(43200, 83)}) AS created,
            CASE WHEN {roll(84)} < {late} THEN '{LATE}' ELSE {pick(OTHER_TOPICS, 85)} END AS topic,
            {weighted(PRIORITIES, 86)} AS priority, {_agent(today)} AS agent, 1 + {below(96, 87)} AS hours,
            CASE WHEN {roll(88)} < 0.95 THEN 'Solved' ELSE {pick(("Open", "Pending"), 89)} END AS wanted
        FROM (SELECT i, day, {below(CUSTOMERS, 90)} AS c, floor(120 * pow({roll(91)}, 1.6))::INTEGER AS p
              FROM {spread(first_day(today), today, TICKETS, SEASON)})"""
    return f"""
        SELECT {code("T", 5, "i")}, created, CASE WHEN status = 'Solved' THEN created + to_hours(hours) END,
            {code("C", 4, "c + 1")}, {region("c % 5")}, product_id, category, topic, priority, status, agent,
            CASE WHEN status = 'Solved' AND {roll(92)} < 0.6
                THEN greatest(1, least(5, 5 - (topic = '{LATE}')::INTEGER * 2 - {below(3, 93)})) END,
            (CASE priority WHEN 'Urgent' THEN 15 + 30 * {roll(94)} + {slow}
                WHEN 'High' THEN 40 + 60 * {roll(94)} ELSE 90 + 240 * {roll(94)} END)::INTEGER
        FROM (SELECT *, CASE WHEN created + to_hours(hours) > {day(today)}::TIMESTAMP AND wanted = 'Solved'
                THEN {nth(("Open", "Open", "Pending"), below(3, 95))} ELSE wanted END AS status FROM ({raised}))
        JOIN ({CATALOGUE}) USING (p) ORDER BY i"""


SUPPORT = Plan(
    number=6,
    name="Support Tickets",
    description="Every request that reached customer support, with its topic, priority, agent and times.",
    unit="One row is one ticket.",
    owner=TOMAS,
    columns=(
        Described("Ticket ID", "STRING", "Identifier of the ticket", ("ticket", "case")),
        Described("Created At", "DATETIME", "Time the ticket came in (UTC)", ("created", "opened")),
        Described("Resolved At", "DATETIME", "Time it was solved (UTC); empty until then", ("resolved", "closed")),
        Described("Customer ID", "STRING", "Identifier of the customer", ("client number",)),
        Described("Region", "STRING", "Sales region of the customer", ("area", "territory")),
        Described("Product ID", "STRING", "Product the ticket is about", ("SKU", "article number")),
        Described("Category", "STRING", "Category of the product", ("product group", "product line")),
        Described("Topic", "STRING", "What the ticket is about", ("reason", "subject")),
        Described("Priority", "STRING", "Low, Normal, High or Urgent", ("urgency",)),
        Described("Status", "STRING", "Open, Pending or Solved", ("ticket status", "state")),
        Described("Agent", "STRING", "Employee who handles the ticket", ("support agent", "assignee")),
        Described(
            "Satisfaction", "LONG", "Customer's verdict, 1 to 5; empty when not given", ("CSAT", "satisfaction score")
        ),
        Described(
            "First Response Minutes", "LONG", "Minutes until the first answer", ("response time", "first response time")
        ),
    ),
    select=_support,
    formulas=(
        Formula(
            "Resolution Hours",
            "AVG((UNIX_TIMESTAMP(`Resolved At`) - UNIX_TIMESTAMP(`Created At`)) / 3600)",
            ("Resolved At", "Created At"),
        ),
    ),
    cards=(
        ("Tickets by Topic", "badge_pie"),
        ("Tickets by Week", "badge_line"),
        ("First Response by Priority", "badge_vert_bar"),
    ),
    tags=("support",),
    partitioned_by="Created At",
    alias="tickets",
    field_aliases=(("resolutionHours", "Resolution Hours"),),
)
