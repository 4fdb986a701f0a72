"""Datasets made, shaped, tagged and indexed; who may use them is in `dataset_access`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, get_args
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox import indexing
from domo_mcp.sandbox.indexing import Indexing
from domo_mcp.sandbox.records import ColumnNote, Dataset, Grant
from domo_mcp.sandbox.results import ColumnType
from domo_mcp.sandbox.routes import dataset_access
from domo_mcp.sandbox.routes.access import caller, permitted, readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.datasets import metadata_of
from domo_mcp.sandbox.tables import PARTITION
from domo_mcp.sandbox.uploads import indexing as waiting
from domo_mcp.sandbox.warehouse import Column

_TYPES = frozenset(get_args(ColumnType))
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Column(_Body):
    name: _Name
    type: ColumnType
    visible: bool = True


class _Schema(_Body):
    columns: list[_Column] = Field(min_length=1)


class _Creation(_Body):
    user_defined_type: str = "api"
    data_source_name: _Name
    schema_: _Schema = Field(alias="schema")


class _Properties(_Body):
    data_provider_type: _Name


class _Indexes(_Body):
    data_ids: list[int] = []


async def create(request: Request) -> Response:
    """Make an empty dataset: Datasets API, Create Dataset Copy; answered as domolibrary reads it (assumed).

    Its query works at once (assumed: on Domo after the first rows). A Participant may not (assumed).
    """
    wanted, user, store = await parsed(request, _Creation), caller(request), store_of(request)
    if user.role == "Participant":
        raise Failure(403)
    columns = _columns(wanted.schema_.columns)
    now = int(store.clock().timestamp() * 1000)
    dataset = Dataset(
        id=str(uuid4()),
        name=wanted.data_source_name,
        description="",
        unit=None,
        owner_id=user.id,
        provider=wanted.user_defined_type,
        created=now,
        updated=now,
        columns=tuple(ColumnNote(name=column.name, description="") for column in columns),
        grants=(Grant(user_id=user.id, level="OWNER"),),
    )
    store.warehouse.create(dataset.id, columns)
    store.put(dataset)
    return answer({"dataSource": {"dataSourceId": dataset.id, **metadata_of(request, dataset)}}, 201)


async def alter(request: Request) -> Response:
    """Change the schema: Datasets API, Alter Dataset Schema. Columns that are not given go with their values.

    One that gets another type keeps the values that fit it; queries see it at once (both assumed).
    """
    dataset, wanted, store = permitted(request, "WRITE"), await parsed(request, _Schema), store_of(request)
    store.warehouse.alter(dataset.id, _columns(wanted.columns))
    notes = {note.name: note for note in dataset.columns}
    columns = tuple(
        notes.get(column.name, ColumnNote(name=column.name, description="")).model_copy(
            update={"visible": column.visible}
        )
        for column in wanted.columns
    )
    store.put(dataset.model_copy(update={"columns": columns}))
    return answer({"dataSourceId": dataset.id, "schema": wanted.model_dump()})


async def set_properties(request: Request) -> Response:
    """Set the data provider type: Datasets API, Change Dataset Properties."""
    dataset, wanted = permitted(request, "WRITE"), await parsed(request, _Properties)
    store_of(request).put(dataset.model_copy(update={"provider": wanted.data_provider_type}))
    return answer({})


async def tag(request: Request) -> Response:
    """Set the tags: Datasets API, createDatasetTag. Those given take the place of those before (assumed)."""
    dataset, wanted = permitted(request, "WRITE"), await parsed(request, list[_Name])
    store_of(request).put(dataset.model_copy(update={"tags": tuple(dict.fromkeys(wanted))}))
    return answer({})


async def index(request: Request) -> Response:
    """Index versions: Datasets API, Index Dataset; it takes `app.state.index_s` seconds of the sandbox's clock.

    That the answer says an id is assumed. Queries see the rows at once.
    """
    dataset, wanted, store = permitted(request, "WRITE"), await parsed(request, _Indexes), store_of(request)
    known = {version.id for version in dataset.versions if not version.deleted}
    if unknown := [each for each in wanted.data_ids if each not in known]:
        raise Failure(400, f"Unknown data version {unknown[0]}")
    begun = indexing.begin(store, dataset, tuple(wanted.data_ids), request.app.state.index_s)
    try:
        waiting.index(store, dataset, begun.data_ids)
    except ValueError:
        raise Failure(400, "Data import failed") from None
    return answer({"id": begun.id, "dataSourceId": dataset.id, "dataIds": list(begun.data_ids)})


async def index_statuses(request: Request) -> Response:
    """Tell how far an index request is: Datasets API, Index Dataset Progress (shape: assumed)."""
    dataset, store = readable(request), store_of(request)
    found = store.get(Indexing, request.path_params["index"])
    if found is None or found.dataset_id != dataset.id:
        raise Failure(404)
    return answer(indexing.statuses(store, found))


async def index_for_query(request: Request) -> Response:
    """Index for the query engine: Datasets API, Index Dataset by POST /api/query/v1; done at once (assumed)."""
    permitted(request, "WRITE")
    return answer({})


def _columns(given: Sequence[_Column]) -> list[Column]:
    names = [column.name.lower() for column in given]
    if len(set(names)) < len(names) or PARTITION in names:
        raise Failure(400, "Duplicate or reserved column name")
    return [Column(column.name, column.type) for column in given]


_DATA = "/api/data/v3/datasources/{id}"
routes = [
    Route("/api/data/v2/datasources", create, methods=["POST"]),
    Route("/api/data/v2/datasources/{id}/schemas", alter, methods=["POST"]),
    Route(f"{_DATA}/properties", set_properties, methods=["PUT"]),
    Route("/api/data/ui/v3/datasources/{id}/tags", tag, methods=["POST"]),
    Route(f"{_DATA}/indexes", index, methods=["POST"]),
    Route(f"{_DATA}/indexes/{{index}}/statuses", index_statuses),
    Route("/api/query/v1/datasources/{id}", index_for_query, methods=["POST"]),
    *dataset_access.routes,
]
