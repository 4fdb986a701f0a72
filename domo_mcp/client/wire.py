"""One request on the wire, once: build, send, read within bounds, and say plainly what broke."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal
from urllib.parse import quote, urlencode

import anyio
import httpx

from domo_mcp import __version__
from domo_mcp.client.answers import Answer
from domo_mcp.client.auth import OwnOrigin, SignIn
from domo_mcp.client.bodies import beginning, chunks
from domo_mcp.client.breaks import broken
from domo_mcp.client.failures import failure
from domo_mcp.client.retry import SLOWEST, Effect
from domo_mcp.client.surface import ApiPath, Content, Pieces
from domo_mcp.errors import TimedOut, UnreadableAnswer

Method = Literal["GET", "POST", "PUT", "DELETE"]
Params = Mapping[str, str | int | bool | None]

MAX_BYTES = 32 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
NO_PARAMS: Params = {}

_HEADERS = {"User-Agent": f"domo-mcp/{__version__}", "Accept": "application/json", "Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, for one request with its whole answer, and for a call with all its tries and waits."""

    connect_s: float = 10.0
    request_s: float = 30.0
    call_s: float = 50.0

    def longest(self, effect: Effect, size: int = 0) -> float:
        """Return the time for one request that sends `size` bytes.

        An AI call is never repeated after a timeout, so it may use all there is.
        """
        return (self.call_s if effect == "ai" else self.request_s) + size / SLOWEST


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to ask; parameters that are None are left out. `max_bytes` bounds the decompressed answer.

    `html` is true where a web page is what was asked for: a file that is one.
    """

    method: Method
    path: ApiPath
    effect: Effect
    params: Params
    content: Content | None
    max_bytes: int
    html: bool = False


class Wire:
    """A pool of connections to one origin. `secrets` of the sign-in are never repeated in an error."""

    def __init__(
        self,
        url: str,
        sign_in: SignIn,
        timeouts: Timeouts,
        connections: int,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._timeouts = timeouts
        self._sign_in = sign_in
        self._http = httpx.AsyncClient(
            base_url=url,
            auth=OwnOrigin(httpx.URL(url), sign_in),
            headers=_HEADERS,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            # A cookie would tie later calls to a session, beside the token that they are signed with.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            transport=transport,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def ask(self, request: Request, deadline: float) -> Answer:
        """Return a success with its whole body. Raises `DomoError`."""
        with self._within(self._end(request, deadline)):
            async with self._sent(request) as response:
                answer = await self._read(request, response)
        if wrong := failure(answer):
            raise wrong
        return answer

    @asynccontextmanager
    async def open(self, request: Request, deadline: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a success and yield its body piece by piece, each in the time of one request. Raises `DomoError`."""
        async with AsyncExitStack() as stack:
            with self._within(self._end(request, deadline)):
                response = await stack.enter_async_context(self._sent(request))
                await self._refuse_failure(request, response)
            yield self._pieces(request, response)

    async def _refuse_failure(self, request: Request, response: httpx.Response) -> None:
        page = "html" in response.headers.get("content-type", "") and not request.html
        if not response.is_success or page:
            answer = await self._read(request, response)
            raise failure(answer) or UnreadableAnswer(
                "Domo answered with a web page.", "Check that the host is a Domo instance.", status=answer.status
            )

    async def _pieces(self, request: Request, response: httpx.Response) -> AsyncIterator[bytes]:
        pieces = chunks(response, request.max_bytes)
        while True:
            with self._within(anyio.current_time() + self._timeouts.request_s):
                piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece

    @asynccontextmanager
    async def _sent(self, request: Request) -> AsyncIterator[httpx.Response]:
        response = await self._http.send(self._built(request), stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    def _built(self, request: Request) -> httpx.Request:
        content = request.content
        return self._http.build_request(
            request.method,
            request.path + _query(request.params),
            content=_sent_data(content),
            headers={"Content-Type": content.type, "Content-Length": str(content.size)} if content else None,
            timeout=httpx.Timeout(self._longest(request), connect=self._timeouts.connect_s),
        )

    def _longest(self, request: Request) -> float:
        return self._timeouts.longest(request.effect, request.content.size if request.content else 0)

    def _end(self, request: Request, deadline: float) -> float:
        return min(deadline, anyio.current_time() + self._longest(request))

    async def _read(self, request: Request, response: httpx.Response) -> Answer:
        if response.is_success:
            body = b"".join([piece async for piece in chunks(response, request.max_bytes)])
        else:
            body = await beginning(response, MAX_ERROR_BYTES)
        return Answer(
            request.path, response.status_code, response.headers, body, self._sign_in.secrets, self._sign_in.renewal
        )

    @contextmanager
    def _within(self, deadline: float) -> Iterator[None]:
        try:
            with anyio.fail_after(deadline - anyio.current_time()):
                yield
        except TimeoutError:
            raise TimedOut("Domo did not answer in time.", "Try again, or ask for less.") from None
        except httpx.TransportError as error:
            raise broken(error, self._http.base_url.host) from error


def _sent_data(content: Content | None) -> bytes | AsyncIterator[bytes] | None:
    if content is None:
        return None
    return content.data.open() if isinstance(content.data, Pieces) else content.data


def _query(params: Params) -> str:
    """The query string. A space is %20, as browsers send it: not every server reads a plus sign as one."""
    given = {key: _written(value) for key, value in params.items() if value is not None}
    return f"?{urlencode(given, quote_via=quote, safe='')}" if given else ""


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
