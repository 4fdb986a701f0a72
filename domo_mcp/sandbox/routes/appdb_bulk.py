"""Many documents at once: App Framework APIs, AppDB API, Bulk Operations and Partially Update Documents."""

from __future__ import annotations

from uuid import uuid4

from pydantic import BaseModel, Json
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import Collection, Content
from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.mongo import BadQuery, updater
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.appdb_access import acting_on, allow, collection_of, matching
from domo_mcp.sandbox.routes.appdb_documents import Body, changed, made, removed

LONGEST_URL = 8_000


class _Upsert(Body):
    id: str | None = None


class _Update(BaseModel):
    """The document's specification prints JSON text, its example an object: both are taken."""

    query: Content | Json[Content]
    operation: Content | Json[Content]


async def update(request: Request) -> Response:
    """Change what matches a query: Partially Update Documents. The number is of the documents that match (assumed).

    Only the content may be changed, and the query may not be empty: both 400, assumed from "must reference a document,
    or reference a property in a document".
    """
    collection, wanted = collection_of(request, "update_content"), await parsed(request, _Update)
    if not wanted.query:
        raise Failure(400, "The query must reference a document or a property in a document")
    found = matching(request, collection, wanted.query, "UPDATE")
    try:
        apply = updater(wanted.operation, now=store_of(request).clock)
        after = [(document, before, apply(before)) for document, before in found]
    except BadQuery as error:
        raise Failure(400, str(error)) from None
    _put(request, collection, [changed(request, each, _content(before, now)) for each, before, now in after])
    return answer(len(after))


async def create(request: Request) -> Response:
    """Make documents: Create Documents in Bulk."""
    collection, bodies = collection_of(request, "create_content"), await parsed(request, list[Body])
    _put(request, collection, [made(request, body.content) for body in bodies])
    return answer({"Created": len(bodies)})


async def upsert(request: Request) -> Response:
    """Replace the contents of known ids and make the rest: Upsert Documents in Bulk.

    An unknown id is kept or not by `app.state.keeps_ids` (not known of Domo). One that a filter rule hides is neither
    replaced nor made, and of an id that is given twice the last content counts (assumed).
    """
    collection, given = collection_of(request), await parsed(request, list[_Upsert])
    known = store_of(request).documents.of(collection.id)
    contents = {body.id if body.id is not None else str(uuid4()): body.content for body in given}
    old, new = [key for key in contents if key in known], [key for key in contents if key not in known]
    if old:
        allow(request, collection, "update_content")
    if new:
        allow(request, collection, "create_content")
    allowed = acting_on(request, collection, [known[key] for key in old], "UPDATE")
    named = {body.id for body in given} if request.app.state.keeps_ids else set()
    _put(
        request,
        collection,
        [
            *(changed(request, document, contents[document.id]) for document in allowed),
            *(made(request, contents[key], key if key in named else None) for key in new),
        ],
    )
    return answer({"Updated": len(allowed), "Created": len(new)})


async def delete(request: Request) -> Response:
    """Delete documents by id: Delete Documents in Bulk. A URL longer than 8,000 characters is 414 (bound assumed)."""
    if len(str(request.url)) > LONGEST_URL:
        raise Failure(414)
    collection = collection_of(request, "delete_content")
    known = store_of(request).documents.of(collection.id)
    ids = dict.fromkeys(key.strip() for key in request.query_params.get("ids", "").split(","))
    allowed = acting_on(request, collection, [known[key] for key in ids if key in known], "DELETE")
    if allowed:
        removed(request, collection, [document.id for document in allowed])
    return answer({"Deleted": len(allowed)})


def _put(request: Request, collection: Collection, documents: list[Document]) -> None:
    store = store_of(request)
    if documents:
        store.documents.put(collection.id, documents, store.clock())


def _content(before: dict[str, object], after: dict[str, object]) -> Content:
    content = after.pop("content", None)
    own = {name: value for name, value in before.items() if name != "content"}
    if after != own or not isinstance(content, dict):
        raise Failure(400, "Only the content of a document can be updated")
    return content
