"""Streamable HTTP: `/mcp` and `/healthz`, on loopback only as long as nobody has to sign in."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from socket import socket

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domo_mcp import __version__
from domo_mcp.app import App
from domo_mcp.config import ServerSettings
from domo_mcp.errors import ConfigError
from domo_mcp.server.assembly import build_server


def http_app(app: App, settings: ServerSettings) -> Starlette:
    """The ASGI application. Requests with a foreign Host or Origin are refused, so that no web page can reach it."""
    check_loopback(settings.host)
    own = [f"{host}:{settings.port}" for host in ("127.0.0.1", "localhost", "[::1]")]
    web = build_server(app, sessions=False).streamable_http_app(
        stateless_http=True,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[*own, *settings.allowed_hosts],
            allowed_origins=[*(f"http://{host}" for host in own), *settings.allowed_origins],
        ),
        host=settings.host,
    )
    web.router.routes.append(Route("/healthz", _health))
    return web


class _Server(uvicorn.Server):
    """One that tells the address once it listens there."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]  # which the system chose, where 0 was asked for
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            self._listening(f"http://{host}:{port}/mcp")


async def serve_http(app: App, settings: ServerSettings, listening: Callable[[str], None]) -> None:
    """Serve until interrupted; `listening` is given the address as soon as the server listens."""
    config = uvicorn.Config(http_app(app, settings), host=settings.host, port=settings.port, log_config=None)
    await _Server(config, listening).serve()


def check_loopback(host: str) -> None:
    """Raise ConfigError for a host that other machines can reach: there is no authentication."""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise ConfigError(
            f"server.host {host} can be reached by other machines, and this server has no sign-in of its own.",
            "Use 127.0.0.1.",
        )


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})
