"""Collections for others: who may do what, and their export to datasets.

App Framework APIs, AppDB API, Collection Level Security and Manually Exporting Collections.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.sandbox.appdb import export
from domo_mcp.sandbox.appdb.definitions import PERMISSIONS, Collection, Entity, Permission
from domo_mcp.sandbox.appdb.permissions import granted, revoked
from domo_mcp.sandbox.company.appdb import DATASTORE
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag
from domo_mcp.sandbox.routes.appdb_access import SUCCESS, allow, collection_of, done, visible


class DueExports:
    """ASGI middleware: before a request is handled, the exports that have fallen due are made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            export.settle(scope["app"].state.store)
        await self.app(scope, receive, send)


async def permit(request: Request) -> Response:
    """Set an entity's permissions: Modify Permissions. `overwrite=false` adds them (assumed; the default too).

    Whoever shares gives no more than that visitor has (the document's "any permissions this entity already has").
    """
    collection, entity = collection_of(request, "share"), _entity(request)
    wanted = _permissions(request)
    allow(request, collection, *wanted)
    grants = granted(collection.grants, *entity, wanted, overwrite=flag(request, "overwrite", default=True))
    store_of(request).put(collection.model_copy(update={"grants": grants}))
    return done(request)


async def forbid(request: Request) -> Response:
    """Remove all permissions of an entity: Delete Permissions. One that has none is no failure (assumed)."""
    collection = collection_of(request, "share")
    grants = revoked(collection.grants, *_entity(request))
    store_of(request).put(collection.model_copy(update={"grants": grants}))
    return done(request)


async def export_app(request: Request) -> Response:
    """Export the app's collections: Manually Exporting Collections. Related ones are another datastore's."""
    wanted = visible(request)
    if not flag(request, "includeRelatedCollections"):
        wanted = [collection for collection in wanted if collection.datastore_id == DATASTORE]
    return _exported(request, DATASTORE, wanted)


async def export_datastore(request: Request) -> Response:
    """Export a datastore: doc-hub, workflow-appdb-sync.md. 403 where one may read none of it (assumed)."""
    datastore = request.path_params["datastore"]
    there = [each for each in store_of(request).all(Collection) if each.datastore_id == datastore]
    if not there:
        raise Failure(404)
    wanted = [collection for collection in visible(request) if collection.datastore_id == datastore]
    if not wanted:
        raise Failure(403)
    return _exported(request, datastore, wanted)


def _exported(request: Request, datastore: str, collections: list[Collection]) -> Response:
    if not export.begin(store_of(request), datastore, collections, request.app.state.export_s):
        raise Failure(423, "An export is already in progress")
    return answer(SUCCESS)


def _entity(request: Request) -> tuple[Entity, str]:
    entities: dict[str, Entity] = {"USER": "USER", "GROUP": "GROUP", "RYUU_APP": "RYUU_APP"}
    name, key = request.path_params["entity"], request.path_params["entity_id"]
    if name not in entities:
        raise Failure(400, f"Unknown entity {name[:40]}")
    return entities[name], key


def _permissions(request: Request) -> list[Permission]:
    given = [name.strip() for name in request.query_params.get("permissions", "").split(",")]
    known: dict[str, Permission] = {permission: permission for permission in PERMISSIONS}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Failure(400, f"Unknown permission {unknown[0][:40]}")
    return [known[name] for name in given]
