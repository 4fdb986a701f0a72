"""FileSets, on both surfaces: FileSet API (product), and App Framework APIs, FileSet API."""

from __future__ import annotations

from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.filesets.definitions import FileSet
from domo_mcp.sandbox.routes import fileset_files, fileset_query
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, number, parsed
from domo_mcp.sandbox.routes.appdb_access import in_app
from domo_mcp.sandbox.routes.fileset_access import attended, files_of, fileset_of, permission, visible
from domo_mcp.sandbox.routes.fileset_files import reindexed, removed
from domo_mcp.sandbox.routes.fileset_search import Criteria, Fields, chosen
from domo_mcp.sandbox.routes.fileset_shapes import Shape, app_fileset, product_fileset

LARGEST_PAGE = 1_000  # assumed
_LARGEST_OFFSET = 2**31 - 1

_FIELDS: Fields[FileSet] = {
    "id": lambda each: str(each.id),
    "name": lambda each: each.name,
    "description": lambda each: each.description,
    "owner": lambda each: str(each.owner_id),
    "created": lambda each: each.created,
    "createdBy": lambda each: each.created_by,
    "updated": lambda each: each.updated,
    "updatedBy": lambda each: each.updated_by,
    "connector": lambda each: each.connector,
    "aiEnabled": lambda each: str(each.ai_enabled).lower(),
}


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Context(_Body):
    connector: str
    relative_path: str | None = None


class _New(_Body):
    """`aiEnabled` and `connector` are those of Filesets.yaml; the documents have neither."""

    name: str = Field(min_length=1, max_length=500)
    description: str | None = None
    account_id: int | None = None
    connector_context: _Context | None = None
    connector: str | None = None
    ai_enabled: bool = False


class _Update(_Body):
    name: str | None = Field(default=None, min_length=1, max_length=500)
    description: str | None = None
    ai_enabled: bool | None = None


@attended
async def search(request: Request) -> Response:
    """List what the visitor may read: Search FileSets. The first made is first where no order is given (assumed)."""
    criteria = await parsed(request, Criteria)
    limit = number(request, "limit", 100, most=LARGEST_PAGE)
    offset = number(request, "offset", 0, most=_LARGEST_OFFSET)
    found = chosen(visible(request), criteria, _FIELDS)
    page: Shape = {"fileSets": [shaped(request, each) for each in found[offset : offset + limit]]}
    if not in_app(request):
        page["pageContext"] = {"offset": offset, "limit": limit, "total": len(found)}
    return answer(page)


@attended
async def create(request: Request) -> Response:
    """Make a FileSet: Create FileSet. Names need not be unique (assumed); 201 is from Filesets.yaml."""
    given, now, user = await parsed(request, _New), milliseconds(store_of(request).clock()), caller(request).id
    context = given.connector_context
    fileset = FileSet(
        id=str(uuid4()),
        name=given.name,
        description=given.description or "",
        owner_id=user,
        created=now,
        created_by=user,
        updated=now,
        updated_by=user,
        ai_enabled=given.ai_enabled,
        account_id=given.account_id or 0,
        connector=context.connector if context else given.connector or "DOMO",
        relative_path=context.relative_path if context else None,
    )
    store_of(request).put(fileset)
    return answer(shaped(request, fileset), 200 if in_app(request) else 201)


@attended
async def get(request: Request) -> Response:
    """Give a FileSet: Get FileSet by Id."""
    return answer(shaped(request, fileset_of(request)))


@attended
async def update(request: Request) -> Response:
    """Change what is given: Update FileSet by Id. From Filesets.yaml: `aiEnabled`, and that null changes nothing."""
    fileset, given, store = fileset_of(request, "EDIT"), await parsed(request, _Update), store_of(request)
    changes = given.model_dump(exclude_none=True)
    if not changes:
        raise Failure(400, "At least one of name and description must be provided")
    about = {"updated": milliseconds(store.clock()), "updated_by": caller(request).id}
    changed = fileset.model_copy(update=changes | about)
    store.put(changed)
    if changed.ai_enabled is not fileset.ai_enabled:
        reindexed(store, changed)
    return answer(shaped(request, changed))


@attended
async def delete(request: Request) -> Response:
    """Delete a FileSet with its files: Delete FileSet by Id. The documents print JSON where Filesets.yaml has 204."""
    fileset, store = fileset_of(request, "OWNER"), store_of(request)
    removed(store, files_of(store, fileset))
    store.remove(FileSet, fileset.id)
    return answer({"status": "success", "message": "FileSet deleted successfully."})


def shaped(request: Request, fileset: FileSet) -> Shape:
    """Give a FileSet in the surface's shape."""
    if in_app(request):
        return app_fileset(fileset)
    return product_fileset(fileset, files_of(store_of(request), fileset), permission(request, fileset))


_ONE, _FILES = "/{fileset}", "/{fileset}/files"
routes = [
    Route(f"{base}/files/v1/filesets{path}", handler, methods=[method])
    for base in ("/api", "/domo")
    for path, method, handler in (
        ("/search", "POST", search),
        ("", "POST", create),
        (_ONE, "GET", get),
        (_ONE, "POST", update),
        (_ONE, "DELETE", delete),
        (f"{_ONE}/query", "POST", fileset_query.query),
        (f"{_ONE}/path", "GET", fileset_files.get),
        (f"{_ONE}/path", "DELETE", fileset_files.delete),
        (f"{_FILES}/search", "POST", fileset_files.search),
        (_FILES, "POST", fileset_files.upload),
        (f"{_FILES}/{{file}}", "GET", fileset_files.get),
        (f"{_FILES}/{{file}}", "DELETE", fileset_files.delete),
        (f"{_FILES}/{{file}}/download", "GET", fileset_files.download),
    )
]
