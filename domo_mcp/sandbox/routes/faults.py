"""The fault plan, on a path that Domo does not have."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.faults import CONTROL, NO_FAULTS, Faults, Plan
from domo_mcp.sandbox.routes.answers import answer, parsed


async def get_plan(request: Request) -> Response:
    """Give the plan, and how often each of its rules struck."""
    return _told(request.app.state.faults)


async def put_plan(request: Request) -> Response:
    """Begin a plan in place of the one before; 400 where the body is none."""
    request.app.state.faults = Faults(await parsed(request, Plan))
    return _told(request.app.state.faults)


async def delete_plan(request: Request) -> Response:
    """End all faults."""
    request.app.state.faults = Faults(NO_FAULTS)
    return _told(request.app.state.faults)


def _told(faults: Faults) -> Response:
    return answer({**faults.plan.model_dump(), "struck": faults.struck})


routes = [
    Route(CONTROL, get_plan, methods=["GET"]),
    Route(CONTROL, put_plan, methods=["PUT"]),
    Route(CONTROL, delete_plan, methods=["DELETE"]),
]
