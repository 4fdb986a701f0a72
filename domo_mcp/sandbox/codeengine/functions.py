"""The code of the company's functions, by their names in Code Engine."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import anyio

from domo_mcp.sandbox.codeengine.types import UNDEFINED
from domo_mcp.sandbox.company.sales import SALES
from domo_mcp.sandbox.records import Dataset, User
from domo_mcp.sandbox.routes.access import level
from domo_mcp.sandbox.store import Store

_LONGEST_WAIT_S = 300
"""Domo ends a function after five minutes."""


class FunctionError(Exception):
    """Thrown by a function."""


@dataclass
class Run:
    """What a function may use while it runs: what the user who called it may see, and a log."""

    store: Store
    user: User
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    async def rows(self, sql: str, dataset_id: str = SALES.id) -> list[dict[str, Any]]:
        """Rows of a dataset, the company's orders unless said. Raises FunctionError where the user may not read it."""
        dataset = self.store.get(Dataset, dataset_id)
        if dataset is None or level(self.store, self.user, dataset) is None:
            raise FunctionError(f"Request failed with status code {403 if dataset else 404}")
        result = await self.store.warehouse.query(dataset.id, sql)
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


Inputs = Mapping[str, Any]
Code = Callable[[Run, Inputs], Awaitable[object]]


async def _discounted_price(run: Run, given: Inputs) -> object:
    if not 0 <= given["discount"] <= 1:
        raise FunctionError(f"The discount has to be between 0 and 1, not {given['discount']}")
    total = given["price"] * (1 - given["discount"]) * (given.get("quantity") or 1)
    run.out.append(f"price {given['price']} less {given['discount']:.0%}")
    return round(total, 2)


async def _margin(run: Run, given: Inputs) -> object:
    if given["price"] <= 0:
        raise FunctionError("The price has to be more than 0")
    margin = given["price"] - given["cost"]
    run.out.append(f"price {given['price']}, cost {given['cost']}")
    return {"margin": round(margin, 2), "percent": round(100 * margin / given["price"], 1)}


async def _best_price(run: Run, given: Inputs) -> object:
    run.out.append(f"{len(given['prices'])} prices")
    return min(given["prices"]) if given["prices"] else None


async def _slug(run: Run, given: Inputs) -> object:
    plain = unicodedata.normalize("NFKD", given["text"]).encode("ascii", "ignore").decode().lower()
    run.out.append(f"{len(given['text'])} characters in")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


async def _similarity(run: Run, given: Inputs) -> object:
    run.out.append("compared without regard to case")
    return round(SequenceMatcher(None, given["left"].casefold(), given["right"].casefold()).ratio(), 3)


async def _top_words(run: Run, given: Inputs) -> object:
    words = Counter(word for text in given["texts"] for word in re.findall(r"\w{4,}", text.casefold()))
    run.out.append(f"{words.total()} words")
    return [word for word, _ in sorted(words.items(), key=lambda each: (-each[1], each[0]))[: int(given["most"])]]


async def _region_revenue(run: Run, given: Inputs) -> object:
    region = str(given["region"]).replace("'", "''")
    year = f" AND YEAR(`Order Date`) = {int(given['year'])}" if given.get("year") else ""
    sql = f"SELECT SUM(`Revenue`) AS revenue, COUNT(*) AS orders FROM table WHERE `Region` = '{region}'{year}"
    run.out.append(sql)
    (row,) = await run.rows(sql)
    if not row["orders"]:
        raise FunctionError(f"There are no orders of region {given['region']}")
    return {"region": given["region"], "revenue": float(row["revenue"]), "orders": row["orders"]}


async def _row_count(run: Run, given: Inputs) -> object:
    (row,) = await run.rows("SELECT COUNT(*) AS n FROM table", given["dataset"])
    run.out.append(f"{row['n']} rows")
    return row["n"]


async def _find_order(run: Run, given: Inputs) -> object:
    key = str(given["orderId"]).replace("'", "''")
    run.out.append(f"looking for order {given['orderId']}")
    rows = await run.rows(f"SELECT `Order ID`, `Region`, `Status`, `Revenue` FROM table WHERE `Order ID` = '{key}'")
    if not rows:
        run.err.append(f"Error: no order {given['orderId']}\n    at findOrder (/var/task/index.js:14:11)")
        raise FunctionError(f"No order {given['orderId']}")
    (row,) = rows
    return {"orderId": row["Order ID"], "region": row["Region"], "status": row["Status"], "revenue": row["Revenue"]}


async def _count_orders(run: Run, given: Inputs) -> object:
    """Give a text although a number is declared: a mistake that the company never noticed."""
    region = str(given["region"]).replace("'", "''")
    (row,) = await run.rows(f"SELECT COUNT(*) AS orders FROM table WHERE `Region` = '{region}'")
    return f"{row['orders']} orders"


async def _touch(run: Run, given: Inputs) -> object:
    run.out.append(f"touched {given['orderId']}")
    return UNDEFINED


async def _wait(run: Run, given: Inputs) -> object:
    run.out.append(f"waiting {given['seconds']} s")
    if given["seconds"] > _LONGEST_WAIT_S:
        raise FunctionError("Task timed out after 300.00 seconds")
    await anyio.sleep(max(float(given["seconds"]), 0))
    return given["seconds"]


async def _raise_all(run: Run, given: Inputs) -> object:
    run.out.append(f"raised by {given['percent']}")
    return given["percent"]


CODE: Mapping[str, Code] = {
    "discountedPrice": _discounted_price,
    "margin": _margin,
    "bestPrice": _best_price,
    "slug": _slug,
    "similarity": _similarity,
    "topWords": _top_words,
    "regionRevenue": _region_revenue,
    "rowCount": _row_count,
    "findOrder": _find_order,
    "countOrders": _count_orders,
    "touchOrder": _touch,
    "wait": _wait,
    "raiseSalaries": _raise_all,
}
