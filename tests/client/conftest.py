"""A session whose server is a function, for what a healthy Domo never does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.limits import Limits
from domo_mcp.client.retry import Patience
from domo_mcp.client.session import Session
from domo_mcp.client.wire import Timeouts

Handler = Callable[[httpx.Request], httpx.Response] | Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]

USUAL_TIMEOUTS = Timeouts()
USUAL_LIMITS = Limits()


@pytest.fixture
def answering() -> Callable[..., AbstractAsyncContextManager[Session]]:
    """A function that opens a session, which retries at once and whose token is `secret-token-1`."""

    @asynccontextmanager
    async def opened(
        handler: Handler, *, timeouts: Timeouts = USUAL_TIMEOUTS, limits: Limits = USUAL_LIMITS, attempts: int = 3
    ) -> AsyncIterator[Session]:
        async with Session(
            "https://acme.domo.com",
            DeveloperToken("secret-token-1"),
            limits=limits,
            timeouts=timeouts,
            patience=Patience(attempts=attempts, first_s=0),
            transport=httpx.MockTransport(handler),
        ) as session:
            yield session

    return opened
