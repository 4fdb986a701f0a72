"""Documents: made, read, replaced, deleted, queried and aggregated.

App Framework APIs, AppDB API, Making API Calls to Your Collection; domo-developer-portal, Product-APIs/App-DB.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import Collection, Content
from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.mongo import Aggregation, BadQuery, aggregate, ordered, parse_aggregation, parse_order
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, number, parsed
from domo_mcp.sandbox.routes.appdb_access import Match, collection_of, document_of, done, in_app, matching
from domo_mcp.sandbox.routes.appdb_shapes import app_document, product_document

LARGEST_PAGE = 10_000
LARGEST_OFFSET = 2**31 - 1  # assumed


class Body(BaseModel):
    """A document to be: everything is in its `content`."""

    content: Content


async def listing(request: Request) -> Response:
    """List documents, oldest first: List Documents. 10,000 where no limit is given, and at most."""
    collection = collection_of(request, "read_content")
    limit, offset = _page(request)
    found = matching(request, collection, {}, "READ", most=offset + limit)
    return _shapes(request, collection, (document for document, _ in found[offset:]))


async def create(request: Request) -> Response:
    """Make one document: Create Document."""
    collection = collection_of(request, "create_content")
    document = made(request, (await parsed(request, Body)).content)
    return _written(request, collection, document)


async def get(request: Request) -> Response:
    """Give one document: Get Document."""
    collection = collection_of(request, "read_content")
    return answer(_shape(request, collection, document_of(request, collection, "READ")))


async def put(request: Request) -> Response:
    """Replace the whole content: Update Document."""
    collection = collection_of(request, "update_content")
    before = document_of(request, collection, "UPDATE")
    return _written(request, collection, changed(request, before, (await parsed(request, Body)).content))


async def delete(request: Request) -> Response:
    """Delete one document: Delete Document."""
    collection = collection_of(request, "delete_content")
    document = document_of(request, collection, "DELETE")
    removed(request, collection, [document.id])
    return done(request)


async def query(request: Request) -> Response:
    """Give the documents that match a Mongo query, or what they add up to: Query Documents (with Aggregations)."""
    collection = collection_of(request, "read_content")
    wanted = await parsed(request, Content)
    limit, offset = _page(request)
    order = request.query_params.get("orderby", "")
    try:
        aggregation = parse_aggregation(request.query_params)
        found = matching(request, collection, wanted, "READ", most=None if aggregation or order else offset + limit)
        if aggregation is not None:
            rows = aggregate((fields for _, fields in found), aggregation)[offset : offset + limit]
            return answer(_nested(rows, aggregation) if request.app.state.nested_groups else rows)
        documents = _sorted(found, order)
    except BadQuery as error:
        raise Failure(400, str(error)) from None
    return _shapes(request, collection, documents[offset : offset + limit])


def made(request: Request, content: Content, key: str | None = None) -> Document:
    """Give a new document of the caller's."""
    now, user = store_of(request).clock(), caller(request)
    return Document(key or str(uuid4()), user.id, now, now, user.id, content)


def changed(request: Request, document: Document, content: Content) -> Document:
    """Give a document with the content that the caller wants."""
    return replace(document, content=content, updated=store_of(request).clock(), updated_by=caller(request).id)


def removed(request: Request, collection: Collection, ids: list[str]) -> None:
    """Delete documents; the dataset then needs to be replaced as a whole (`fullReplaceRequired`: assumed)."""
    store = store_of(request)
    store.documents.remove(collection.id, ids, store.clock())
    store.put(collection.model_copy(update={"full_replace_required": True}))


def _written(request: Request, collection: Collection, document: Document) -> Response:
    store = store_of(request)
    store.documents.put(collection.id, [document], store.clock())
    return answer(_shape(request, collection, store.documents.of(collection.id)[document.id]))


def _sorted(found: list[Match], order: str) -> list[Document]:
    if not order:
        return [document for document, _ in found]
    by_id = {document.id: document for document, _ in found}
    return [by_id[str(fields["id"])] for fields in ordered([fields for _, fields in found], parse_order(order))]


def _page(request: Request) -> tuple[int, int]:
    limit = number(request, "limit", LARGEST_PAGE, most=LARGEST_PAGE)
    return limit, number(request, "offset", 0, most=LARGEST_OFFSET)


def _shape(request: Request, collection: Collection, document: Document) -> dict[str, object]:
    return (app_document if in_app(request) else product_document)(document, collection)


def _shapes(request: Request, collection: Collection, documents: Iterable[Document]) -> Response:
    return answer([_shape(request, collection, document) for document in documents])


def _nested(rows: list[dict[str, object]], aggregation: Aggregation) -> list[dict[str, object]]:
    """Put the group fields under `_id`, as newer documents of Domo print them (doc-hub, App-DB.mdx)."""
    names = [name.rpartition(".")[2] for name in aggregation.group_by]
    return [
        {"_id": {name: row.get(name) for name in names}, **{k: v for k, v in row.items() if k not in names}}
        for row in rows
    ]
