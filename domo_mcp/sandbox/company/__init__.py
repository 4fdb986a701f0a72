"""Northwind Trail, an invented maker of outdoor gear: three years of data that hang together, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domo_mcp.sandbox.company.appdb import documents, records
from domo_mcp.sandbox.company.board import BOARD
from domo_mcp.sandbox.company.buyers import BUYERS
from domo_mcp.sandbox.company.codeengine import packages
from domo_mcp.sandbox.company.filesets import contents
from domo_mcp.sandbox.company.filesets import records as shelves
from domo_mcp.sandbox.company.goods import PRODUCT_PLAN
from domo_mcp.sandbox.company.marketing import MARKETING
from domo_mcp.sandbox.company.metadata import alias, cards, dataset, stream
from domo_mcp.sandbox.company.people import EMPLOYEES, GROUPS, USERS
from domo_mcp.sandbox.company.sales import ARCHIVE, SALES
from domo_mcp.sandbox.company.support import SUPPORT
from domo_mcp.sandbox.company.web import WEB
from domo_mcp.sandbox.company.workflows import records as workflow_records
from domo_mcp.sandbox.records import Record
from domo_mcp.sandbox.tables import quoted
from domo_mcp.sandbox.warehouse import Column, Warehouse

__all__ = ["PLANS", "build", "contents", "documents"]

PLANS = (SALES, PRODUCT_PLAN, BUYERS, MARKETING, EMPLOYEES, SUPPORT, WEB, ARCHIVE, BOARD)


def build(warehouse: Warehouse, now: datetime) -> Iterator[Record]:
    """Fill the warehouse as of `now`, and give the records of everything else that there is."""
    yield from (*USERS, *GROUPS)
    for plan in PLANS:
        warehouse.create(plan.id, [Column(c.name, c.type) for c in plan.columns], plan.select(now.date()))
        made = dataset(plan, now, warehouse.row_count(plan.id))
        yield made
        yield from alias(plan)
        yield from cards(plan)
        if made.stream_id is not None and plan.feed is not None:
            yield stream(plan.feed, made)
    for plan in PLANS:
        if plan.partitioned_by is not None:
            warehouse.tag(plan.id, f"strftime({quoted(plan.partitioned_by)}, '%Y-%m')")
    yield from packages(now)
    yield from records(now)
    yield from shelves(now)
    yield from workflow_records(now)
