"""Streams: the connectors that fill datasets. Datasets API, the sections Stream and Execute Dataset Stream."""

from __future__ import annotations

from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.sandbox.records import ColumnNote, Dataset, Execution, Grant, Setting, Stream
from domo_mcp.sandbox.routes.access import PERMISSIONS, caller, own_level, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.datasets import metadata_of
from domo_mcp.sandbox.streams.definitions import Definition, Schedule
from domo_mcp.sandbox.streams.running import begin, columns_of, settle

_SCHEDULE: TypeAdapter[object] = TypeAdapter(Schedule)
_FIRST_ID = 400


class DueRuns:
    """ASGI middleware: before a request is handled, the runs of streams that have fallen due are ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            await settle(scope["app"].state.store)
        await self.app(scope, receive, send)


async def get(request: Request) -> Response:
    """Give a stream: Stream (Connector) - Get."""
    stream, dataset = _readable(request)
    return answer(_details(request, stream, dataset))


async def create(request: Request) -> Response:
    """Make a stream and the dataset that it fills, which has no rows until it runs: Stream (Connector) - Create.

    Participants may not (assumed). Who makes it owns both. The answer is the stream (assumed).
    """
    wanted, store, user = await _defined(request), store_of(request), caller(request)
    if user.role == "Participant":
        raise Failure(403)
    now = int(store.clock().timestamp() * 1000)
    dataset_id, number = str(uuid4()), max((each.id for each in store.all(Stream)), default=_FIRST_ID) + 1
    made = Stream(
        id=number,
        dataset_id=dataset_id,
        created_by=user.id,
        created=now,
        modified_by=user.id,
        modified=now,
        schedule="",
        provider_name=wanted.data_provider.key,
        **_fields(wanted),
    )
    columns = await columns_of(store, made.query)
    store.warehouse.create(dataset_id, columns)
    dataset = Dataset(
        id=dataset_id,
        name=wanted.data_source.name,
        description=wanted.data_source.description,
        unit=None,
        owner_id=user.id,
        provider=wanted.data_provider.key,
        created=now,
        updated=now,
        columns=tuple(ColumnNote(name=column.name, description="") for column in columns),
        grants=(Grant(user_id=user.id, level="OWNER"),),
        stream_id=number,
    )
    store.put(dataset, made)
    return answer(_details(request, made, dataset))


async def update(request: Request) -> Response:
    """Define a stream anew: Stream (Connector) - Update. Name and description are the dataset's (assumed)."""
    stream, dataset = _editable(request)
    wanted, store = await _defined(request), store_of(request)
    now = int(store.clock().timestamp() * 1000)
    done = stream.model_copy(update={**_fields(wanted), "modified": now, "modified_by": caller(request).id})
    named = {"name": wanted.data_source.name, "description": wanted.data_source.description}
    dataset = dataset.model_copy(update={**named, "provider": wanted.data_provider.key})
    store.put(done, dataset)
    return answer(_details(request, done, dataset))


async def history(request: Request) -> Response:
    """Give the runs, newest first: Stream Execution History."""
    stream, _ = _readable(request)
    return answer([_aggregate(stream, run) for run in stream.executions])


async def execute(request: Request) -> Response:
    """Start a run: Execute Dataset Stream; the document prints an empty answer. One at a time (409: assumed)."""
    stream, _ = _editable(request)
    wanted = await parsed(request, dict[str, object])
    if wanted.get("action") != "MANUAL":
        raise Failure(400, "Unknown action")
    if stream.executions and stream.executions[0].state == "ACTIVE":
        raise Failure(409, "The stream is already running")
    begin(store_of(request), stream)
    return answer({})


async def _defined(request: Request) -> Definition:
    wanted = await parsed(request, Definition)
    try:
        _SCHEDULE.validate_python(wanted.advanced_schedule_json)
    except ValidationError:
        raise Failure(400, "Invalid advancedScheduleJson") from None
    return wanted


def _fields(wanted: Definition) -> dict[str, object]:
    return {
        "connector": wanted.transport.description,
        "version": wanted.transport.version,
        "provider": wanted.data_provider.key,
        "update_method": wanted.update_method,
        "account_id": wanted.account.id if wanted.account else None,
        "advanced_schedule": wanted.advanced_schedule_json,
        "settings": tuple(Setting(**each.model_dump()) for each in wanted.configuration),
    }


