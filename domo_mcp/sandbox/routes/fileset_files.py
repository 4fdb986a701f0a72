"""The files of FileSets: listed, read, uploaded, deleted. FileSet API; App Framework APIs, FileSet API.

That an upload replaces the file that is at its path, that directories are made by uploads, listed, and deleted with all
that is in them, is from domo-developer-portal, Product-APIs/Filesets.yaml.
"""

from __future__ import annotations

import mimetypes
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import to_json
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.filesets.definitions import FileSet, StoredFile
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, number, parsed
from domo_mcp.sandbox.routes.appdb_access import in_app
from domo_mcp.sandbox.routes.fileset_access import attended, clean, file_of, files_of, fileset_of, permission
from domo_mcp.sandbox.routes.fileset_search import Criteria, Fields, chosen
from domo_mcp.sandbox.routes.fileset_shapes import app_listed
from domo_mcp.sandbox.routes.fileset_shapes import file as shape_of
from domo_mcp.sandbox.store import Store

LARGEST_FILE = 50 * 1024 * 1024  # assumed
LARGEST_PAGE = 1_000  # assumed
_FIELDS: Fields[StoredFile] = {
    "id": lambda each: str(each.id),
    "path": lambda each: each.path,
    "name": lambda each: each.name,
    "contentType": lambda each: each.content_type,
    "size": lambda each: each.size,
    "hash": lambda each: each.hash,
    "created": lambda each: each.created,
    "createdBy": lambda each: each.created_by,
    "indexStatus": lambda each: each.index_status,
}


