"""What went wrong with a connection, and whether Domo may have acted on what was sent; pure."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from domo_mcp.errors import DomoError, TimedOut, Unreachable, WrongInstance


def broken(error: httpx.TransportError, host: str) -> DomoError:
    """Read a connection that was not made, broke, or stayed silent."""
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return TimedOut("Domo did not answer in time.", "Try again, or ask for less.")
    unmade = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)
    causes = tuple(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        like = "" if host.endswith(".domo.com") else " It reads like acme.domo.com."
        return WrongInstance(
            f"No host has the name {host}.",
            f"Is the host of the instance right, and does this machine find names on the internet?{like}",
            surely_unprocessed=True,
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        hint = "Behind a proxy that opens TLS, point SSL_CERT_FILE at its certificate."
        return Unreachable(f"No trusted connection to {host}.", hint, surely_unprocessed=unmade)
    if isinstance(error, httpx.ProxyError):
        return Unreachable(f"The proxy let no connection to {host} through.", surely_unprocessed=True)
    if unmade:
        hint = "Check the network, and whether the host of the instance is right."
        return Unreachable(f"No connection to {host}.", hint, surely_unprocessed=True)
    hint = "Try again; where it was a change, look first whether Domo made it."
    return Unreachable(f"The connection to {host} broke before the answer was complete.", hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
