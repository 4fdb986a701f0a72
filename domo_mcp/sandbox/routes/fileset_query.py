"""Questions to a FileSet: FileSet API, Query Files."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.filesets.index import Match
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.appdb_access import in_app
from domo_mcp.sandbox.routes.fileset_access import attended, clean, files_of, fileset_of
from domo_mcp.sandbox.routes.fileset_files import within
from domo_mcp.sandbox.routes.fileset_shapes import app_listed, match

MOST = 100  # assumed


class _Query(BaseModel):
    """`topK` is 1 where it is not given: domo-developer-portal, Product-APIs/Filesets.yaml."""

    model_config = ConfigDict(alias_generator=to_camel)

    query: str = Field(min_length=1, max_length=10_000)
    directory_path: str | None = None
    top_k: int | None = Field(default=None, ge=1, le=MOST)


@attended
async def query(request: Request) -> Response:
    """Give the passages that answer best, several of one file where they do; to an app the files, each once.

    A FileSet without AI is refused (status and message assumed). Files that are still indexed are not found yet.
    """
    fileset, wanted, store = fileset_of(request), await parsed(request, _Query), store_of(request)
    if not fileset.ai_enabled:
        raise Failure(400, f"AI is not enabled for FileSet {fileset.id}")
    if not wanted.query.strip():
        raise Failure(400, "The query is empty")
    directory, top = clean(wanted.directory_path or ""), wanted.top_k or 1
    files = {
        str(each.id): each for each in files_of(store, fileset) if within(each, directory) and not each.is_directory
    }
    found = await store.index.ask(list(files.values()), wanted.query, MOST if in_app(request) else top)
    if in_app(request):
        return answer([app_listed(files[key]) for key in _distinct(found)[:top]])
    return answer({"matches": [match(each, files[each.file_id]) for each in found]})


def _distinct(found: list[Match]) -> list[str]:
    return list(dict.fromkeys(each.file_id for each in found))
