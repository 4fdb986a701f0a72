"""The HTTP transport around the protocol: whom it lets in, where it listens."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from domo_mcp import __version__
from domo_mcp.config import ServerSettings
from domo_mcp.errors import ConfigError
from domo_mcp.server.remote import check_loopback

DISCOVER = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "server/discover",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    },
}
HEADERS = {
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "server/discover",
}

Post = Callable[..., httpx.Response]


@pytest.fixture
def post(http_server: str) -> Post:
    """Sends server/discover with further headers."""
    return lambda **headers: httpx.post(
        f"{http_server}/mcp", json=DISCOVER, headers=HEADERS | headers, timeout=30, trust_env=False
    )


def test_a_plain_request_is_answered(post: Post) -> None:
    """Streamable HTTP: what the refusals below are compared with."""
    assert post().status_code == 200


def test_the_origin_of_the_server_itself_is_let_in(post: Post, http_server: str) -> None:
    """Streamable HTTP: a page that this server may serve is no stranger."""
    assert post(origin=http_server).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused(post: Post, origin: str) -> None:
    """Streamable HTTP, MUST: validate Origin, so that no web page reaches a local server."""
    assert post(origin=origin).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:1"])
def test_a_foreign_host_is_refused(post: Post, host: str) -> None:
    """Streamable HTTP: DNS rebinding is refused before the request is read."""
    assert post(host=host).status_code == 421


def test_health_is_answered_without_the_protocol(http_server: str) -> None:
    """Operation: a supervisor can ask whether the server is up."""
    answer = httpx.get(f"{http_server}/healthz", trust_env=False)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mcp.example.com", ""])  # noqa: S104 - refused
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    """Security: there is no sign-in, so nobody else may reach it."""
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_where_it_listens(host: str) -> None:
    """Security: loopback, and that by default."""
    check_loopback(host)
    check_loopback(ServerSettings.model_validate({}).host)
