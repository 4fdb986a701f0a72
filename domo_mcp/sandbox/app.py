"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.ai import AiSettings
from domo_mcp.sandbox.company.plan import ADMIN, ALEX
from domo_mcp.sandbox.faults import NO_FAULTS, Faults, Plan, Processed
from domo_mcp.sandbox.ocr import PaddleOcr
from domo_mcp.sandbox.routes import (
    administration,
    app_data,
    appdb,
    codeengine,
    datasets,
    faults,
    files,
    filesets,
    groups,
    images,
    loads,
    oauth,
    people,
    public,
    query,
    streams,
    uploads,
    workflows,
)
from domo_mcp.sandbox.routes import ai as ai_routes
from domo_mcp.sandbox.routes.answers import envelope
from domo_mcp.sandbox.routes.appdb_sharing import DueExports
from domo_mcp.sandbox.routes.entrance import Entrance
from domo_mcp.sandbox.routes.sign_in import SignIn, by_surface
from domo_mcp.sandbox.routes.streams import DueRuns
from domo_mcp.sandbox.routes.workflows import DueSteps
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.tokens import Tokens

ADMIN_TOKEN = "sandbox-admin-token"  # noqa: S105  (opens nothing but the sandbox)
SESSIONS = {"sandbox-session": ALEX, "sandbox-admin-session": ADMIN}
CLIENTS = {"sandbox-client": oauth.Client(secret="sandbox-secret", user_id=ALEX)}  # noqa: S106  (opens nothing else)
REMEMBERED = 10_000
INDEX_S = 2.0
"""How long an index of a dataset takes where somebody tries the sandbox."""


def sandbox_app(
    store: Store,
    *,
    token: str = "sandbox-token",  # noqa: S107  (opens nothing but the sandbox)
    ai: AiSettings | None = None,
    ai_shape: Literal["choices", "output"] = "choices",
    nested_groups: bool = False,
    keeps_ids: bool = True,
    plan: Plan | None = None,
    index_s: float = 0.0,
) -> Starlette:
    """Give an application that answers an instance's own host from a store, with or without a lifespan.

    On the product paths `token` signs in as Alex Rivera (Privileged), `ADMIN_TOKEN` as an administrator; on an app's
    paths the `SESSIONS` do. `ai` says where a language model is; without one the deterministic engines answer.
    `ai_shape` is the shape of AI answers, `plan` what goes wrong. AppDB puts the group fields of its aggregates under
    `_id` where `nested_groups`, and an upsert keeps ids that it does not know where `keeps_ids`; an export of AppDB
    takes `app.state.export_s` seconds of the sandbox's clock, an index of a dataset `index_s`.

    `app.state` is for tests: `requests` has the last requests as (method, path), `processed` those that a handler got,
    `in_flight` counts those not yet answered, and `latency_s`, `faults`, `nested_groups`, `keeps_ids` and `export_s`
    may be set.
    """
    routes = [
        *datasets.routes,
        *loads.routes,
        *query.routes,
        *app_data.routes,
        *appdb.routes,
        *ai_routes.routes,
        *images.routes,
        *people.routes,
        *groups.routes,
        *filesets.routes,
        *files.routes,
        *workflows.routes,
        *codeengine.routes,
        *administration.routes,
        *uploads.routes,
        *streams.routes,
        *faults.routes,
    ]
    app = _application(store, routes, by_surface({token: ALEX, ADMIN_TOKEN: ADMIN}, SESSIONS), plan)
    app.state.ai = ai
    app.state.ai_shape = ai_shape
    app.state.ocr = PaddleOcr()
    app.state.nested_groups = nested_groups
    app.state.keeps_ids = keeps_ids
    app.state.export_s = 0.0
    app.state.index_s = index_s
    return app


def api_app(
    store: Store,
    *,
    token_life_s: int = 3599,
    clock: Callable[[], datetime] | None = None,
    plan: Plan | None = None,
) -> Starlette:
    """Give an application that answers the paths of `https://api.domo.com` from the same kind of store.

    `CLIENTS` may sign in; their access tokens last `token_life_s` seconds by `clock`, the store's where none is given.
    `app.state` is as in `sandbox_app`.
    """
    app = _application(store, [*oauth.routes, *public.routes], oauth.by_grant, plan)
    app.state.clients = CLIENTS
    app.state.tokens = Tokens(token_life_s, clock or store.clock)
    return app


def _application(store: Store, routes: Sequence[Route], sign_in: SignIn, plan: Plan | None) -> Starlette:
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Entrance, sign_in=sign_in),
            Middleware(DueSteps),
            Middleware(DueExports),
            Middleware(DueRuns),
        ],
        exception_handlers={HTTPException: _unknown},
    )
    app.state.store = store
    app.state.faults = Faults(plan or NO_FAULTS)
    app.state.requests = deque[tuple[str, str]](maxlen=REMEMBERED)
    app.state.processed = deque[Processed](maxlen=REMEMBERED)
    app.state.in_flight = 0
    app.state.latency_s = 0.0
    return app


async def _unknown(request: Request, error: Exception) -> Response:
    """Answer paths and methods that Domo does not have."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return envelope(status, None, request.url.path)


def serve(
    store: Store,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    ai: AiSettings | None = None,
    plan: Plan | None = None,
) -> None:
    """Serve a store over HTTP until interrupted; only to this machine unless `host` says otherwise."""
    from domo_mcp.sandbox.serving import server  # costs start-up time that an embedded sandbox should not pay

    server(sandbox_app(store, ai=ai, plan=plan, index_s=INDEX_S), host=host, port=port).run()
