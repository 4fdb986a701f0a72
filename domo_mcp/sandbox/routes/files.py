"""Domo's files on both surfaces: found, read, permitted, deleted; uploads are in `file_uploads`.

App Framework APIs, Files API. On the product surface the same below `/api/data/v1/data-files`
(domo-developer-portal, Product-APIs/Files.md; community Domo Product APIs collection).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from domo_mcp.sandbox.files.definitions import DataFile, EntityType, Grant
from domo_mcp.sandbox.files.shelf import delete as remove
from domo_mcp.sandbox.routes import file_uploads as uploads
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, parsed
from domo_mcp.sandbox.routes.file_access import access_shape, file_of, file_shape, held, in_app, revision_of


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Entry(_Shape):
    entity_type: EntityType
    entity_id: Annotated[str, Field(pattern=r"^\d+$", coerce_numbers_to_str=True)]
    grant: Annotated[str, Field(pattern=r"^(NONE|(READ|WRITE|DELETE|SHARE|ADMIN)(_(READ|WRITE|DELETE|SHARE|ADMIN))*)$")]
    passing: Annotated[str, Field(alias="pass")] = "NONE"


class _Access(_Shape):
    public_access: bool
    entries: tuple[_Entry, ...]


async def listing(request: Request) -> Response:
    """List the files that the user may read, all at once: Get all files metadata.

    `ids` and `limitToOwned` choose in an app, `dataFileIds` and `userId` (whose files) on the product surface.
    """
    store, user, asked = store_of(request), caller(request), request.query_params
    files = [each for each in store.all(DataFile) if "READ" in held(store, user, each)]
    if ids := _ids(asked.get("ids" if in_app(request) else "dataFileIds", "")):
        files = [each for each in files if each.id in ids]
    owner = str(user.id) if flag(request, "limitToOwned") else None
    if owner := owner if in_app(request) else asked.get("userId"):
        files = [each for each in files if str(each.owner_id) == owner]
    return answer([file_shape(each, asked.get("expand", ""), iso=False) for each in files])


async def details(request: Request) -> Response:
    """Tell about one file: Get file metadata by ID. An app gets times as text, as its document prints them."""
    file = file_of(request, "READ")
    return answer(file_shape(file, request.query_params.get("expand", ""), iso=in_app(request)))


async def download(request: Request) -> Response:
    """Give the bytes of the current revision, or of the one that the path names: Download a file."""
    file = file_of(request, "READ")
    revision = revision_of(request, file)
    headers = {
        "content-length": str(revision.size),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
    }
    pieces = store_of(request).contents.pieces(revision.key)
    return StreamingResponse(pieces, headers=headers, media_type=revision.content_type)


async def delete(request: Request) -> Response:
    """Delete a revision for good; the one before it is current then: Delete a file."""
    file = file_of(request, "DELETE")
    remove(store_of(request), file, revision_of(request, file))
    return Response(status_code=200)


async def permissions(request: Request) -> Response:
    """Tell who may do what with a file: Get file permissions."""
    return answer(access_shape(file_of(request, "READ")))


async def permit(request: Request) -> Response:
    """Replace all permissions of a file: Update file permissions. It takes the grant SHARE (assumed)."""
    file, wanted = file_of(request, "SHARE"), await parsed(request, _Access)
    grants = tuple(Grant(**each.model_dump()) for each in wanted.entries)
    store_of(request).put(file.model_copy(update={"public": wanted.public_access, "grants": grants}))
    return Response(status_code=200)


def _ids(given: str) -> set[int]:
    """Give the ids of a list with commas; Failure 400 for what is none."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if not all(part.isdigit() for part in parts):
        raise Failure(400, f"File ids must be numbers. actual={given[:40]}")
    return {int(part) for part in parts}


_Handler = Callable[[Request], Awaitable[Response]]

_FILE, _REVISION = "/{file:int}", "/{file:int}/revisions/{revision:int}"
_PATHS: tuple[tuple[str, str, _Handler], ...] = (
    ("POST", "", uploads.upload),
    ("GET", "/details", listing),
    ("POST", "/multipart", uploads.open_session),
    ("PUT", "/multipart/{session}/part/{index:int}", uploads.part),
    ("POST", "/multipart/{session}/commit", uploads.commit),
    ("POST", "/multipart/{session}/abort", uploads.abort),
    ("GET", _FILE, download),
    ("PUT", _FILE, uploads.revise),
    ("GET", f"{_FILE}/details", details),
    ("GET", f"{_FILE}/permissions", permissions),
    ("PUT", f"{_FILE}/permissions", permit),
    ("POST", f"{_FILE}/multipart", uploads.open_revision),
    ("GET", _REVISION, download),
    ("DELETE", _REVISION, delete),
)

routes = [
    Route(f"{prefix}{path}{end}", handler, methods=[method])
    for prefix in ("/api/data/v1/data-files", "/domo/data-files/v1")
    for method, path, handler in _PATHS
    for end in ("", "/")  # the document prints both
]