class _CreateFileRequest(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    directory_path: str | None = None


class _Token(BaseModel):
    id: str
    place: int = Field(ge=0)


@attended
async def search(request: Request) -> Response:
    """List files and directories: Search Files in FileSet. By path where no order is given (assumed).

    `pageContext.next` says where the page ended even if nothing follows; after that an empty page repeats it.
    """
    fileset, criteria = fileset_of(request), await parsed(request, Criteria)
    directory = clean(request.query_params.get("directoryPath", ""))
    immediate = flag(request, "immediateChildren")
    limit = number(request, "limit", 100, most=LARGEST_PAGE)
    there = [each for each in files_of(store_of(request), fileset) if within(each, directory, immediate=immediate)]
    found = chosen(there, criteria, _FIELDS)
    token = request.query_params.get("next")
    begin = _after(found, token) if token else 0
    page = found[begin : begin + limit]
    shapes = [app_listed(each) if in_app(request) else shape_of(each, in_app=False) for each in page]
    return answer({"files": shapes, "pageContext": {"next": _token(page[-1], begin + len(page)) if page else token}})


@attended
async def get(request: Request) -> Response:
    """Give what there is to know about a file or a directory: Get File by Id, Get File by Path."""
    shape = shape_of(file_of(request, fileset_of(request)), in_app=in_app(request))
    if "file" not in request.path_params and "downloadUrl" in shape:
        shape["downloadUrl"] = None  # as the documents print it
    return answer(shape)


@attended
async def download(request: Request) -> Response:
    """Give the bytes: Download File by Id. Filesets.yaml has a redirect first, the documents have none."""
    file = file_of(request, fileset_of(request))
    if file.is_directory:
        raise Failure(400, "A directory cannot be downloaded")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return Response(store_of(request).filesets.data(str(file.id)), 200, headers, file.content_type)


@attended
async def delete(request: Request) -> Response:
    """Delete a file, or a directory with all that is in it: Delete File by Id, Delete Files by Path."""
    fileset = fileset_of(request, "EDIT")
    file, store = file_of(request, fileset), store_of(request)
    gone = [each for each in files_of(store, fileset) if each.id == file.id or within(each, file.path)]
    removed(store, gone if file.is_directory else [file])
    _touch(request, fileset)
    return answer({"status": "success", "message": "File deleted successfully."})


@attended
async def upload(request: Request) -> Response:
    """Take a file, or make a directory where the form has none: Upload File. 201 and the rules are Filesets.yaml's.

    A file at the same path is replaced and keeps its id (assumed). 409 where a directory is there, or a file that
    someone else has put there unless the visitor owns the FileSet (assumed). 413 above `LARGEST_FILE`.
    """
    fileset = fileset_of(request, "EDIT")
    async with request.form(max_files=2, max_fields=8) as form:
        directory, uploaded = await _directory(form), form.get("file")
        if not isinstance(uploaded, UploadFile):
            return _directory_made(request, fileset, directory)
        data = await uploaded.read()
    if len(data) > LARGEST_FILE:
        raise Failure(413, f"File size exceeds {LARGEST_FILE} bytes")
    path = clean(f"{directory}/{_name(uploaded)}")
    file = _placed(request, fileset, path).model_copy(
        update={
            "content_type": _content_type(uploaded, path),
            "size": len(data),
            "hash": sha256(data).hexdigest(),
            "index_status": "PENDING" if fileset.ai_enabled else None,
            "index_reason": None,
        }
    )
    _kept(request, fileset, file, data)
    shape = app_listed(file) if in_app(request) else shape_of(file, in_app=False)
    return answer(shape, 200 if in_app(request) else 201)


def within(file: StoredFile, directory: str, *, immediate: bool = False) -> bool:
    """Whether something is in a directory, whose path is empty for the FileSet itself, at any depth or right there."""
    if immediate:
        return file.directory == directory
    return not directory or file.path.startswith(f"{directory}/")


def removed(store: Store, files: Iterable[StoredFile]) -> None:
    """Delete files with their bytes."""
    for file in files:
        store.remove(StoredFile, file.id)
        store.filesets.drop(str(file.id))


def reindexed(store: Store, fileset: FileSet) -> None:
    """Begin to make all files searchable, or forget that they were where AI has been switched off."""
    files = [each for each in files_of(store, fileset) if not each.is_directory]
    status = "PENDING" if fileset.ai_enabled else None
    store.put(*(each.model_copy(update={"index_status": status, "index_reason": None}) for each in files))
    for file in files:
        store.filesets.forget(str(file.id))
        if fileset.ai_enabled:
            store.index.begin(file)


async def _directory(form: FormData) -> str:
    """The directory that the JSON in `createFileRequest` names; that part may be a file, as browsers send blobs."""
    given = form.get("createFileRequest")
    text = await given.read() if isinstance(given, UploadFile) else given or "{}"
    try:
        return clean(TypeAdapter(_CreateFileRequest).validate_json(text).directory_path or "")
    except ValidationError:
        raise Failure(400, "Cannot deserialize createFileRequest") from None


def _name(uploaded: UploadFile) -> str:
    name = uploaded.filename or ""
    if not name or "/" in name or "\\" in name:
        raise Failure(400, "Invalid file name")
    return name


def _content_type(uploaded: UploadFile, path: str) -> str:
    given = uploaded.content_type or "application/octet-stream"
    if given != "application/octet-stream":
        return given
    return mimetypes.guess_type(path)[0] or given


def _placed(request: Request, fileset: FileSet, path: str) -> StoredFile:
    """The file at a path as it is, or a new one; Failure 409 where it cannot be put there."""
    store = store_of(request)
    there = {each.path: each for each in files_of(store, fileset)}
    above = [path[:place] for place, letter in enumerate(path) if letter == "/"]
    if any(each in there and not there[each].is_directory for each in above):
        raise Failure(409, f"A file is in the way of {path}")
    found = there.get(path)
    if found is None:
        store.put(*(_new(request, fileset, each) for each in above if each not in there))
        return _new(request, fileset, path)
    if found.is_directory:
        raise Failure(409, f"A directory exists at {path}")
    if permission(request, fileset) != "OWNER" and found.created_by != caller(request).id:
        raise Failure(409, f"File already exists at {path} and you may not overwrite it")
    return found


def _directory_made(request: Request, fileset: FileSet, path: str) -> Response:
    if not path:
        raise Failure(400, "Neither a file nor a directoryPath is given")
    there = {each.path: each for each in files_of(store_of(request), fileset)}
    if path in there and there[path].is_directory:
        return answer(shape_of(there[path], in_app=in_app(request)))
    made = _placed(request, fileset, path)
    if not made.is_directory:
        raise Failure(409, f"A file exists at {path}")
    store_of(request).put(made)
    return answer(shape_of(made, in_app=in_app(request)), 200 if in_app(request) else 201)


def _new(request: Request, fileset: FileSet, path: str) -> StoredFile:
    now = milliseconds(store_of(request).clock())
    return StoredFile(
        id=str(uuid4()), fileset_id=str(fileset.id), path=path, created=now, created_by=caller(request).id
    )


def _kept(request: Request, fileset: FileSet, file: StoredFile, data: bytes) -> None:
    store = store_of(request)
    store.filesets.keep([(str(file.id), data)])
    store.put(file)
    _touch(request, fileset)
    if fileset.ai_enabled:
        store.index.begin(file)


def _touch(request: Request, fileset: FileSet) -> None:
    store = store_of(request)
    about = {"updated": milliseconds(store.clock()), "updated_by": caller(request).id}
    store.put(fileset.model_copy(update=about))


def _token(last: StoredFile, place: int) -> str:
    """The token of the sample is base64 of JSON; what is in it is assumed."""
    return urlsafe_b64encode(to_json({"id": last.id, "place": place})).decode()


def _after(files: Sequence[StoredFile], token: str) -> int:
    """Where the page after a token begins: behind its file, or where that was; Failure 400 for no token of ours."""
    try:
        given = TypeAdapter(_Token).validate_json(b64decode(token.encode(), altchars=b"-_", validate=True))
    except ValueError:
        raise Failure(400, "Invalid next token") from None
    places = {each.id: place for place, each in enumerate(files, start=1)}
    return places.get(given.id, given.place)
