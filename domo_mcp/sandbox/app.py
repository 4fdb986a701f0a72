"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections import deque
from typing import Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.ai import AiSettings
from domo_mcp.sandbox.company.plan import ADMIN, ALEX
from domo_mcp.sandbox.routes import ai as ai_routes
from domo_mcp.sandbox.routes import datasets, loads, people, query
from domo_mcp.sandbox.routes.answers import envelope
from domo_mcp.sandbox.routes.entrance import Entrance
from domo_mcp.sandbox.store import Store

ADMIN_TOKEN = "sandbox-admin-token"  # noqa: S105  (opens nothing but the sandbox)
REMEMBERED = 10_000


def sandbox_app(
    store: Store,
    *,
    token: str = "sandbox-token",  # noqa: S107  (opens nothing but the sandbox)
    ai: AiSettings | None = None,
    ai_shape: Literal["choices", "output"] = "choices",
) -> Starlette:
    """Give an application that answers Domo's product paths from a store, with or without a lifespan.

    `token` signs in as Alex Rivera (Privileged), `ADMIN_TOKEN` as an administrator. `ai` says where a language model
    is; without one the deterministic engines answer. `ai_shape` is the shape of AI answers.

    `app.state` is for tests: `requests` has the last requests as (method, path), `in_flight` counts those not yet
    answered, and `latency_s` may be set to make every handler wait.
    """
    app = Starlette(
        routes=[*datasets.routes, *loads.routes, *query.routes, *ai_routes.routes, *people.routes],
        middleware=[Middleware(Entrance, tokens={token: ALEX, ADMIN_TOKEN: ADMIN})],
        exception_handlers={HTTPException: _unknown},
    )
    app.state.store = store
    app.state.ai = ai
    app.state.ai_shape = ai_shape
    app.state.requests = deque[tuple[str, str]](maxlen=REMEMBERED)
    app.state.in_flight = 0
    app.state.latency_s = 0.0
    return app


async def _unknown(request: Request, error: Exception) -> Response:
    """Answer paths and methods that Domo does not have."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return envelope(status, None, request.url.path)


def serve(store: Store, *, host: str = "127.0.0.1", port: int = 8765, ai: AiSettings | None = None) -> None:
    """Serve a store over HTTP until interrupted; only to this machine unless `host` says otherwise."""
    import uvicorn  # costs start-up time that a sandbox inside another process should not pay

    app = sandbox_app(store, ai=ai)
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, lifespan="off")
