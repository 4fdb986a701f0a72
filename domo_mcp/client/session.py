"""What everything that goes to one Domo instance goes through: throttle, send, retry, decode, raise."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from itertools import count
from json import dumps
from random import SystemRandom
from types import TracebackType
from typing import Literal, Self, TypeVar

import anyio
import httpx

from domo_mcp.client.answers import Answer, Expected, decode
from domo_mcp.client.auth import SignIn
from domo_mcp.client.failures import wordless
from domo_mcp.client.limits import USUAL_LIMITS, Limits, Throttle
from domo_mcp.client.retry import SLOWEST, USUAL_PATIENCE, Patience, decide
from domo_mcp.client.surface import ApiPath, Content
from domo_mcp.client.wire import MAX_BYTES, NO_PARAMS, Method, Params, Request, Timeouts, Wire
from domo_mcp.errors import DomoError, InvalidInput

T = TypeVar("T")

USUAL_TIMEOUTS = Timeouts()

_log = logging.getLogger(__name__)
_chance = SystemRandom().random


class Session:
    """Calls to one Domo instance. Enter it once where an event loop runs; it is safe for many tasks.

    `transport` replaces the network: an embedded sandbox, a test.
    """

    def __init__(
        self,
        url: str,
        sign_in: SignIn,
        *,
        limits: Limits = USUAL_LIMITS,
        timeouts: Timeouts = USUAL_TIMEOUTS,
        patience: Patience = USUAL_PATIENCE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._call_s = timeouts.call_s
        self._patience = patience
        self._writes = True
        self._done = Counter[str]()
        self._discreet = False
        self._throttle = Throttle(limits)
        self._wire = Wire(url, sign_in, timeouts, limits.concurrency, transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.close()

    @property
    def written(self) -> int:
        """How many writes Domo answered as done, on these connections."""
        return self._done["written"]

    def apart(self) -> Self:
        """The same connections for writes that are counted by themselves, and may be taken back."""
        session = copy(self)
        session._done = Counter()  # noqa: SLF001 - its own copy
        return session

    def count(self, apart: Self) -> None:
        """Count the writes of `apart` as done."""
        self._done += apart._done

    def take_back(self) -> None:
        """Count as not done what was written: it was undone again."""
        self._done.clear()

    def reading(self) -> Self:
        """The same connections and throttle for who only reads: `write` is refused there."""
        session = copy(self)
        session._writes = False  # noqa: SLF001 - its own copy
        return session

    def discreet(self) -> Self:
        """The same connections for requests in whose errors Domo may quote what is not to be seen."""
        session = copy(self)
        session._discreet = True  # noqa: SLF001 - its own copy
        return session

    async def read(
        self,
        method: Method,
        path: ApiPath,
        answer: Expected[T],
        *,
        params: Params = NO_PARAMS,
        json: object = None,
        content: Content | None = None,
        effect: Literal["read", "ai"] = "read",
        max_bytes: int = MAX_BYTES,
    ) -> T:
        """Send what changes nothing in Domo; `effect="ai"` where sending it twice would cost credits twice.

        The body is `json`, or `content` where it is not JSON.
        Returns the answer as the type `answer`: `str` for plain text, `bytes` for any content. Raises `DomoError`.
        """
        request = Request(
            method=method, path=path, effect=effect, params=params, content=_body(json, content), max_bytes=max_bytes
        )
        return decode(await self._ask(request), answer)

    async def write(
        self,
        method: Method,
        path: ApiPath,
        answer: Expected[T],
        *,
        params: Params = NO_PARAMS,
        json: object = None,
        content: Content | None = None,
        repeatable: bool = False,
    ) -> T:
        """Send what changes Domo, a second time only where Domo surely did not act on the first.

        `repeatable` is true where done twice is the same as done once, such as one numbered part of an upload: then it
        is repeated as a read is. The body is `json`, or `content` where it is not JSON.
        Returns the answer as the type `answer`: `bytes` where it may be empty. Raises `DomoError`, and `RuntimeError`
        on a session that only reads.
        """
        if not self._writes:
            raise RuntimeError("a tool only reads; hand the gate a Change")
        request = Request(
            method=method,
            path=path,
            effect="same" if repeatable else "write",
            params=params,
            content=_body(json, content),
            max_bytes=MAX_BYTES,
        )
        answered = await self._ask(request)
        self._done["written"] += 1
        return decode(answered, answer)

    @asynccontextmanager
    async def stream(
        self,
        method: Method,
        path: ApiPath,
        *,
        json: object = None,
        content: Content | None = None,
        max_bytes: int,
        html: bool = False,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a large answer to a read and yield its body piece by piece; it holds one place of the throttle.

        A web page is refused, unless `html`: then it is what was asked for. Opening is retried as any read, what comes
        after is not. Raises `DomoError`.
        """
        request = Request(
            method=method,
            path=path,
            effect="read",
            params=NO_PARAMS,
            content=_body(json, content),
            max_bytes=max_bytes,
            html=html,
        )
        async with AsyncExitStack() as stack:

            async def opened(deadline: float) -> AsyncIterator[bytes]:
                async with AsyncExitStack() as attempt:
                    await attempt.enter_async_context(self._throttle.slot(deadline))
                    pieces = await attempt.enter_async_context(self._wire.open(request, deadline))
                    stack.push_async_exit(attempt.pop_all())
                    return pieces

            yield await self._repeat(request, opened)

    async def _ask(self, request: Request) -> Answer:
        async def asked(deadline: float) -> Answer:
            if request.effect == "ai":
                self._throttle.count_ai_call()
            async with self._throttle.slot(deadline):
                return await self._wire.ask(request, deadline)

        return await self._repeat(request, asked)

    async def _repeat(self, request: Request, once: Callable[[float], Awaitable[T]]) -> T:
        size = request.content.size if request.content else 0
        deadline = anyio.current_time() + self._call_s + size / SLOWEST
        for attempt in count(1):
            try:
                return await once(deadline)
            except DomoError as error:
                delay = self._delay(request, error, attempt, deadline)
                if delay is None and self._discreet and error.status is not None:
                    raise wordless(error) from None
                if delay is None:
                    raise
                _log.info("%s %s: %s, again in %.1f s", request.method, request.path, type(error).__name__, delay)
            await anyio.sleep(delay)
        raise AssertionError("count() has no end")

    def _delay(self, request: Request, error: DomoError, attempt: int, deadline: float) -> float | None:
        remaining = deadline - anyio.current_time()
        return decide(request.effect, error, attempt, remaining_s=remaining, chance=_chance(), patience=self._patience)


def _body(json: object, content: Content | None) -> Content | None:
    if json is None:
        return content
    try:
        text = dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return Content(text.encode(), "application/json")
    except ValueError:
        raise InvalidInput(
            "JSON has no NaN, no infinity and no half of a character.", "Pass null or a text in their place."
        ) from None
