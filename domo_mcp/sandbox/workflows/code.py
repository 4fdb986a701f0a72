"""The code that steps call: it reads and changes what else there is in the sandbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.company.appdb import TASKS
from domo_mcp.sandbox.company.plan import dataset_id
from domo_mcp.sandbox.records import Dataset, User
from domo_mcp.sandbox.refusals import QueryError
from domo_mcp.sandbox.workflows.definitions import Variables

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store

_ORDERS, _ARCHIVE = dataset_id(1), dataset_id(8)


class Failed(Exception):
    """The instance ends here, for this reason."""


@dataclass(frozen=True)
class Moment:
    """Whose step calls, and when."""

    instance_id: str
    user_id: int
    time: datetime


Code = Callable[["Store", Variables, Moment], Awaitable[Variables]]


async def net_amount(_store: Store, variables: Variables, _moment: Moment) -> Variables:
    """Give what is left of an amount after the discount in percent."""
    amount, discount = variables.get("amount"), variables.get("discount")
    if not isinstance(amount, int | float) or not isinstance(discount, int | float):
        raise Failed("amount and discount are not both numbers")
    return {"net_amount": round(amount * (1 - discount / 100), 2)}


async def count_rows(store: Store, variables: Variables, _moment: Moment) -> Variables:
    """Count the rows of the dataset that the instance was started for."""
    dataset = _dataset(store, str(variables.get("dataset")))
    return {"rows": store.warehouse.row_count(dataset.id), "dataset_name": dataset.name}


async def add_task(store: Store, variables: Variables, moment: Moment) -> Variables:
    """Put a task about the refreshed dataset into the app's Tasks; the same step done twice makes one."""
    key = str(uuid5(UUID(moment.instance_id), "task"))
    task: Variables = {
        "title": f"{variables.get('dataset_name')} was refreshed: {variables.get('rows'):,} rows",
        "status": "open",
        "priority": "normal",
        "assignee": _person(store, variables.get("notify")),
        "tags": ["refresh"],
        "due": (moment.time + timedelta(days=1)).date().isoformat(),
        "checklist": [],
    }
    document = Document(key, moment.user_id, moment.time, moment.time, moment.user_id, task)
    store.documents.put(TASKS, [document], moment.time)
    return {"task": key}


async def revenue_by_region(store: Store, variables: Variables, _moment: Moment) -> Variables:
    """Sum the revenue of regions since a day."""
    _dataset(store, _ORDERS)
    regions = variables.get("regions")
    wanted = ", ".join(_text(region) for region in (regions if isinstance(regions, list) else []))
    since = _text(variables.get("since"))
    sql = (
        "SELECT `Region`, ROUND(SUM(`Revenue`), 2) FROM table "
        f"WHERE `Region` IN ({wanted}) AND `Order Date` >= {since} GROUP BY `Region` ORDER BY `Region`"
    )
    try:
        found = await store.warehouse.query(_ORDERS, sql)
    except QueryError as error:
        raise Failed(str(error)) from None
    return {"revenue": {str(region): total for region, total in found.rows}}


async def reconcile(store: Store, _variables: Variables, _moment: Moment) -> Variables:
    """Compare the orders with their archive, which nobody maintains."""
    rows = [store.warehouse.row_count(_dataset(store, key).id) for key in (_ORDERS, _ARCHIVE)]
    if rows[0] != rows[1]:
        raise Failed(f"The archive does not balance: {rows[0]:,} orders, {rows[1]:,} of them archived")
    return {"orders": rows[0]}


CODE: Mapping[str, Code] = {
    code.__name__: code for code in (net_amount, count_rows, add_task, revenue_by_region, reconcile)
}


def _dataset(store: Store, key: str) -> Dataset:
    dataset = store.get(Dataset, key)
    if dataset is None:
        raise Failed(f"There is no dataset {key[:60]}")
    return dataset


def _person(store: Store, key: object) -> Variables | None:
    user = store.get(User, str(key)) if key is not None else None
    return {"id": user.id, "name": user.name} if user else None


def _text(value: object) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
