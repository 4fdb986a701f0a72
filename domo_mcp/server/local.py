"""A client in the same process, on the same server that everybody else talks to."""

from __future__ import annotations

from mcp import Client

from domo_mcp.app import App
from domo_mcp.server.assembly import build_server


def local_client(app: App, *, mode: str = "auto") -> Client:
    """A client of `app`'s server; a context manager."""
    return Client(build_server(app), mode=mode)
