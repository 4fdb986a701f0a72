"""Which file a request is about, what the caller may do with it, and the shapes in which files are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from starlette.requests import Request

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.files.definitions import FULL, DataFile, Revision
from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure
from domo_mcp.sandbox.store import Store

Needed = Literal["READ", "WRITE", "DELETE", "SHARE"]


def in_app(request: Request) -> bool:
    """Whether the request came in on the App-Framework surface."""
    return request.url.path.startswith("/domo/")


def held(store: Store, user: User, file: DataFile) -> set[str]:
    """Give what a user may do with a file; its owner and an administrator may do everything (assumed)."""
    if user.role == "Admin" or user.id == file.owner_id:
        return set(FULL.split("_"))
    groups = {str(group.id) for group in store.all(Group) if user.id in group.members}
    mine = {("USER", str(user.id)), *(("GROUP", key) for key in groups)}
    grants = [each.grant for each in file.grants if (each.entity_type, each.entity_id) in mine]
    return {word for grant in [*grants, *(["READ"] if file.public else [])] for word in grant.split("_")}


def file_of(request: Request, needed: Needed) -> DataFile:
    """Give the file of the path; Failure 404 when there is none, 403 when the user may not do that (both assumed)."""
    file = store_of(request).get(DataFile, request.path_params["file"])
    if file is None:
        raise Failure(404)
    if needed not in held(store_of(request), caller(request), file):
        raise Failure(403)
    return file


def revision_of(request: Request, file: DataFile) -> Revision:
    """Give the revision of the path, the current one where it names none; Failure 404 when there is none."""
    wanted = request.path_params.get("revision", file.current.id)
    found = next((each for each in file.revisions if each.id == wanted), None)
    if found is None:
        raise Failure(404)
    return found


def file_shape(file: DataFile, expand: str, *, iso: bool) -> dict[str, object]:
    """Give a file as Get all files metadata prints it; `iso` times are text, as in Get file metadata by ID.

    What `metadata` holds is not documented: the description (assumed).
    """
    wanted = {part.strip() for part in expand.split(",")}
    shape: dict[str, object] = {
        "dataFileId": file.id,
        "name": file.name,
        "responsibleUserId": file.owner_id,
        "currentRevision": _revision_shape(file, file.current, iso=iso),
        "datetimeCreated": _moment(file.created, iso=iso),
        "revisions": [_revision_shape(file, each, iso=iso) for each in file.revisions] if "revisions" in wanted else [],
        "existing": False,
    }
    return shape | ({"metadata": {"description": file.description}} if "metadata" in wanted else {})


def access_shape(file: DataFile) -> dict[str, object]:
    """Give who may do what: Get file permissions."""
    entries = [
        {"entityType": each.entity_type, "entityId": each.entity_id, "grant": each.grant, "pass": each.passing}
        for each in file.grants
    ]
    return {"publicAccess": file.public, "entries": entries}


def _revision_shape(file: DataFile, revision: Revision, *, iso: bool) -> dict[str, object]:
    return {
        "dataFileRevisionId": revision.id,
        "dataFileId": file.id,
        "contentType": revision.content_type,
        "uploadUserId": revision.uploaded_by,
        "sizeBytes": revision.size,
        "uploadTimeMillis": revision.took,
        "md5Hash": revision.md5,
        "datetimeUploaded": _moment(revision.uploaded, iso=iso),
        "scanState": revision.scan,
        "sha256HashValue": revision.sha256,
    }


def _moment(milliseconds: int, *, iso: bool) -> int | str:
    """Give a time as the documents print it: 1731611168000, or 2019-03-04T21:41:01.000+0000."""
    if not iso:
        return milliseconds
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}+0000"
