"""Which FileSet or file a request is about, and what whoever asks may do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domo_mcp.sandbox.filesets.definitions import FileSet, Permission, StoredFile
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure
from domo_mcp.sandbox.routes.appdb_access import visitor
from domo_mcp.sandbox.store import Store

Handler = Callable[[Request], Awaitable[Response]]
_RANKS: tuple[Permission, ...] = ("READ", "EDIT", "OWNER")


def attended(handler: Handler) -> Handler:
    """Give a handler that first writes down which files have become searchable, and that says 403 in plain text.

    Plain text: domo-developer-portal, Product-APIs/Filesets.yaml declares that body a string; its words are assumed.
    """

    @wraps(handler)
    async def attend(request: Request) -> Response:
        settle(store_of(request))
        try:
            return await handler(request)
        except Failure as failure:
            if failure.status != 403:
                raise
            return PlainTextResponse(failure.message or "Forbidden", 403)

    return attend


def settle(store: Store) -> None:
    """Write down what became of the files that were made searchable; those that were overwritten since begin again."""
    for file, made in store.index.settled():
        now = store.get(StoredFile, file.id)
        if now is not None and now.hash == file.hash and now.index_status == "PENDING":
            store.index.write(file, made)
            store.put(now.model_copy(update={"index_status": made.status, "index_reason": made.reason}))


def permission(request: Request, fileset: FileSet) -> Permission | None:
    """Give the most that the visitor may do with a FileSet; an administrator may do everything."""
    who = visitor(request)
    if who.manages or fileset.owner_id == who.user_id:
        return "OWNER"
    entities = {("USER", who.user_id), *(("GROUP", group) for group in who.groups)}
    held = [grant.permission for grant in fileset.grants if (grant.entity, grant.entity_id) in entities]
    return max(held, key=_RANKS.index, default=None)


def visible(request: Request) -> list[FileSet]:
    """Give the FileSets that the visitor may read."""
    return [each for each in store_of(request).all(FileSet) if permission(request, each)]


def fileset_of(request: Request, needed: Permission = "READ") -> FileSet:
    """Give the FileSet of the path; Failure 404 when there is none, 403 without the permission."""
    fileset = store_of(request).get(FileSet, request.path_params["fileset"])
    if fileset is None:
        raise Failure(404)
    held = permission(request, fileset)
    if held is None or _RANKS.index(held) < _RANKS.index(needed):
        raise Failure(403, f"{needed} permission is missing on FileSet {fileset.id}")
    return fileset


def files_of(store: Store, fileset: FileSet) -> list[StoredFile]:
    """Give the files and directories of a FileSet, by path."""
    return sorted((each for each in store.all(StoredFile) if each.fileset_id == fileset.id), key=lambda each: each.path)


def file_of(request: Request, fileset: FileSet) -> StoredFile:
    """Give the file or directory that the request names by id, or by `path`; Failure 404 when there is none."""
    store = store_of(request)
    if "file" in request.path_params:
        file = store.get(StoredFile, request.path_params["file"])
        found = file if file and file.fileset_id == fileset.id else None
    else:
        path = clean(request.query_params.get("path", ""))
        found = next((each for each in files_of(store, fileset) if each.path == path), None)
    if found is None:
        raise Failure(404)
    return found


def clean(path: str) -> str:
    """Give a path without slashes at its ends; Failure 400 for one that leaves the FileSet or has empty parts."""
    path = path.strip("/")
    parts = path.split("/") if path else []
    bad = any(part in {"", ".", ".."} or not part.isprintable() or "\\" in part or len(part) > 255 for part in parts)
    if bad or len(path) > 1024:
        raise Failure(400, "Invalid path")
    return path