def _readable(request: Request) -> tuple[Stream, Dataset]:
    """Give the stream of the path and its dataset; 404 without one, 403 for who may not read it."""
    store = store_of(request)
    stream = store.get(Stream, request.path_params["id"])
    dataset = store.get(Dataset, stream.dataset_id) if stream else None
    if stream is None or dataset is None:
        raise Failure(404)
    if own_level(request, dataset) is None:
        raise Failure(403)
    return stream, dataset


def _editable(request: Request) -> tuple[Stream, Dataset]:
    """The same for who may write the dataset (assumed: a stream has no permissions of its own)."""
    stream, dataset = _readable(request)
    if "WRITE" not in PERMISSIONS[own_level(request, dataset)].split("_"):
        raise Failure(403)
    return stream, dataset


def _details(request: Request, stream: Stream, dataset: Dataset) -> dict[str, object]:
    columns = [
        {
            "type": column.type,
            "name": column.name,
            "id": column.name,
            "visible": True,
            "metadata": {"colLabel": column.name, "colFormat": "", "isEncrypted": False},
        }
        for column in store_of(request).warehouse.columns(dataset.id)
    ]
    last = next((run for run in stream.executions if run.state != "ACTIVE"), None)
    last_good = next((run for run in stream.executions if run.state == "SUCCESS"), None)
    current = next((run for run in stream.executions if run.state == "ACTIVE"), None)
    return {
        "id": stream.id,
        "valid": True,
        "invalidExecutionId": None,
        "transport": {"type": "CONNECTOR", "description": stream.connector, "version": stream.version},
        "updateMethod": stream.update_method,
        "dataProvider": {"key": stream.provider, "name": stream.provider_name, "type": "STANDARD"},
        "account": {"id": stream.account_id} if stream.account_id else None,
        "dataSource": metadata_of(request, dataset),
        "schemaDefinition": {"columns": columns},
        "scheduleExpression": stream.schedule or None,
        "scheduleStartDate": None,
        "advancedScheduleJson": stream.advanced_schedule,
        "scheduleRetryExpression": None,
        "scheduleRetryCount": 0,
        "lastExecution": _execution(stream, last),
        "lastSuccessfulExecution": _execution(stream, last_good),
        "currentExecution": _execution(stream, current),
        "currentExecutionState": stream.executions[0].state if stream.executions else None,
        "createdAt": stream.created // 1000,
        "createdBy": stream.created_by,
        "modifiedAt": stream.modified // 1000,
        "modifiedBy": stream.modified_by,
        "scheduleState": "ACTIVE",
        "configuration": [{"streamId": stream.id, **setting.model_dump()} for setting in stream.settings],
    }


def _execution(stream: Stream, run: Execution | None) -> dict[str, object] | None:
    if run is None:
        return None
    return _aggregate(stream, run) | {"index": True, "runType": run.run_type, "errors": list(run.errors)}


def _aggregate(stream: Stream, run: Execution) -> dict[str, object]:
    """Give one run; unlike everywhere else its times are in seconds, as the document prints them."""
    return {
        "streamId": stream.id,
        "executionId": run.id,
        "currentState": run.state,
        "rowsInserted": run.rows,
        "bytesInserted": run.size_bytes,
        "startedAt": run.started // 1000,
        "endedAt": run.ended // 1000 if run.ended is not None else None,
        "updateMethod": stream.update_method,
        "peakMemoryUsedBytes": 64 * 1024 * 1024 + 4 * run.size_bytes,
    }


_STREAMS = "/api/data/v1/streams"
routes = [
    Route(_STREAMS, create, methods=["POST"]),
    Route(f"{_STREAMS}/{{id}}", get),
    Route(f"{_STREAMS}/{{id}}", update, methods=["PUT"]),
    Route(f"{_STREAMS}/{{id}}/history/aggregate", history),
    Route(f"{_STREAMS}/{{id}}/executions", execute, methods=["POST"]),
]
