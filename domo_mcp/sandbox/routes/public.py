"""The public API: datasets, users and groups in the shapes of domo-developer-portal, Domo-APIs."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.records import Dataset, User
from domo_mcp.sandbox.results import Result
from domo_mcp.sandbox.routes.access import caller, own_level, readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, number
from domo_mcp.sandbox.routes.query import queried

LARGEST_DATASET_PAGE, USUAL_PAGE, LARGEST_PAGE = 50, 50, 500


async def datasets(request: Request) -> Response:
    """List the datasets that the user may read (assumed: no others), by page; `sort=name` orders them."""
    offset, limit = number(request, "offset", 0), number(request, "limit", USUAL_PAGE, most=LARGEST_DATASET_PAGE)
    named = request.query_params.get("nameLike", "").lower()
    found = [each for each in store_of(request).all(Dataset) if named in each.name.lower() and own_level(request, each)]
    if request.query_params.get("sort") == "name":
        found.sort(key=lambda dataset: dataset.name.lower())
    return answer([_dataset(request, dataset) for dataset in found[offset : offset + limit]])


async def dataset(request: Request) -> Response:
    """Give one dataset with its columns."""
    found = readable(request)
    columns = store_of(request).warehouse.columns(found.id)
    schema = {"columns": [{"type": column.type, "name": column.name} for column in columns]}
    return answer({**_dataset(request, found), "schema": schema, "policies": []})


async def execute(request: Request) -> Response:
    """Run a SELECT. Unlike on an instance's own host, `fromcache` is a truth value and there is no `duration`."""
    found, result, _ = await queried(request)
    return answer(_columnar(found.id, result))


async def users(request: Request) -> Response:
    """List users by page."""
    listed = store_of(request).all(User)
    offset, limit = _page(request)
    return answer([_user(user) for user in listed[offset : offset + limit]])


async def user(request: Request) -> Response:
    """Give one user; `me` is the one the token acts for (path from public code)."""
    wanted = request.path_params["id"]
    found = caller(request) if wanted == "me" else store_of(request).get(User, wanted)
    if found is None:
        raise Failure(404)
    return answer(_user(found))


async def groups(request: Request) -> Response:
    """List groups by page."""
    offset, limit = _page(request)
    return answer([_group(group) for group in store_of(request).all(Group)[offset : offset + limit]])


async def group(request: Request) -> Response:
    """Give one group."""
    found = store_of(request).get(Group, request.path_params["id"])
    if found is None:
        raise Failure(404)
    return answer(_group(found))


async def group_members(request: Request) -> Response:
    """List the ids of a group's members by page."""
    found = store_of(request).get(Group, request.path_params["id"])
    if found is None:
        raise Failure(404)
    offset, limit = _page(request)
    return answer(found.members[offset : offset + limit])


def _page(request: Request) -> tuple[int, int]:
    return number(request, "offset", 0), number(request, "limit", USUAL_PAGE, most=LARGEST_PAGE)


def _dataset(request: Request, found: Dataset) -> dict[str, object]:
    store = store_of(request)
    owner = store.get(User, found.owner_id)
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "rows": store.warehouse.row_count(found.id),
        "columns": len(found.columns),
        "createdAt": _iso(found.created),
        "updatedAt": _iso(found.updated),
        "dataCurrentAt": _iso(found.updated),
        "owner": {"id": found.owner_id, "name": owner.name if owner else ""},
        "pdpEnabled": False,
    }


def _columnar(dataset_id: str, result: Result) -> dict[str, object]:
    shared = {"dataSourceId": dataset_id, "maxLength": -1, "minLength": -1, "periodIndex": 0}
    return {
        "datasource": dataset_id,
        "columns": result.columns,
        "metadata": [{"type": kind, **shared} for kind in result.types],
        "rows": result.rows,
        "numRows": len(result.rows),
        "numColumns": len(result.columns),
        "fromcache": False,
    }


def _user(found: User) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "email": found.email,
        "role": found.role,
        "roleId": found.role_id,
        "title": found.title,
    }


def _group(found: Group) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "default": found.default,
        "active": True,
        "creatorId": str(found.creator_id),
        "memberCount": len(found.members),
    }


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


routes = [
    Route("/v1/datasets", datasets),
    Route("/v1/datasets/{id}", dataset),
    Route("/v1/datasets/query/execute/{id}", execute, methods=["POST"]),
    Route("/v1/users", users),
    Route("/v1/users/{id}", user),
    Route("/v1/groups", groups),
    Route("/v1/groups/{id:int}", group),
    Route("/v1/groups/{id:int}/users", group_members),
]
