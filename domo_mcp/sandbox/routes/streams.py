"""Streams: the connectors that fill datasets."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
