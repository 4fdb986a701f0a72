"""Uploads of files and of their revisions: whole, or in parts.

App Framework APIs, Files API and Multi-part Files API; on the product surface a whole file is the raw body
(domo-developer-portal, Product-APIs/Files.md), and parts go as in an app (assumed).
"""

from __future__ import annotations

import hashlib
from typing import Annotated
from uuid import uuid4

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.files.definitions import DataFile, Revision, UploadSession
from domo_mcp.sandbox.files.shelf import add
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, parsed
from domo_mcp.sandbox.routes.file_access import file_of, in_app

MOST_PARTS = 10_000
_UNTYPED = "application/octet-stream"


class _Wanted(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")
    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    content_type: Annotated[str, Field(min_length=1)]


async def upload(request: Request) -> Response:
    """Make a file of a request: Upload a file. `public` is true on the product surface unless it says false."""
    name = request.query_params.get("name", "")
    if not name.strip():
        raise Failure(400, "Required request parameter 'name' is not present")
    public = flag(request, "public", default=not in_app(request))
    description = request.query_params.get("description", "")
    file, _ = await _taken(request, name, description, public=public)
    return answer({"dataFileId": file.id})


async def revise(request: Request) -> Response:
    """Make a revision of a request: Upload a file revision."""
    file = file_of(request, "WRITE")
    _, revision = await _taken(request, file.name, file.description, public=file.public, file_id=file.id)
    return answer({"revisionId": revision.id})


async def open_session(request: Request) -> Response:
    """Begin a file in parts: Creating a Multi-part Upload Session. It is as public as by default (assumed)."""
    return _opened(request, await parsed(request, _Wanted), None, public=not in_app(request))


async def open_revision(request: Request) -> Response:
    """Begin a revision in parts: Creating a Multi-part Upload Update Session."""
    file = file_of(request, "WRITE")
    return _opened(request, await parsed(request, _Wanted), file.id, public=file.public)


async def part(request: Request) -> Response:
    """Store one part, in place of one with the same index: Uploading File Parts."""
    session, index = _session(request), request.path_params["index"]
    if not 1 <= index <= MOST_PARTS:
        raise Failure(400, f"Part index must be between 1 and {MOST_PARTS}. actual={index}")
    data = await request.body()
    promised = request.query_params.get("checksum", "")
    if promised and promised.lower() != hashlib.sha256(data).hexdigest():
        raise Failure(400, f"Checksum of part {index} does not match")
    store_of(request).contents.put(session.id, data, index)
    return answer({"sessionId": session.id})


async def commit(request: Request) -> Response:
    """Make the file of its parts: Completing a Multi-part Upload. Parts have to be there without a gap (assumed)."""
    store, session = store_of(request), _session(request)
    numbers = store.contents.numbers(session.id)
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise Failure(400, "Parts are missing")
    store.remove(UploadSession, session.id)
    measured = await anyio.to_thread.run_sync(store.contents.measure, session.id)
    file, revision = add(store, session, measured, store.clock())
    return answer({"dataFileId": str(file.id), "revisionId": str(revision.id)})


async def abort(request: Request) -> Response:
    """Forget a session with its parts: Error Handling and Retry Mechanism."""
    store, session = store_of(request), _session(request)
    store.remove(UploadSession, session.id)
    store.contents.drop(session.id)
    return answer({"sessionId": session.id})


async def _taken(
    request: Request, name: str, description: str, *, public: bool, file_id: int | None = None
) -> tuple[DataFile, Revision]:
    data, content_type = await _body(request)
    session = _new(request, _Wanted.model_construct(name=name, description=description, content_type=content_type))
    session = session.model_copy(update={"file_id": file_id, "public": public})
    store = store_of(request)
    store.contents.put(session.id, data)
    return add(store, session, store.contents.measure(session.id), store.clock())


async def _body(request: Request) -> tuple[bytes, str]:
    """Give the bytes that are uploaded, with their type: of an app the form field `file`."""
    if not in_app(request):
        return await request.body(), request.headers.get("content-type", _UNTYPED)
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Failure(400, "Required request part 'file' is not present")
        return await file.read(), file.content_type or _UNTYPED


def _opened(request: Request, wanted: _Wanted, file_id: int | None, *, public: bool) -> Response:
    session = _new(request, wanted).model_copy(update={"file_id": file_id, "public": public})
    store_of(request).put(session)
    return answer({"sessionId": session.id})


def _new(request: Request, wanted: _Wanted) -> UploadSession:
    return UploadSession(
        id=str(uuid4()),
        file_id=None,
        name=wanted.name,
        description=wanted.description,
        content_type=wanted.content_type,
        user_id=caller(request).id,
        started=milliseconds(store_of(request).clock()),
        public=False,
    )


def _session(request: Request) -> UploadSession:
    """Give the session of the path; Failure 404 when there is none, also where it has ended or is another user's."""
    session = store_of(request).get(UploadSession, request.path_params["session"])
    if session is None or session.user_id != caller(request).id:
        raise Failure(404)
    return session
