"""How requests to one instance are signed."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncGenerator, Callable, Generator

import anyio
import httpx
from pydantic import BaseModel, Field, ValidationError

from domo_mcp import telemetry
from domo_mcp.client.answers import Answer
from domo_mcp.client.failures import failure
from domo_mcp.errors import ConfigError, Refused, UnreadableAnswer


class SignIn(httpx.Auth):
    """A way to sign requests.

    `secrets` are the texts that no message may repeat, `renewal` says what to do where Domo does not take it.
    """

    secrets: tuple[str, ...] = ()
    renewal: str = ""


class DeveloperToken(SignIn):
    """A developer token of one user of the instance: every call has that user's rights.

    Raises `ConfigError` for a text that cannot be a header, since the HTTP layer would repeat it in its own error.
    Source: datasets document, header `X-DOMO-Developer-Token` of its requests.
    """

    renewal = "Make a new token in Domo and set it: DOMO_DEVELOPER_TOKEN, or auth.token of the instance."

    def __init__(self, token: str) -> None:
        hint = "Copy it again from Admin > Authentication > Access tokens."
        self._token = _header_text(token, "developer token", hint)
        self.secrets = (self._token,)

    def __repr__(self) -> str:
        return "DeveloperToken(…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token's header."""
        request.headers["X-DOMO-Developer-Token"] = self._token
        yield request


class AppSession(SignIn):
    """The session of an app that someone has open: every call has that person's rights in that app.

    Source: ryuu-proxy, header `X-Domo-Ryuu-Session` (portal, app-sessions). Raises `ConfigError` as a token does.
    """

    renewal = "The app session has ended or belongs to another app: take the id from the open app again."

    def __init__(self, session: str) -> None:
        self._session = _header_text(session, "app session", "Copy it again from the open app.")
        self.secrets = (self._session,)

    def __repr__(self) -> str:
        return "AppSession(…)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the session's header."""
        request.headers["X-Domo-Ryuu-Session"] = self._session
        yield request


class _Grant(BaseModel):
    access_token: str = Field(pattern=r"^[!-~]+$")
    expires_in: float


class ClientCredentials(SignIn):
    """An OAuth client of the public API: its access token is fetched when needed and renewed before it ends.

    However many calls wait, one asks for a token; a 401 has it renewed once. `clock` gives seconds. Source: portal,
    OAuth (GET /oauth/token with Basic auth, `expires_in` in seconds).
    """

    renewal = "Check client_id and client_secret; clients are made at developer.domo.com under Manage Clients."
    _margin_s = 60.0
    _query = b"/oauth/token?grant_type=client_credentials&scope=data%20user"

    def __init__(self, client_id: str, client_secret: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        hint = "Copy it again from developer.domo.com, Manage Clients."
        secret = _header_text(client_secret, "client secret", hint)
        basic = base64.b64encode(f"{_header_text(client_id, 'client id', hint)}:{secret}".encode()).decode()
        self._own_secrets = (secret, basic)
        self.secrets = self._own_secrets
        self._basic = basic
        self._clock = clock
        self._lock = anyio.Lock()
        self._token = self._before = ""
        self._ends = 0.0

    def __repr__(self) -> str:
        return "ClientCredentials(…)"

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign with the token, after fetching one where there is none that lasts; a second time after a 401."""
        refused = ""
        for _ in range(2):
            async with self._lock:
                if self._token == refused or self._clock() >= self._ends - self._margin_s:
                    self._keep(await _read((yield self._asking(request))), self._clock())
            refused = self._token
            request.headers["Authorization"] = f"Bearer {refused}"
            response = yield request
            if response.status_code != 401:
                return

    def _asking(self, request: httpx.Request) -> httpx.Request:
        headers = {"Authorization": f"Basic {self._basic}", "Accept": "application/json", "Accept-Encoding": "identity"}
        where = request.url.copy_with(raw_path=self._query)
        return httpx.Request("GET", where, headers=headers, extensions=request.extensions)

    def _keep(self, response: httpx.Response, now: float) -> None:
        answer = Answer(
            "/oauth/token", response.status_code, response.headers, response.content, self.secrets, self.renewal
        )
        if wrong := failure(answer):
            raise wrong
        try:
            grant = _Grant.model_validate_json(answer.body)
        except ValidationError:
            raise UnreadableAnswer("Domo's answer to /oauth/token holds no access token.", self.renewal) from None
        # An answer to the token before may still be under way; the one before that has ended.
        telemetry.secrets.add([grant.access_token], instead=[self._before])
        self._before, self._token = self._token, grant.access_token
        self._ends = now + grant.expires_in
        self.secrets = (*self._own_secrets, self._token)


class OwnOrigin(httpx.Auth):
    """Signs with `inner`, and only what goes to `origin`: a secret never travels to another host."""

    def __init__(self, origin: httpx.URL, inner: httpx.Auth) -> None:
        self._origin = _origin(origin)
        self._inner = inner

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign the request. Raises `Refused` where it would leave the instance."""
        signing = self._inner.async_auth_flow(request)
        try:
            signed = await anext(signing)
            while True:
                signed = await signing.asend((yield self._checked(signed)))
        except StopAsyncIteration:
            return
        finally:
            await signing.aclose()

    def _checked(self, request: httpx.Request) -> httpx.Request:
        if _origin(request.url) != self._origin:
            raise Refused("A request would have left the Domo instance; it was not sent.")
        return request


async def _read(response: httpx.Response) -> httpx.Response:
    await response.aread()
    return response


def _header_text(value: str, name: str, hint: str) -> str:
    text = value.strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(f"The {name} is empty or holds characters that none has.", hint)
    return text


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
