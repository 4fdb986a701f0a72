"""SQL on one dataset."""

from __future__ import annotations

import time

from pydantic import BaseModel, StrictStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
    dataset = readable(request)
    statement = await parsed(request, _Statement)
    begun = time.perf_counter()
    try:
        result = await store_of(request).warehouse.query(dataset.id, statement.sql, names=(dataset.name,))
    except QueryError as error:
        raise Failure(400, str(error)) from None
    if request.headers.get("accept") == "array-of-objects":
        return answer([dict(zip(result.columns, row, strict=True)) for row in result.rows])
    return answer(_columnar(dataset.id, result, time.perf_counter() - begun))


def _columnar(dataset_id: str, result: Result, seconds: float) -> dict[str, object]:
    return {
        "datasource": dataset_id,
        "columns": result.columns,
        "metadata": [_described(dataset_id, kind) for kind in result.types],
        "rows": result.rows,
        "numRows": len(result.rows),
        "numColumns": len(result.columns),
        "fromcache": "false",
        "duration": str(round(seconds * 1000)),
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
