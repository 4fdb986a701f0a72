"""Signing in to the public API: a client's id and secret for a token, the token for everything else.

Source: domo-developer-portal, Domo-APIs (API Authentication). Refusals other than the 401 of a bad token: assumed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.company.plan import CUSTOMER
from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.access import caller
from domo_mcp.sandbox.routes.answers import Failure, answer
from domo_mcp.sandbox.routes.sign_in import known
from domo_mcp.sandbox.tokens import Tokens

TOKEN_PATH = "/oauth/token"  # noqa: S105  (a path)


@dataclass(frozen=True)
class Client:
    """An OAuth client: it acts for the user who made it, within its scopes."""

    secret: str
    user_id: int
    scope: tuple[str, ...] = ("data", "user")


def by_grant(request: Request) -> User:
    """Give the user that a client or its token acts for.

    Failure 401 for a wrong client and for a token that is missing, foreign or over; 403 for one without the scope.
    """
    if request.url.path == TOKEN_PATH:
        return known(request, _client(request).user_id, Failure(401))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    claims = _tokens(request).read(token.strip()) if scheme.lower() == "bearer" else None
    if claims is None:
        raise Failure(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    if _needed(request.url.path) not in claims.scope:
        raise Failure(403, headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
    return known(request, claims.user_id, Failure(401))


async def token(request: Request) -> Response:
    """Issue a token: GET with a query, or POST with a form as Domo's Python SDK does. No scope means all there are."""
    given = dict(request.query_params) | dict(parse_qsl((await request.body()).decode("latin-1")))
    if given.get("grant_type") != "client_credentials":
        raise Failure(400, "Unsupported grant type")
    allowed = _client(request).scope
    scope = tuple(given.get("scope", "").split()) or allowed
    if not set(scope) <= set(allowed):
        raise Failure(400, f"Invalid scope: {' '.join(sorted(set(scope) - set(allowed)))[:60]}")
    user = caller(request)
    written, claims = _tokens(request).issue(user.id, scope)
    return answer(
        {
            "access_token": written,
            "customer": CUSTOMER,
            "expires_in": _tokens(request).life_s,
            "jti": claims.jti,
            "role": user.role,
            "scope": " ".join(scope),
            "token_type": "bearer",
            "userId": user.id,
        }
    )


def _client(request: Request) -> Client:
    clients: Mapping[str, Client] = request.app.state.clients
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, secret = "", ""
    client = clients.get(name)
    if scheme.lower() != "basic" or client is None or not compare_digest(secret.encode(), client.secret.encode()):
        raise Failure(401, headers={"WWW-Authenticate": 'Basic realm="domo"'})
    return client


def _tokens(request: Request) -> Tokens:
    tokens: Tokens = request.app.state.tokens
    return tokens


def _needed(path: str) -> str:
    return "data" if path.startswith("/v1/datasets") else "user"


routes = [Route(TOKEN_PATH, token, methods=["GET", "POST"])]
