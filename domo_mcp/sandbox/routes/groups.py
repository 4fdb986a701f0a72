"""Groups and avatars, on both surfaces."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
