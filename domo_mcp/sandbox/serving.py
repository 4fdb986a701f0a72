"""The sandbox over HTTP, with connections that a fault can really reset."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from functools import partial

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from domo_mcp.sandbox.routes.striking import RESET


class Resettable(H11Protocol):
    """HTTP/1.1 that gives each request a way to reset its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent does
        """Take the connection."""
        self.app_state = {**self.app_state, RESET: partial(_reset, transport)}
        super().connection_made(transport)


def server(app: ASGIApp, *, host: str, port: int) -> uvicorn.Server:
    """A server for the sandbox's application, not yet started."""
    return uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, http=Resettable, log_config=None, access_log=False, lifespan="off")
    )


def _reset(transport: asyncio.Transport) -> None:
    """Close so that the other side gets a TCP reset: no lingering, and nothing that is not sent yet."""
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
