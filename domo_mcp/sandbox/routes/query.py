"""SQL on one dataset."""

from __future__ import annotations

import time

from pydantic import BaseModel, StrictStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.routes.access import readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.warehouse import QueryError, Result


class _Statement(BaseModel):
    sql: StrictStr


async def execute(request: Request) -> Response:
    """Run a SELECT: Datasets API, Query with SQL; columnar as domo-developer-portal, Query-Data.md.

    `Accept: array-of-objects` gives the list of objects that the Datasets API prints (on this route: assumed).
    SQL errors are 400 with a terse message (assumed text).
    """
    dataset, result, milliseconds = await queried(request)
    if request.headers.get("accept") == "array-of-objects":
        return answer([dict(zip(result.columns, row, strict=True)) for row in result.rows])
    return answer(_columnar(dataset.id, result, milliseconds))


async def queried(request: Request) -> tuple[Dataset, Result, int]:
    """Run the SELECT of a JSON body on the dataset of the path; the last of the answer is milliseconds."""
    dataset = readable(request)
    statement = await parsed(request, _Statement)
    result, milliseconds = await timed(request, dataset.id, statement.sql, dataset.name)
    return dataset, result, milliseconds


async def timed(request: Request, dataset_id: str, sql: str, name: str) -> tuple[Result, int]:
    """Run a SELECT in which `name` too means the dataset; Failure 400 for SQL that cannot run."""
    begun = time.perf_counter()
    try:
        result = await store_of(request).warehouse.query(dataset_id, sql, names=(name,))
    except QueryError as error:
        raise Failure(400, str(error)) from None
    return result, round((time.perf_counter() - begun) * 1000)


def _columnar(dataset_id: str, result: Result, milliseconds: int) -> dict[str, object]:
    return {
        "datasource": dataset_id,
        "columns": result.columns,
        "metadata": [_described(dataset_id, kind) for kind in result.types],
        "rows": result.rows,
        "numRows": len(result.rows),
        "numColumns": len(result.columns),
        "fromcache": "false",
        "duration": str(milliseconds),
    }


def _described(dataset_id: str, kind: str) -> dict[str, object]:
    return {
        "type": kind,
        "dataSourceId": dataset_id,
        "maxLength": -1,
        "minLength": -1,
        "aggregated": False,
        "analytic": False,
    }


routes = [Route("/api/query/v1/execute/{id}", execute, methods=["POST"])]
