"""Users, on both surfaces."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.company.plan import CUSTOMER
from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, flag, number


async def me(request: Request) -> Response:
    """Give the token's own user: path from domolibrary routes/auth.py; fields assumed."""
    user = caller(request)
    return answer(
        {
            "id": user.id,
            "displayName": user.name,
            "emailAddress": user.email,
            "role": user.role,
            "roleId": user.role_id,
            "title": user.title,
            "active": user.active,
        }
    )


async def environment(request: Request) -> Response:
    """Give the session's user and instance: path from domo-developer-portal, app-sessions.md; fields assumed."""
    user = caller(request)
    return answer(
        {
            "userId": user.id,
            "userName": user.name,
            "userEmail": user.email,
            "role": user.role,
            "customer": CUSTOMER,
            "domain": f"{CUSTOMER}.domo.com",
            "locale": "en-US",
            "environment": "sandbox",
            "platform": "desktop",
        }
    )


async def users(request: Request) -> Response:
    """List users, or those of `id=1,2`: community Domo Product APIs collection; rows as App-Framework, Users API."""
    listed = store_of(request).all(User)
    if wanted := request.query_params.get("id"):
        listed = [user for user in listed if str(user.id) in wanted.split(",")]
    if flag(request, "active"):
        listed = [user for user in listed if user.active]
    return answer([_row(user) for user in _page(request, listed)])


async def user(request: Request) -> Response:
    """Give one user: community Domo Product APIs collection; row as in the list."""
    found = store_of(request).get(User, request.path_params["id"])
    if found is None:
        raise Failure(404)
    return answer(_row(found))


async def app_users(request: Request) -> Response:
    """List users: App Framework APIs, User API, All Users. A page has 100 where no limit is given (assumed)."""
    listed = _page(request, store_of(request).all(User))
    return answer([_app_row(user, details=flag(request, "includeDetails")) for user in listed])


async def app_user(request: Request) -> Response:
    """Give one user: App Framework APIs, User API, Single User."""
    user = store_of(request).get(User, request.path_params["id"])
    if user is None:
        raise Failure(404)
    return answer(_app_row(user, details=flag(request, "includeDetails")))


def _page(request: Request, listed: Sequence[User]) -> Sequence[User]:
    offset, limit = number(request, "offset", 0), number(request, "limit", 100)
    return listed[offset : offset + limit]


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "displayName": user.name,
        "role": user.role,
        "roleId": user.role_id,
        "detail": {"email": user.email, "title": user.title, "active": user.active},
    }


def _app_row(user: User, *, details: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "id": user.id,
        "displayName": user.name,
        "avatarKey": f"/domo/avatars/v2/USER/{user.id}",
        "role": user.role,
    }
    if details:
        row["detail"] = {
            "title": user.title,
            "email": user.email,
            "phoneNumber": "",
            "employeeNumber": user.id,
            "pending": False,
        }
    return row


routes = [
    Route("/api/content/v2/users/me", me),
    Route("/api/content/v3/users", users),
    Route("/api/content/v3/users/{id:int}", user),
    Route("/domo/environment/v1", environment),
    Route("/domo/users/v1", app_users),
    Route("/domo/users/v1/{id:int}", app_user),
]
