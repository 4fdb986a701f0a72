"""Groups and avatars, on both surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox import avatars
from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, number

_SIZES = {"100": 100, "300": 300}
_FOREGROUND, _BACKGROUND = "fff", "4e8cba"


async def grouplist(request: Request) -> Response:
    """List groups by page: community Domo Product APIs collection; it has names of its own for id and type.

    `search` is part of the name in any case, `members` and `owner` are ids of users, `sort` is name only.
    """
    listed = _sorted(request, store_of(request).all(Group))
    offset, limit = number(request, "offset", 0), number(request, "limit", 100)
    return answer([_listed(request, group) for group in listed[offset : offset + limit]])


async def group(request: Request) -> Response:
    """Give one group with its members: domo-developer-portal, Groups."""
    found = _found(request)
    return answer(
        {
            "id": found.id,
            "name": found.name,
            "type": found.type,
            "userIds": found.members,
            "creatorId": found.creator_id,
            "memberCount": len(found.members),
            "guid": f"5a1e0000-0000-4000-8006-{found.id:012d}",
            "description": found.description,
            "hidden": False,
            "default": found.default,
            "active": True,
        }
    )


async def app_groups(request: Request) -> Response:
    """List all groups: App Framework APIs, Groups API, All Groups. A list leaves members out, as printed there."""
    return answer([_app_group(group, members=False) for group in store_of(request).all(Group)])


async def app_group(request: Request) -> Response:
    """Give one group: App Framework APIs, Groups API, Group by Id."""
    return answer(_app_group(_found(request), members=True))


async def app_group_named(request: Request) -> Response:
    """Give the group of exactly that name: App Framework APIs, Groups API, Group by Name."""
    name = request.query_params.get("groupName", "")
    found = next((each for each in store_of(request).all(Group) if each.name == name), None)
    if found is None:
        raise Failure(404)
    return answer(_app_group(found, members=True))


async def app_groups_of(request: Request) -> Response:
    """List the groups of a user: App Framework APIs, Groups API, Groups by User; of an unknown user none (assumed)."""
    member = request.path_params["id"]
    return answer([_app_group(each, members=False) for each in store_of(request).all(Group) if member in each.members])


async def avatar(request: Request) -> Response:
    """Draw a user or a group: App Framework APIs, User API, User Avatar; nobody has a picture of their own.

    Without a text it has the initials. Another size, kind or colour is Failure 400 (assumed).
    """
    kind, key = request.path_params["type"].upper(), request.path_params["id"]
    found = store_of(request).get(User if kind == "USER" else Group, key)
    size = _SIZES.get(request.query_params.get("size", "100"))
    if size is None or kind not in {"USER", "GROUP"}:
        raise Failure(400)
    if not isinstance(found, User | Group):
        raise Failure(404)
    text = request.query_params.get("defaultText") or "".join(word[0] for word in found.name.split())
    foreground = _colour(request, "defaultForeground", _FOREGROUND)
    picture = avatars.drawn(text, size, foreground, _colour(request, "defaultBackground", _BACKGROUND))
    return Response(picture, media_type="image/png")


def _colour(request: Request, name: str, usual: str) -> avatars.Colour:
    try:
        return avatars.colour(request.query_params.get(name) or usual)
    except ValueError:
        raise Failure(400, f"'{name}' is not a colour") from None


def _found(request: Request) -> Group:
    found = store_of(request).get(Group, request.path_params["id"])
    if found is None:
        raise Failure(404)
    return found


def _sorted(request: Request, groups: Sequence[Group]) -> list[Group]:
    asked = request.query_params
    part, member, owner = asked.get("search", "").lower(), asked.get("members"), asked.get("owner")
    found = [
        each
        for each in groups
        if part in each.name.lower()
        and (not member or member in map(str, each.members))
        and (not owner or owner == str(each.creator_id))
    ]
    if asked.get("sort") == "name":
        found.sort(key=lambda each: each.name.lower(), reverse=not flag(request, "ascending", default=True))
    return found


def _listed(request: Request, found: Group) -> dict[str, object]:
    owner = store_of(request).get(User, found.creator_id)
    return {
        "groupId": found.id,
        "name": found.name,
        "groupType": found.type,
        "description": found.description,
        "owners": [{"id": str(found.creator_id), "type": "USER", "displayName": owner.name if owner else ""}],
        "memberCount": len(found.members),
        "active": True,
    }


def _app_group(found: Group, *, members: bool) -> dict[str, object]:
    """The types of an app are adHoc and directory; which group is which is assumed."""
    created = datetime.fromtimestamp(found.created / 1000, UTC)
    return {
        "id": found.id,
        "name": found.name,
        "type": "adHoc" if found.type in {"open", "closed"} else "directory",
        "userIds": found.members if members else [],
        "created": f"{created:%Y-%m-%dT%H:%M:%S}.000+0000",
        "memberCount": len(found.members),
        "active": True,
        "default": found.default,
    }


routes = [
    Route("/api/content/v2/groups/grouplist", grouplist),
    Route("/api/content/v2/groups/{id:int}", group),
    Route("/api/content/v1/avatar/{type}/{id:int}", avatar),
    Route("/domo/groups/v1", app_groups),
    Route("/domo/groups/v1/name", app_group_named),
    Route("/domo/groups/v1/user/{id:int}", app_groups_of),
    Route("/domo/groups/v1/{id:int}", app_group),
    Route("/domo/avatars/v2/{type}/{id:int}", avatar),
]
