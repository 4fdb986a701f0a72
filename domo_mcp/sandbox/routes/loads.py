"""How datasets are loaded: data versions, partitions and streams."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.records import Dataset, DataVersion, Execution, Stream
from domo_mcp.sandbox.routes.access import caller, level, readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.datasets import metadata_of


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Bounds(BaseModel):
    MIN: int | None = None
    MAX: int | None = None


class _PaginationField(_Body):
    field_name: str
    sort_order: str = "DESC"
    filter_values: _Bounds = _Bounds()


class _PartitionSearch(_Body):
    pagination_fields: list[_PaginationField] = []
    limit: int = Field(default=100, ge=0)
    offset: int = Field(default=0, ge=0)


async def versions(request: Request) -> Response:
    """Give the loads of a dataset: Datasets API, GET Data Versions; fields as in Domo's R package."""
    dataset = readable(request)
    return answer([_version(dataset, version) for version in reversed(dataset.versions)])


async def partitions(request: Request) -> Response:
    """Give the partitions, oldest first: Datasets API, GET Partition List (shape of the answer: assumed)."""
    return answer([{"partitionId": name} for name, _ in await _partitions(request)])


async def search_partitions(request: Request) -> Response:
    """Give partitions with row counts: Datasets API, Search Partition List (shape: assumed).

    The only field to sort and filter by is `datecompleted`; all partitions of a dataset were loaded in order.
    """
    wanted = await parsed(request, _PartitionSearch)
    if any(field.field_name != "datecompleted" for field in wanted.pagination_fields):
        raise Failure(400, "Unknown pagination field")
    rows = await _partitions(request)
    completed = readable(request).updated
    if not wanted.pagination_fields or wanted.pagination_fields[0].sort_order == "DESC":
        rows.reverse()
    inside = all(_inside(completed, field.filter_values) for field in wanted.pagination_fields)
    page = rows[wanted.offset : wanted.offset + wanted.limit] if inside else []
    return answer([{"partitionId": name, "rowCount": count, "dateCompleted": completed} for name, count in page])


async def stream(request: Request) -> Response:
    """Give a stream: Datasets API, Stream (Connector) - Get."""
    store = store_of(request)
    found = store.get(Stream, request.path_params["id"])
    dataset = store.get(Dataset, found.dataset_id) if found else None
    if found is None or dataset is None:
        raise Failure(404)
    if level(caller(request), dataset) is None:
        raise Failure(403)
    columns = [
        {"type": column.type, "name": column.name, "id": column.name, "visible": True}
        for column in store.warehouse.columns(dataset.id)
    ]
    return answer(
        _stream(found) | {"dataSource": metadata_of(request, dataset), "schemaDefinition": {"columns": columns}}
    )


async def _partitions(request: Request) -> list[tuple[str, int]]:
    """Count the rows of each month, oldest first; a dataset without partitions has none."""
    dataset = readable(request)
    if dataset.partitioned_by is None:
        return []
    month = f"DATE_FORMAT(`{dataset.partitioned_by}`, '%Y-%m')"
    sql = f"SELECT {month}, COUNT(*) FROM table GROUP BY {month} ORDER BY {month}"
    result = await store_of(request).warehouse.query(dataset.id, sql)
    return [(str(name), int(str(count))) for name, count in result.rows]


def _inside(moment: int, bounds: _Bounds) -> bool:
    return (bounds.MIN is None or moment >= bounds.MIN) and (bounds.MAX is None or moment <= bounds.MAX)


def _version(dataset: Dataset, version: DataVersion) -> dict[str, object]:
    return {
        "dataSourceId": dataset.id,
        "schemaId": 1,
        "dataVersionId": version.id,
        "status": "COMPLETE",
        "statusMessage": None,
        "datetimeRecorded": version.recorded,
        "datetimeUploadCompleted": version.completed,
        "runDurationSeconds": (version.completed - version.recorded) // 1000,
        "sizeBytes": version.size_bytes,
        "rowCount": version.rows,
    }


def _stream(stream: Stream) -> dict[str, object]:
    last = stream.executions[0]
    last_good = next((run for run in stream.executions if run.state == "SUCCESS"), None)
    return {
        "id": stream.id,
        "valid": True,
        "invalidExecutionId": None,
        "transport": {"type": "CONNECTOR", "description": f"com.domo.connector.{stream.provider}", "version": "1"},
        "updateMethod": stream.update_method,
        "dataProvider": {"key": stream.provider, "name": stream.provider_name, "type": "STANDARD"},
        "account": None,
        "scheduleExpression": stream.schedule,
        "scheduleStartDate": None,
        "advancedScheduleJson": json.dumps({"type": "DAY", "at": "04:15 AM", "timezone": "UTC"}),
        "scheduleRetryExpression": None,
        "scheduleRetryCount": 0,
        "scheduleState": "ACTIVE",
        "lastExecution": _execution(stream, last),
        "lastSuccessfulExecution": _execution(stream, last_good) if last_good else None,
        "currentExecution": None,
        "currentExecutionState": last.state,
        "createdAt": stream.created // 1000,
        "createdBy": stream.created_by,
        "configuration": [
            {"streamId": stream.id, "category": "METADATA", "name": "query", "type": "string", "value": stream.query}
        ],
    }


def _execution(stream: Stream, run: Execution) -> dict[str, object]:
    """Give one run; unlike everywhere else its times are in seconds, as the document prints them."""
    return {
        "streamId": stream.id,
        "executionId": run.id,
        "startedAt": run.started // 1000,
        "endedAt": run.ended // 1000,
        "updateMethod": stream.update_method,
        "currentState": run.state,
        "runType": "AUTOMATED",
        "rowsInserted": run.rows,
        "bytesInserted": run.size_bytes,
        "errors": list(run.errors),
    }


routes = [
    Route("/api/data/v3/datasources/{id}/dataversions/details", versions),
    Route("/api/query/v1/datasources/{id}/partition", partitions),
    Route("/api/query/v1/datasources/{id}/partition/list", search_partitions, methods=["POST"]),
    Route("/api/data/v1/streams/{id}", stream),
]
