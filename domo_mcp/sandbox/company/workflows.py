"""The company's workflows, what its app calls them, and how they went in the last days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.company.orders import ORDERS
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, dataset_id
from domo_mcp.sandbox.company.sales import ARCHIVED
from domo_mcp.sandbox.records import Record
from domo_mcp.sandbox.workflows.definitions import (
    Condition,
    Instance,
    Outcome,
    Parameter,
    ParameterAlias,
    Step,
    Variables,
    Version,
    Workflow,
    WorkflowAlias,
)

APPROVE_DISCOUNT, REFRESH, NIGHTLY_RECONCILIATION, REGION_REPORT, SALARY_REVIEW = (
    f"5a1e0000-0000-4000-8015-{number:012d}" for number in range(1, 6)
)
MOST_DISCOUNT, MOST_AMOUNT, WAITS_S = 15, 5000, 30
_UNDECIDED = Condition(variable="decision", operator="==", value=None)
_CUSTOMER = Parameter(name="customer", type="text")
_DISCOUNT = Parameter(name="discount", type="decimal")
_AMOUNT = Parameter(name="amount", type="number")


def records(now: datetime) -> Iterator[Record]:
    """Give the workflows, their aliases, and instances that have ended."""
    made = milliseconds(now - timedelta(days=150))
    limits = f"Approves up to {MOST_DISCOUNT} % on up to {MOST_AMOUNT} euro."
    versions = (
        _discount("1.0.0", made, "Start Approve Discount", (_CUSTOMER, _DISCOUNT), active=False),
        _discount("1.1.0", made, "Request Discount", (_CUSTOMER, _DISCOUNT, _AMOUNT), active=True),
        _discount("2.0.0", None, "Request Discount", (_CUSTOMER, _DISCOUNT, _AMOUNT), active=False),
    )
    yield _workflow(APPROVE_DISCOUNT, "Approve Discount", limits, DANA, made, *versions)
    yield _workflow(REFRESH, "Refresh and Notify", "Counts a dataset anew and adds a task.", ALEX, made, _refresh(made))
    yield _workflow(
        NIGHTLY_RECONCILIATION, "Nightly Reconciliation", "Compares orders and archive.", ADMIN, made, _nightly(made)
    )
    yield _workflow(REGION_REPORT, "Region Report", "Sums revenue by region since a day.", PRIYA, made, _report(made))
    review = _workflow(SALARY_REVIEW, "Salary Review", "Confidential.", PRIYA, made, _nightly(made))
    yield review.model_copy(update={"users": (PRIYA,)})
    yield from _aliases()
    yield from _history(now)


def _workflow(key: str, name: str, description: str, owner: int, made: int, *versions: Version) -> Workflow:
    return Workflow(
        id=key, name=name, description=description, owner_id=owner, created=made, updated=made, versions=versions
    )


def _discount(name: str, made: int | None, message: str, takes: tuple[Parameter, ...], *, active: bool) -> Version:
    limits = (
        Condition(variable="discount", operator="<=", value=MOST_DISCOUNT),
        *([Condition(variable="amount", operator="<=", value=MOST_AMOUNT)] if _AMOUNT in takes else []),
    )
    counted = (Step(title="Work out the net amount", calls="net_amount"),) if _AMOUNT in takes else ()
    return Version(
        version=name,
        released=made,
        active=active,
        message=message,
        parameters=takes,
        steps=(
            Step(title="Check the limits", seconds=2),
            Step(title="Approve", when=limits, sets={"decision": "approved", "decided_by": "rule"}),
            Step(title="Wait for Dana Okafor", seconds=WAITS_S, when=(_UNDECIDED,)),
            Step(title="Reject", when=(_UNDECIDED,), sets={"decision": "rejected", "decided_by": "nobody in time"}),
            *counted,
        ),
        results=("decision", "decided_by", *(["net_amount"] if counted else [])),
    )


def _refresh(made: int) -> Version:
    return Version(
        version="1.2.0",
        released=made,
        active=True,
        message="Start Refresh and Notify",
        parameters=(
            Parameter(name="dataset", type="dataset", required=False, value=dataset_id(1)),
            Parameter(name="notify", type="person", required=False),
        ),
        steps=(
            Step(title="Refresh", seconds=4, calls="count_rows"),
            Step(title="Notify", seconds=2, calls="add_task"),
        ),
        results=("dataset_name", "rows", "task"),
    )


def _nightly(made: int) -> Version:
    return Version(
        version="3.0.1",
        released=made,
        active=True,
        message="Start Nightly Reconciliation",
        parameters=(),
        steps=(Step(title="Load both", seconds=2), Step(title="Compare", seconds=3, calls="reconcile")),
        results=("orders",),
    )


def _report(made: int) -> Version:
    return Version(
        version="1.0.0",
        released=made,
        active=True,
        message="Start Region Report",
        parameters=(
            Parameter(name="regions", type="text", is_list=True),
            Parameter(name="since", type="date"),
            Parameter(name="reviewers", type="person", is_list=True, required=False),
        ),
        steps=(Step(title="Sum up", seconds=1, calls="revenue_by_region"),),
        results=("revenue",),
    )


def _aliases() -> Iterator[WorkflowAlias]:
    names = (("customerName", "customer"), ("discountPercent", "discount"), ("amount", "amount"))
    yield _alias("approveDiscount", APPROVE_DISCOUNT, "1.1.0", "Request Discount", names)
    yield _alias("refreshAndNotify", REFRESH, "1.2.0", "Start Refresh and Notify", (("datasetId", "dataset"),))
    yield _alias("nightlyReconciliation", NIGHTLY_RECONCILIATION, "3.0.1", "Start Nightly Reconciliation")
    # A manifest whose startName nobody took from the definition: the alias exists, and cannot be started.
    yield _alias("oldDiscount", APPROVE_DISCOUNT, "1.1.0", "Start Approve Discount", names)


def _alias(
    alias: str, workflow: str, version: str, message: str, names: tuple[tuple[str, str], ...] = ()
) -> WorkflowAlias:
    renamed = tuple(ParameterAlias(alias=given, name=name) for given, name in names)
    return WorkflowAlias(id=alias, workflow_id=workflow, version=version, message=message, parameters=renamed)


def _history(now: datetime) -> Iterator[Instance]:
    requests: tuple[tuple[int, float, float, Outcome, Variables], ...] = (
        (9, 10, 1200.0, "COMPLETED", {"decision": "approved", "decided_by": "rule", "net_amount": 1080.0}),
        (7, 25, 3400.0, "COMPLETED", {"decision": "rejected", "decided_by": "nobody in time", "net_amount": 2550.0}),
        (4, 5, 800.0, "COMPLETED", {"decision": "approved", "decided_by": "rule", "net_amount": 760.0}),
        (2, 28, 9100.0, "CANCELED", {}),
    )
    for number, (days, discount, amount, outcome, ends) in enumerate(requests, start=1):
        asked: Variables = {"customer": f"Customer C-{37 * number:04d}", "discount": discount, "amount": amount}
        takes = 3 if ends.get("decided_by") == "rule" else 3 + WAITS_S
        yield _ended(number, APPROVE_DISCOUNT, "1.1.0", DANA, now - timedelta(days=days), takes, outcome, asked | ends)
    for night in range(3):
        started = (now - timedelta(days=night + 1)).replace(hour=2, minute=0, second=0, microsecond=0)
        failed = _ended(10 + night, NIGHTLY_RECONCILIATION, "3.0.1", ADMIN, started, 6, "FAILED", {})
        reason = f"Compare: The archive does not balance: {ORDERS:,} orders, {ARCHIVED:,} of them archived"
        yield failed.model_copy(update={"trigger": "TIMER", "reason": reason})
    refreshed: Variables = {"dataset": dataset_id(1), "dataset_name": "Sales Orders", "rows": ORDERS}
    yield _ended(20, REFRESH, "1.2.0", ALEX, now - timedelta(days=1), 7, "COMPLETED", refreshed)


def _ended(
    number: int, workflow: str, version: str, user: int, started: datetime, takes: int, outcome: Outcome, has: Variables
) -> Instance:
    begun = milliseconds(started)
    return Instance(
        id=f"5a1e0000-0000-4000-8016-{number:012d}",
        workflow_id=workflow,
        version=version,
        trigger="MANUAL",
        started_by=user,
        started=begun,
        since=begun + takes * 1000,
        variables=has,
        position=99,
        ended=begun + takes * 1000,
        outcome=outcome,
    )
