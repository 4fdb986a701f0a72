"""Users."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import answer, flag, number


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


async def users(request: Request) -> Response:
    """List users, or those of `id=1,2`: community Domo Product APIs collection; rows as App-Framework, Users API."""
    offset, limit = number(request, "offset", 0), number(request, "limit", 100)
    listed = store_of(request).all(User)
    if wanted := request.query_params.get("id"):
        listed = [user for user in listed if str(user.id) in wanted.split(",")]
    if flag(request, "active"):
        listed = [user for user in listed if user.active]
    return answer([_row(user) for user in listed[offset : offset + limit]])


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "displayName": user.name,
        "role": user.role,
        "roleId": user.role_id,
        "detail": {"email": user.email, "title": user.title, "active": user.active},
    }


routes = [
    Route("/api/content/v2/users/me", me),
    Route("/api/content/v3/users", users),
]
