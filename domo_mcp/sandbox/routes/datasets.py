"""Datasets: search, list, metadata, schema, and what hangs on them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.records import Card, Dataset, User
from domo_mcp.sandbox.routes.access import found, own_level, readable, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, number, parsed
from domo_mcp.sandbox.routes.metadata import described, metadata
from domo_mcp.sandbox.routes.search import Search, results

LARGEST_PAGE, LARGEST_BULK = 50, 100
EVERYTHING = frozenset({"core", "rowcolcount", "certification", "functions"})


async def search(request: Request) -> Response:
    """Search datasets; what the user may not read is found too. Shape: Domo's own MCP server, domolibrary."""
    wanted = await parsed(request, Search)
    matching = results(store_of(request).all(Dataset), wanted)
    page = matching[wanted.offset : wanted.offset + wanted.count]
    return answer(_page(request, page, len(matching)))


async def listing(request: Request) -> Response:
    """List datasets by page: community Domo Product APIs collection; answered as in search (assumed)."""
    limit, offset = number(request, "limit", LARGEST_PAGE, most=LARGEST_PAGE), number(request, "offset", 0)
    named = request.query_params.get("nameLike", "").lower()
    matching = [dataset for dataset in store_of(request).all(Dataset) if named in dataset.name.lower()]
    return answer(_page(request, matching[offset : offset + limit], len(matching)))


async def bulk(request: Request) -> Response:
    """Give datasets by id, at most 100; unknown ones and those the user may not read are left out (domo-toolkit)."""
    ids = await parsed(request, list[str])
    if len(ids) > LARGEST_BULK:
        raise Failure(400, f"Request payload must have <= {LARGEST_BULK} ids. actual={len(ids)}")
    known = [dataset for key in dict.fromkeys(ids) if (dataset := store_of(request).get(Dataset, key))]
    may_read = [dataset for dataset in known if own_level(request, dataset)]
    return answer(_page(request, may_read, len(may_read), _parts(request)))


async def get(request: Request) -> Response:
    """Give metadata: Datasets API, Get Metadata; the parts as in domolibrary. Users without access get it too."""
    return answer(metadata_of(request, found(request), _parts(request)))


async def indexed_schema(request: Request) -> Response:
    """Give the columns as the query engine sees them: Datasets API, Get Dataset Schema."""
    dataset = readable(request)
    columns = [
        {"name": name, "id": name, "type": kind, "visible": visible, "order": 0}
        for name, kind, visible in _columns(request, dataset)
        if visible or flag(request, "includeHidden")
    ]
    return answer({"name": "schema", "tables": [{"columns": columns}], "dataSourceId": dataset.id})


async def latest_schema(request: Request) -> Response:
    """Give the columns as they were stored: domo-developer-portal, Get-Dataset-Schema.md."""
    columns = [
        {
            "type": kind,
            "name": name,
            "id": name,
            "visible": visible,
            "metadata": {"colLabel": name, "colFormat": "", "isEncrypted": False},
        }
        for name, kind, visible in _columns(request, readable(request))
    ]
    return answer({"schema": {"columns": columns}})


async def permissions(request: Request) -> Response:
    """Give who may do what: Datasets API, Dataset Access List."""
    dataset, store = readable(request), store_of(request)
    users = [
        {"type": "USER", "id": str(user.id), "accessLevel": grant.level, "name": user.name}
        for grant in dataset.grants
        if (user := store.get(User, grant.user_id))
    ]
    groups = [
        {"type": "GROUP", "id": str(group.id), "accessLevel": grant.level, "name": group.name}
        for grant in dataset.group_grants
        if (group := store.get(Group, grant.group_id))
    ]
    return answer({"list": [*users, *groups], "totalUserCount": len(users), "totalGroupCount": len(groups)})


async def cards(request: Request) -> Response:
    """Give the cards on a dataset: Datasets API, Get Cards for a Dataset ID. No card here has a drill path."""
    dataset = readable(request)
    return answer([_card(request, card) for card in _cards(request, dataset)])


async def dictionary(request: Request) -> Response:
    """Give the data dictionary, 404 when nobody has written one: domolibrary routes/ai.py."""
    dataset = readable(request)
    if dataset.unit is None:
        raise Failure(404)
    return answer(described(dataset))


def _parts(request: Request) -> AbstractSet[str]:
    if flag(request, "includeAllDetails"):
        return EVERYTHING
    return set(request.query_params.get("part", "core").split(","))


def metadata_of(request: Request, dataset: Dataset, parts: AbstractSet[str] = EVERYTHING) -> dict[str, object]:
    """Give a dataset's metadata as the caller may see it."""
    store = store_of(request)
    owner = store.get(User, dataset.owner_id)
    shape = None
    if "rowcolcount" in parts:
        shape = store.warehouse.row_count(dataset.id), len(dataset.columns)
    return metadata(
        dataset,
        owner=owner.name if owner else "",
        access=own_level(request, dataset),
        cards=len(_cards(request, dataset)),
        shape=shape,
        parts=parts,
    )


def _page(
    request: Request, datasets: list[Dataset], total: int, parts: AbstractSet[str] = EVERYTHING - {"functions"}
) -> dict[str, object]:
    rows = [metadata_of(request, dataset, parts) for dataset in datasets]
    return {"dataSources": rows, "_metaData": {"totalCount": total}}


def _columns(request: Request, dataset: Dataset) -> list[tuple[str, str, bool]]:
    hidden = {note.name for note in dataset.columns if not note.visible}
    stored = store_of(request).warehouse.columns(dataset.id)
    return [(column.name, column.type, column.name not in hidden) for column in stored]


def _cards(request: Request, dataset: Dataset) -> list[Card]:
    return [card for card in store_of(request).all(Card) if card.dataset_id == dataset.id]


def _card(request: Request, card: Card) -> dict[str, object]:
    owner = store_of(request).get(User, card.owner_id)
    return {
        "id": card.id,
        "urn": str(card.id),
        "type": "kpi",
        "chartType": card.chart_type,
        "title": card.title,
        "ownerId": card.owner_id,
        "owners": [{"id": str(card.owner_id), "type": "USER", "displayName": owner.name if owner else ""}],
        "access": True,
        "datasourceId": card.dataset_id,
    }


_DATA, _QUERY = "/api/data/v3/datasources", "/api/query/v1/datasources/{id}"
routes = [
    Route("/api/data/ui/v3/datasources/search", search, methods=["POST"]),
    Route(_DATA, listing),
    Route(f"{_DATA}/bulk", bulk, methods=["POST"]),
    Route(f"{_DATA}/{{id}}", get),
    Route(f"{_DATA}/{{id}}/permissions", permissions),
    Route(f"{_QUERY}/schema/indexed", indexed_schema),
    Route("/api/data/v2/datasources/{id}/schemas/latest", latest_schema),
    Route("/api/content/v1/datasources/{id}/cards", cards),
    Route("/api/ai/readiness/v1/data-dictionary/dataset/{id}", dictionary),
]
