"""The paths of AppDB: by a collection's id on the product surface, by its name in an app.

Of the product's versions 1 and 2 the sources use now one, now the other: both are answered, alike (assumed).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.routes import appdb_bulk as bulk
from domo_mcp.sandbox.routes import appdb_collections as collections
from domo_mcp.sandbox.routes import appdb_documents as documents
from domo_mcp.sandbox.routes import appdb_sharing as sharing

_Handler = Callable[[Request], Awaitable[Response]]

_ONE, _DOCUMENTS = "/{collection}", "/{collection}/documents"
_PERMISSION = "/{collection}/permission/{entity}/{entity_id}"
_PATHS: tuple[tuple[str, str, _Handler], ...] = (
    ("GET", "", collections.listing),
    ("POST", "", collections.create),
    ("GET", _ONE, collections.get),
    ("PUT", _ONE, collections.update),
    ("DELETE", _ONE, collections.delete),
    ("PUT", _PERMISSION, sharing.permit),
    ("DELETE", _PERMISSION, sharing.forbid),
    ("GET", _DOCUMENTS, documents.listing),
    ("POST", _DOCUMENTS, documents.create),
    ("POST", f"{_DOCUMENTS}/query", documents.query),
    ("PUT", f"{_DOCUMENTS}/update", bulk.update),
    ("POST", f"{_DOCUMENTS}/bulk", bulk.create),
    ("PUT", f"{_DOCUMENTS}/bulk", bulk.upsert),
    ("DELETE", f"{_DOCUMENTS}/bulk", bulk.delete),
    ("GET", f"{_DOCUMENTS}/{{document}}", documents.get),
    ("PUT", f"{_DOCUMENTS}/{{document}}", documents.put),
    ("DELETE", f"{_DOCUMENTS}/{{document}}", documents.delete),
)


def _under(prefix: str) -> Iterator[Route]:
    """Give the routes of a prefix, each with and without the slash that the document sometimes prints at the end."""
    for method, path, handler in _PATHS:
        for end in ("", "/"):
            yield Route(f"{prefix}/collections{path}{end}", handler, methods=[method])


_APP, _PRODUCT = "/domo/datastores/v1", "/api/datastores"
routes = [
    Route(f"{_PRODUCT}/v1/collections/query", collections.search, methods=["POST"]),
    Route(f"{_PRODUCT}/v1/export/{{datastore}}", sharing.export_datastore, methods=["POST"]),
    Route(f"{_APP}/export", sharing.export_app, methods=["POST"]),
    *_under(f"{_PRODUCT}/v1"),
    *_under(f"{_PRODUCT}/v2"),
    *_under(_APP),
]
