"""Which collection a request is about, who asks, and what of it that visitor may see and do."""

from __future__ import annotations

from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import Collection, Content, Group, Operation, Permission
from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.appdb.filters import restricted
from domo_mcp.sandbox.appdb.permissions import Visitor, permissions
from domo_mcp.sandbox.company.appdb import APP, DATASTORE
from domo_mcp.sandbox.mongo import BadQuery, predicate
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer

SUCCESS = {"success": True}
"""What an app is told when something went well: the document says "the parameter of a success" only."""

Match = tuple[Document, dict[str, object]]
"""A document, and its fields as queries see them."""


def in_app(request: Request) -> bool:
    """Whether the request came in on the App-Framework surface."""
    return request.url.path.startswith("/domo/")


def visitor(request: Request) -> Visitor:
    """Give who asks, with the groups the user is in and the app the session belongs to."""
    user = caller(request)
    groups = tuple(int(group.id) for group in store_of(request).all(Group) if user.id in group.members)
    return Visitor(user.id, groups, APP if in_app(request) else None, manages=user.role == "Admin")


def visible(request: Request) -> list[Collection]:
    """Give the collections whose properties the visitor may read; in an app those wired to it."""
    who = visitor(request)
    collections = [each for each in store_of(request).all(Collection) if "read" in permissions(each, who)]
    return [each for each in collections if not in_app(request) or wired(each)]


def wired(collection: Collection) -> bool:
    """Whether the company's app has the collection: its own, and those that grant the app something (assumed)."""
    return collection.datastore_id == DATASTORE or any(
        (grant.entity, grant.entity_id) == ("RYUU_APP", APP) for grant in collection.grants
    )


def collection_of(request: Request, *needed: Permission) -> Collection:
    """Give the collection of the path: by its id, in an app by its name.

    Failure 404 when there is none (for an app with Domo's code DA0088, its status assumed), 403 without a permission.
    """
    key = request.path_params["collection"]
    if in_app(request):
        named = (each for each in store_of(request).all(Collection) if each.name == key and wired(each))
        found = next(named, None)
    else:
        found = store_of(request).get(Collection, key)
    if found is None:
        raise Failure(404, "DA0088: Invalid collection name" if in_app(request) else None)
    allow(request, found, *needed)
    return found


def allow(request: Request, collection: Collection, *needed: Permission) -> None:
    """Failure 403 unless the visitor has every permission that is needed (message assumed)."""
    held = permissions(collection, visitor(request))
    missing = [permission for permission in needed if permission not in held]
    if missing:
        raise Failure(403, f"Permission {missing[0]} is missing on collection {collection.name}")


def matching(
    request: Request, collection: Collection, query: Content, operation: Operation, *, most: int | None = None
) -> list[Match]:
    """Give the documents that match and that the visitor may act on, the first created first, `most` of them.

    Failure 400 for what is no Mongo query.
    """
    try:
        matches = predicate(restricted(query, collection.filters, operation, visitor(request)))
        documents = store_of(request).documents.of(collection.id).values()
        rows = ((document, document.fields(collection.synced_revision)) for document in documents)
        return list(islice((row for row in rows if matches(row[1])), most))
    except BadQuery as error:
        raise Failure(400, str(error)) from None


def document_of(request: Request, collection: Collection, operation: Operation) -> Document:
    """Give the document of the path; Failure 404 when there is none or a filter rule hides it."""
    document = store_of(request).documents.of(collection.id).get(request.path_params["document"])
    if document is None or not acting_on(request, collection, [document], operation):
        raise Failure(404)
    return document


def acting_on(
    request: Request, collection: Collection, documents: list[Document], operation: Operation
) -> list[Document]:
    """Give those of some documents that the filter rules let the visitor act on."""
    matches = predicate(restricted({}, collection.filters, operation, visitor(request)))
    return [document for document in documents if matches(document.fields(collection.synced_revision))]


def done(request: Request) -> Response:
    """Answer a deletion or a grant: 204 on the product surface (App-DB.md), to an app 200 and a little JSON."""
    return answer(SUCCESS) if in_app(request) else Response(status_code=204)
