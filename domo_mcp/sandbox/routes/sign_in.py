"""Who may come in: developer tokens on the product surface, app sessions on the App-Framework surface."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request

from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure

TOKEN_HEADER = "x-domo-developer-token"  # noqa: S105  (the name of a header)
SESSION_HEADER, SESSION_PARAMETER = "x-domo-ryuu-session", "ryuu_sid"
APP_PATHS = ("/domo/", "/data/", "/sql/")

SignIn = Callable[[Request], User]
"""Gives the user who asks, or raises the Failure that turns the request away."""


def by_surface(tokens: Mapping[str, int], sessions: Mapping[str, int]) -> SignIn:
    """Give the rule of an instance's own host: each surface has its own credentials and takes no others.

    A missing or wrong developer token is 401 (body: assumed), a missing or unknown app session 403. The session is
    taken from the header, else the query, else the cookie: domo-developer-portal, app-sessions.md.
    """

    def sign_in(request: Request) -> User:
        if request.url.path.startswith(APP_PATHS):
            return known(request, sessions.get(_session(request)), Failure(403, "A valid app session is required."))
        token = request.headers.get(TOKEN_HEADER, "")
        return known(request, tokens.get(token), Failure(401, "A valid developer token is required."))

    return sign_in


def known(request: Request, user_id: int | None, refusal: Failure) -> User:
    """Give the user of an id, or refuse."""
    user = store_of(request).get(User, user_id) if user_id is not None else None
    if user is None:
        raise refusal
    return user


def _session(request: Request) -> str:
    places = request.headers.get(SESSION_HEADER), request.query_params.get(SESSION_PARAMETER)
    return next((place for place in places if place is not None), request.cookies.get(SESSION_PARAMETER, ""))
