"""The documents that the company's people have written in its app: always the same for a day that counts as today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import JsonValue

from domo_mcp.sandbox.appdb.definitions import Content
from domo_mcp.sandbox.company.goods import FAULTY_PRODUCT
from domo_mcp.sandbox.company.marketing import CHANNELS, NAMES
from domo_mcp.sandbox.company.orders import WEAK_CAMPAIGN
from domo_mcp.sandbox.company.people import GENEROUS_REP, REP_JOB, REPS, USERS, name_of
from domo_mcp.sandbox.company.places import REGIONS
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, TOMAS

# Who wrote a document, when, and what.
Written = tuple[int, datetime, Content]

NOTES, TASKS, APPROVALS = 60, 40, 30
WEEKLY_BUDGET, WEAK_BUDGET = 910.0, 1820.0  # what Marketing Campaigns has as spend in seven days
_PEOPLE = {user.id: user.name for user in USERS}
_REMARKS = (
    "Click price is stable; keep the budget as it is.",
    "New pictures went live, clicks are up.",
    "Most orders come from returning customers.",
    "The discount code was missing in the first mailing.",
    "Move a part of the budget to the weekend.",
)
_WEAK = "Costs twice as much as the others and hardly converts: pause it?"
_WORK = (
    ("Check late parcels of the West", ("logistics", "west")),
    (f"Ask the maker about the zip of the {FAULTY_PRODUCT}", ("product", "returns")),
    (f"Review {NAMES[WEAK_CAMPAIGN]} with Marketing", ("marketing", "budget")),
    ("Fix the phone layout of the checkout", ("web", "checkout", "urgent")),
    ("Hire two support agents", ("support", "people")),
    (f"Talk to {name_of(REP_JOB, GENEROUS_REP)} about discounts", ("sales", "discounts")),
    ("Clean up old customer records", ()),
    ("Prepare the quarterly report", ("report",)),
)
_STATES, _PRIORITIES = ("open", "in progress", "done", "blocked"), ("low", "normal", "high")
_STEPS = ("Collect the numbers", "Agree on a plan", "Tell the team")
_DECISIONS = ("pending", "approved", "approved", "rejected")


def notes(now: datetime) -> Iterator[Written]:
    """Give notes on the campaigns, one every few days; the newest ones have not been reviewed."""
    for number in range(NOTES):
        campaign, written = number % len(NAMES), now - timedelta(days=3 * (NOTES - number), hours=number % 7)
        weak, author = campaign == WEAK_CAMPAIGN, PRIYA if number % 3 else ALEX
        content: Content = {
            "campaign": NAMES[campaign],
            "channel": "Social" if weak else CHANNELS[campaign % len(CHANNELS)],
            "author": _PEOPLE[author],
            "note": _WEAK if weak else _REMARKS[number % len(_REMARKS)],
            "budget": WEAK_BUDGET if weak else WEEKLY_BUDGET + 12.5 * (number % 5),
            "rating": 1 if weak else 2 + number % 4,
            "noted_on": written.date().isoformat(),
        }
        if number < NOTES - 10:
            content["reviewed_at"] = f"{written + timedelta(days=2):%Y-%m-%dT%H:00:00Z}"
        yield author, written, content


def tasks(now: datetime) -> Iterator[Written]:
    """Give tasks with nested content; some have no assignee, no tags or no estimate."""
    for number in range(TASKS):
        (title, tags), written = _WORK[number % len(_WORK)], now - timedelta(days=2 * (TASKS - number))
        assignee = (ALEX, DANA, PRIYA, TOMAS)[number % 4]
        status = _STATES[number * 7 % 5 % len(_STATES)]
        done = len(_STEPS) if status == "done" else number % len(_STEPS)
        steps: list[JsonValue] = [{"step": step, "done": place < done} for place, step in enumerate(_STEPS)]
        content: Content = {
            "title": title if number < len(_WORK) else f"{title} ({1 + number // len(_WORK)})",
            "status": status,
            "priority": _PRIORITIES[number % len(_PRIORITIES)],
            "assignee": {"id": assignee, "name": _PEOPLE[assignee]} if number % 9 else None,
            "tags": list(tags),
            "due": (now + timedelta(days=number - 20)).date().isoformat(),
            "checklist": steps,
        }
        if number % 4:
            content["estimate_hours"] = 2 + number % 6
        yield (ADMIN if number % 5 == 0 else ALEX), written, content


def approvals(now: datetime) -> Iterator[Written]:
    """Give requests for discounts, six for each region."""
    for number in range(APPROVALS):
        written = now - timedelta(days=APPROVALS - number)
        decision = _DECISIONS[number * 3 % len(_DECISIONS)]
        content: Content = {
            "request": f"Discount for customer C-{1 + 37 * number % 2000:04d}",
            "region": REGIONS[number % len(REGIONS)],
            "requested_by": name_of(REP_JOB, number % REPS),
            "percent": 10 + number % 4 * 5,
            "amount": 1200.0 + 85.5 * number,
            "status": decision,
            "decision": None if decision == "pending" else {"by": _PEOPLE[DANA], "on": written.date().isoformat()},
        }
        yield DANA, written, content
