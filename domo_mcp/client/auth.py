"""How requests to one instance are signed."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from domo_mcp.errors import ConfigError, Refused


class SignIn(httpx.Auth):
    """A way to sign requests. `secrets` are the texts that no message may repeat."""

    secrets: tuple[str, ...] = ()


class DeveloperToken(SignIn):
    """A developer token of one user of the instance: every call has that user's rights.

    Raises `ConfigError` for a text that cannot be a header, since the HTTP layer would repeat it in its own error.
    Source: datasets document, header `X-DOMO-Developer-Token` of its requests.
    """

    def __init__(self, token: str) -> None:
        self._token = token.strip()
        if not self._token or not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise ConfigError(
                "The developer token is empty or holds characters that no token has.",
                "Copy it again from Admin > Authentication > Access tokens.",
            )
        self.secrets = (self._token,)

    def __repr__(self) -> str:
        return "DeveloperToken(…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token's header."""
        request.headers["X-DOMO-Developer-Token"] = self._token
        yield request


class OwnOrigin(httpx.Auth):
    """Signs with `inner`, and only what goes to `origin`: a secret never travels to another host."""

    def __init__(self, origin: httpx.URL, inner: httpx.Auth) -> None:
        self._origin = _origin(origin)
        self._inner = inner

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request. Raises `Refused` where it would leave the instance."""
        if _origin(request.url) != self._origin:
            raise Refused("A request would have left the Domo instance; it was not sent.")
        yield from self._inner.auth_flow(request)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
