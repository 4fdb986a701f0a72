"""Rows uploaded into datasets in three stages: Datasets API, Upload CSV."""

from __future__ import annotations

import anyio
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.routes.access import permitted, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.uploads.sessions import Action, RowUpload, commit, opened

_LARGEST_PART = 64 * 1024 * 1024
_MOST_PARTS = 10_000


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Beginning(_Body):
    action: Action | None = None
    append_id: str | int | None = None
    message: str | None = None


class _Commit(_Body):
    action: Action
    index: bool
    restate_data_tag: str | None = None


async def begin(request: Request) -> Response:
    """Give an upload id: Stage 1. Only who may edit the dataset gets one (assumed); what the body says is checked."""
    dataset = permitted(request, "WRITE")
    await parsed(request, _Beginning)
    upload = opened(store_of(request), dataset, request.query_params.get("restateDataTag") or None)
    return answer({"dataSourceId": dataset.id, "uploadId": upload.number, "requestedAsOf": upload.opened})


async def put_part(request: Request) -> Response:
    """Keep one part: Stage 2. A number that is there already is replaced (assumed); what is in it shows at the commit.

    The answer is assumed.
    """
    upload = _open(request)
    part = request.path_params["part"]
    if not 1 <= part <= _MOST_PARTS:
        raise Failure(400, "Invalid part id")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "text/csv":
        raise Failure(415)
    body = await request.body()
    if len(body) > _LARGEST_PART:
        raise Failure(413)
    store_of(request).parts.put(upload.dataset_id, upload.number, part, body)
    return answer({"dataSourceId": upload.dataset_id, "uploadId": upload.number, "partId": part})


async def finish(request: Request) -> Response:
    """Make the upload a version: Stage 3. A part that is no CSV of the dataset's columns fails the whole (assumed).

    Fields of the answer are assumed.
    """
    upload, wanted, store = _open(request), await parsed(request, _Commit), store_of(request)
    if (wanted.restate_data_tag or None) != upload.partition:
        raise Failure(400, "restateDataTag does not match the upload")
    dataset = permitted(request, "WRITE")
    try:
        version = await anyio.to_thread.run_sync(
            lambda: commit(store, dataset, upload, wanted.action, index=wanted.index)
        )
    except ValueError:
        raise Failure(400, "Data import failed") from None
    return answer(
        {"dataSourceId": dataset.id, "uploadId": upload.number, "dataVersionId": version.id, "rowCount": version.rows}
    )


def _open(request: Request) -> RowUpload:
    dataset = permitted(request, "WRITE")
    upload = store_of(request).get(RowUpload, f"{dataset.id}/{request.path_params['upload']}")
    if upload is None:
        raise Failure(404)
    if upload.action is not None:
        raise Failure(400, "The upload is committed already")
    return upload


_UPLOADS = "/api/data/v3/datasources/{id}/uploads"
routes = [
    Route(_UPLOADS, begin, methods=["POST"]),
    Route(f"{_UPLOADS}/", begin, methods=["POST"]),
    Route(f"{_UPLOADS}/{{upload:int}}/parts/{{part:int}}", put_part, methods=["PUT"]),
    Route(f"{_UPLOADS}/{{upload:int}}/commit", finish, methods=["PUT"]),
]
