"""Domo's search across kinds of things, for packages of Code Engine: as public clients send it; the answer likewise."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.codeengine.definitions import Package
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed


class _Filter(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    field: str
    filter_type: str
    value: str


class _Search(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    query: str = "**"
    entity_list: list[list[str]]
    count: int = Field(default=50, ge=0, le=500)
    offset: int = Field(default=0, ge=0)
    filters: list[_Filter] = []
    hide_search_objects: bool = False


async def found(request: Request) -> Response:
    """Search packages that the user has some permission on; of other entities nothing is found (assumed).

    A filter is `owned_by_id` with `{id}:USER`; any other is Failure 400 (assumed).
    """
    asked = await parsed(request, _Search)
    hits = _packages(request, asked) if ["package"] in asked.entity_list else []
    page = [_hit(each) for each in hits[asked.offset : asked.offset + asked.count]]
    content: dict[str, object] = {
        "searchResultsMap": {"package": page} if page else {},
        "totalResultCount": len(hits),
        "hasMore": asked.offset + len(page) < len(hits),
    }
    return answer(content if asked.hide_search_objects else content | {"searchObjects": page})


def _packages(request: Request, asked: _Search) -> list[Package]:
    if any((each.field, each.filter_type) != ("owned_by_id", "term") for each in asked.filters):
        raise Failure(400, "Unknown filter")
    owners = {each.value for each in asked.filters}
    visible = [each for each in store_of(request).all(Package) if each.permission(caller(request))]
    pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", asked.query))
    return [
        each
        for each in visible
        if (not owners or f"{each.owner_id}:USER" in owners) and re.fullmatch(pattern, each.name, re.IGNORECASE)
    ]


def _hit(package: Package) -> dict[str, object]:
    return {
        "entityType": "package",
        "uuid": package.id,
        "title": package.name,
        "description": package.description,
        "ownedById": package.owner_id,
        "lastModified": package.updated,
    }


routes = [Route("/api/search/v1/query", found, methods=["POST"])]
