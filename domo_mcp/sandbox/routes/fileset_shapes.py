"""FileSets and files in the shapes of each surface's answers. Pure.

Product: FileSet API; where its samples differ the longer one is given, with the microseconds it prints. App: App
Framework APIs, FileSet API, whose samples are shorter and have milliseconds. DIRECTORY is a `fileType` of
domo-developer-portal, Product-APIs/Filesets.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domo_mcp.sandbox.appdb.definitions import EPOCH
from domo_mcp.sandbox.company.plan import CUSTOMER
from domo_mcp.sandbox.filesets.definitions import FileSet, Permission, StoredFile
from domo_mcp.sandbox.filesets.index import Match

Shape = dict[str, object]


def app_fileset(fileset: FileSet) -> Shape:
    """Give a FileSet as an app gets it."""
    return {
        "id": fileset.id,
        "name": fileset.name,
        "description": fileset.description,
        "created": _app_time(fileset.created),
        "createdBy": fileset.created_by,
    }


def product_fileset(fileset: FileSet, files: Sequence[StoredFile], permission: Permission | None) -> Shape:
    """Give a FileSet as the product surface does: Search FileSets, second answer."""
    context = {"connector": fileset.connector, "relativePath": fileset.relative_path}
    return {
        "id": fileset.id,
        "name": fileset.name,
        "description": fileset.description,
        "aiEnabled": fileset.ai_enabled,
        "indexStatus": None,
        "batchType": "INCREMENTAL",
        "connector": fileset.connector,
        "created": _product_time(fileset.created),
        "createdBy": fileset.created_by,
        "updated": _product_time(fileset.updated),
        "updatedBy": fileset.updated_by,
        "owner": str(fileset.owner_id),
        "accountId": fileset.account_id,
        "connectorContext": None if fileset.connector == "DOMO" else context,
        "permission": permission,
        "size": sum(file.size for file in files),
        "fileCount": sum(not file.is_directory for file in files),
    }


def file(of: StoredFile, *, in_app: bool) -> Shape:
    """Give all about a file or a directory: Get File by Id."""
    time = _app_time if in_app else _product_time
    if of.is_directory:
        return _head(of) | {"size": None, "created": time(of.created), "createdBy": of.created_by}
    return _head(of) | {
        "contentType": of.content_type,
        "size": of.size,
        "hash": of.hash,
        "hashAlgorithm": "SHA_256_HEX",
        "downloadUrl": _download(of, in_app=in_app),
        "created": time(of.created),
        "createdBy": of.created_by,
        "connectorKey": None,
        "indexStatus": of.index_status,
        "indexReason": of.index_reason,
    }


def app_listed(of: StoredFile) -> Shape:
    """Give a file as an app's lists, queries and uploads have it."""
    shape = _head(of) | ({} if of.is_directory else {"contentType": of.content_type})
    return shape | {
        "size": None if of.is_directory else of.size,
        "created": _app_time(of.created),
        "createdBy": of.created_by,
    }


def match(found: Match, of: StoredFile) -> Shape:
    """Give an answer to a query: Query Files, Response. Where the passage stands, `content`, is assumed."""
    node = _head(of) | {
        "contentType": of.content_type,
        "size": of.size,
        "created": of.created,
        "type": "TEXT",
        "content": found.text,
    }
    return {"id": of.id, "node": node, "score": round(found.score, 6)}


def _head(of: StoredFile) -> Shape:
    return {"id": of.id, "path": of.path, "name": of.name, "fileType": _file_type(of)}


def _file_type(of: StoredFile) -> str:
    """The samples have TEXT for text/plain and FILE for a PDF; other texts are taken to be TEXT too."""
    if of.content_type is None:
        return "DIRECTORY"
    return "TEXT" if of.content_type.startswith("text/") else "FILE"


def _download(of: StoredFile, *, in_app: bool) -> str:
    path = f"files/v1/filesets/{of.fileset_id}/files/{of.id}/download"
    return f"/domo/{path}" if in_app else f"https://{CUSTOMER}.domo.com/api/{path}"


def _moment(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def _app_time(milliseconds: int) -> str:
    return _moment(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _product_time(milliseconds: int) -> str:
    return _moment(milliseconds).isoformat(timespec="microseconds").replace("+00:00", "Z")
