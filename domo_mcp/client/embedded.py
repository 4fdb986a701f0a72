"""An application in this process, in place of the network."""

from __future__ import annotations

import httpx
from starlette.types import ASGIApp


class Embedded(httpx.AsyncBaseTransport):
    """Hands requests to `app`. A `ConnectionError` out of it is a connection that broke, any other exception a 500.

    httpx by itself makes a whole answer of what an application sent before it raised.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        try:
            return await self._inner.handle_async_request(request)
        except Exception as error:
            if ExceptionGroup("", [error]).subgroup(ConnectionError):
                raise httpx.RemoteProtocolError("The embedded application broke off.") from error
            return httpx.Response(500)
