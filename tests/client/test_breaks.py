from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from domo_mcp.client.breaks import broken
from domo_mcp.errors import DomoError, TimedOut, Unreachable, WrongInstance


def connect_error(cause: Exception) -> httpx.ConnectError:
    error = httpx.ConnectError("raw text of the library")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "unprocessed"),
    [
        (connect_error(socket.gaierror(-2, "Name or service not known")), WrongInstance, True),
        (connect_error(ConnectionRefusedError()), Unreachable, True),
        (connect_error(ssl.SSLCertVerificationError("self-signed")), Unreachable, True),
        (httpx.ConnectTimeout(""), Unreachable, True),
        (httpx.PoolTimeout(""), Unreachable, True),
        (httpx.ProxyError("407"), Unreachable, True),
        (httpx.ReadTimeout(""), TimedOut, False),
        (httpx.WriteTimeout(""), TimedOut, False),
        (httpx.ReadError(""), Unreachable, False),
        (httpx.WriteError(""), Unreachable, False),
        (httpx.RemoteProtocolError("Server disconnected"), Unreachable, False),
    ],
)
def test_each_broken_connection_says_whether_domo_may_have_acted(
    error: httpx.TransportError, kind: type[DomoError], unprocessed: bool
) -> None:
    said = broken(error, "acme.domo.com")
    assert type(said) is kind
    assert said.surely_unprocessed is unprocessed
    assert "raw text" not in str(said)
    assert said.status is None


@pytest.mark.parametrize("host", ["acme", "acme.domo.com"])
def test_an_unknown_host_is_told_how_one_reads_unless_it_does(host: str) -> None:
    said = str(broken(connect_error(socket.gaierror(-2, "Name or service not known")), host))
    assert said.startswith(f"No host has the name {host}. Is the host of the instance right, ")
    assert ("It reads like acme.domo.com." in said) is (host == "acme")
