"""How datasets are loaded: data versions and partitions."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.records import Dataset, DataVersion
from domo_mcp.sandbox.routes.access import own_level, permitted, readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, number, parsed


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Bounds(BaseModel):
    MIN: int | None = None
    MAX: int | None = None


class _PaginationField(_Body):
    field_name: str
    sort_order: str = "DESC"
    filter_values: _Bounds = _Bounds()


class _Hydration(_Body):
    data_source_id: str


class _PartitionSearch(_Body):
    pagination_fields: list[_PaginationField] = []
    limit: int = Field(default=100, ge=0)
    offset: int = Field(default=0, ge=0)


async def versions(request: Request) -> Response:
    """Give the loads of a dataset: Datasets API, GET Data Versions; fields as in Domo's R package."""
    dataset = readable(request)
    return answer([_version(dataset, version) for version in reversed(dataset.versions)])


async def partitions(request: Request) -> Response:
    """Give the partitions, oldest first: Datasets API, GET Partition List (shape of the answer: assumed).

    Those whose data were deleted are among them, as long as their tag is there.
    """
    dataset = readable(request)
    names = {*store_of(request).warehouse.partitions(dataset.id), *dataset.emptied_partitions}
    return answer([{"partitionId": name} for name in sorted(names)])


async def search_partitions(request: Request) -> Response:
    """Give partitions with row counts: Datasets API, Search Partition List (shape: assumed).

    The only field to sort and filter by is `datecompleted`. One whose data were deleted is not among them.
    """
    wanted = await parsed(request, _PartitionSearch)
    if any(field.field_name != "datecompleted" for field in wanted.pagination_fields):
        raise Failure(400, "Unknown pagination field")
    dataset = readable(request)
    counts = store_of(request).warehouse.partitions(dataset.id)
    completed = {name: completion(dataset, name) for name in counts}
    newest_first = not wanted.pagination_fields or wanted.pagination_fields[0].sort_order == "DESC"
    rows = [
        {"partitionId": name, "rowCount": counts[name], "dateCompleted": completed[name]}
        for name in sorted(counts, key=lambda name: (completed[name], name), reverse=newest_first)
        if all(_inside(completed[name], field.filter_values) for field in wanted.pagination_fields)
    ]
    return answer(rows[wanted.offset : wanted.offset + wanted.limit])


async def delete_data(request: Request) -> Response:
    """Delete the data of a partition: Datasets API, Delete Data Version; the tag stays.

    The document marks them as deleted; here queries see them go at once (assumed: on Domo, with the next index).
    """
    dataset, tag, store = permitted(request, "WRITE"), request.path_params["partition"], store_of(request)
    if tag not in store.warehouse.partitions(dataset.id):
        raise Failure(404)
    store.warehouse.clear(dataset.id, tag)
    versions = tuple(v.model_copy(update={"deleted": True}) if v.partition == tag else v for v in dataset.versions)
    emptied = (*(name for name in dataset.emptied_partitions if name != tag), tag)
    now = int(store.clock().timestamp() * 1000)
    store.put(dataset.model_copy(update={"versions": versions, "emptied_partitions": emptied, "updated": now}))
    return answer({})


async def delete_tag(request: Request) -> Response:
    """Remove a partition tag: Datasets API, Delete Partition Tag; rows that have it stay, in no partition."""
    dataset, tag, store = permitted(request, "WRITE"), request.path_params["partition"], store_of(request)
    if tag not in {*store.warehouse.partitions(dataset.id), *dataset.emptied_partitions}:
        raise Failure(404)
    store.warehouse.untag(dataset.id, tag)
    versions = tuple(v.model_copy(update={"partition": None}) if v.partition == tag else v for v in dataset.versions)
    emptied = tuple(name for name in dataset.emptied_partitions if name != tag)
    store.put(dataset.model_copy(update={"versions": versions, "emptied_partitions": emptied}))
    return answer({})


async def magic_versions(request: Request) -> Response:
    """Give data versions as Magic sees them, newest first: Datasets API, Data Version List from Magic (shape: assumed).

    The version window is not looked at; the document shows one that lets everything pass.
    """
    wanted = await parsed(request, _Hydration)
    if request.query_params.get("engine", "MAGIC") != "MAGIC":
        raise Failure(400, "Unknown engine")
    limit, offset = number(request, "limit", 500), number(request, "offset", 0)
    dataset = store_of(request).get(Dataset, wanted.data_source_id)
    if dataset is None:
        raise Failure(404)
    if own_level(request, dataset) is None:
        raise Failure(403)
    versions = [_version(dataset, version) for version in reversed(dataset.versions) if not version.deleted]
    return answer({"dataVersions": versions[offset : offset + limit], "totalCount": len(versions)})


def completion(dataset: Dataset, tag: str) -> int:
    """Give when a partition was last loaded; of the company's first data each month's at its end (assumed)."""
    loads = [version.completed for version in dataset.versions if version.partition == tag]
    if loads or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", tag):
        return max(loads, default=dataset.updated)
    year, month = int(tag[:4]), int(tag[5:])
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return min(int(end.timestamp() * 1000), dataset.updated)


def _inside(moment: int, bounds: _Bounds) -> bool:
    return (bounds.MIN is None or moment >= bounds.MIN) and (bounds.MAX is None or moment <= bounds.MAX)


def _version(dataset: Dataset, version: DataVersion) -> dict[str, object]:
    return {
        "dataSourceId": dataset.id,
        "schemaId": 1,
        "dataVersionId": version.id,
        "status": "DELETED" if version.deleted else "COMPLETE",
        "statusMessage": None,
        "datetimeRecorded": version.recorded,
        "datetimeUploadCompleted": version.completed,
        "runDurationSeconds": (version.completed - version.recorded) // 1000,
        "sizeBytes": version.size_bytes,
        "rowCount": version.rows,
        "dataTag": version.partition,
        "indexed": version.indexed,
    }


routes = [
    Route("/api/data/v3/datasources/{id}/dataversions/details", versions),
    Route("/api/query/v1/datasources/{id}/partition", partitions),
    Route("/api/query/v1/datasources/{id}/partition/list", search_partitions, methods=["POST"]),
    Route("/api/query/v1/datasources/{id}/partition/{partition}", delete_tag, methods=["DELETE"]),
    Route("/api/query/v1/datasources/{id}/tag/{partition}/data", delete_data, methods=["DELETE"]),
    Route("/api/dataprocessing/v2/dataflows/data-version-hydrate", magic_versions, methods=["POST"]),
]
