from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from domo_mcp.client.auth import ClientCredentials
from domo_mcp.client.retry import Patience
from domo_mcp.client.session import Session
from domo_mcp.client.surface import path
from domo_mcp.errors import ConfigError, DomoError, DomoFailed, SignInFailed, UnreadableAnswer

WHERE = path("v1", "users", "me")


class Domo:
    """Grants token-1, token-2, … for an hour each; takes those that are in `valid`."""

    def __init__(self, grant: Callable[[int], httpx.Response] | None = None) -> None:
        self._grant = grant or self._usual
        self.grants = 0
        self.valid: set[str] = set()
        self.calls: list[str] = []

    def _usual(self, number: int) -> httpx.Response:
        self.valid = {f"token-{number}"}
        return httpx.Response(200, json={"access_token": f"token-{number}", "expires_in": 3600, "scope": "data user"})

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        if request.url.path == "/oauth/token":
            assert (request.method, str(request.url.query, "ascii")) == (
                "GET", "grant_type=client_credentials&scope=data%20user",
            )  # fmt: skip
            assert request.headers["authorization"] == f"Basic {base64.b64encode(b'client:secret-1').decode()}"
            self.grants += 1
            return self._grant(self.grants)
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.calls.append(token)
        return httpx.Response(200, json=[]) if token in self.valid else httpx.Response(401)


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def signed(domo: Domo, clock: Clock | None = None) -> AsyncIterator[Session]:
    async with Session(
        "https://api.domo.com",
        ClientCredentials("client", "secret-1", clock=clock or Clock()),
        patience=Patience(first_s=0),
        transport=httpx.MockTransport(domo),
    ) as session:
        yield session


async def test_a_token_is_fetched_once_and_renewed_a_minute_before_its_end() -> None:
    domo, clock = Domo(), Clock()
    async with signed(domo, clock) as session:
        await session.read("GET", WHERE, bytes)
        clock.now += 3539
        await session.read("GET", WHERE, bytes)
        clock.now += 1
        await session.read("GET", WHERE, bytes)
    assert domo.calls == ["token-1", "token-1", "token-2"]


async def test_many_callers_cause_one_grant() -> None:
    domo = Domo()
    async with signed(domo) as session, anyio.create_task_group() as tasks:
        for _ in range(30):
            tasks.start_soon(session.read, "GET", WHERE, bytes)
    assert (domo.grants, domo.calls) == (1, ["token-1"] * 30)


async def test_many_callers_with_a_revoked_token_cause_one_renewal() -> None:
    domo = Domo()
    async with signed(domo) as session:
        await session.read("GET", WHERE, bytes)
        domo.valid = set()
        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(session.read, "GET", WHERE, bytes)
    assert domo.grants == 2


async def test_a_change_is_sent_again_after_a_401_since_domo_did_not_act_on_it() -> None:
    domo = Domo()
    async with signed(domo) as session:
        await session.read("GET", WHERE, bytes)
        domo.valid = set()
        await session.write("POST", WHERE, bytes, json={"n": 1})
    assert domo.calls == ["token-1", "token-1", "token-2"]


async def test_a_second_401_is_the_answer() -> None:
    domo = Domo(lambda n: httpx.Response(200, json={"access_token": f"useless-{n}", "expires_in": 3600}))
    async with signed(domo) as session:
        with pytest.raises(SignInFailed, match="client_secret"):
            await session.read("GET", WHERE, bytes)
    assert (domo.grants, domo.calls) == (2, ["useless-1", "useless-2"])


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(401, json={"error": "invalid_client"}), SignInFailed),
        (httpx.Response(500), DomoFailed),
        (httpx.Response(200, json={"expires_in": 60}), UnreadableAnswer),
        (httpx.Response(200, json={"access_token": "a\r\nX-Other: b", "expires_in": 60}), UnreadableAnswer),
        (httpx.Response(200, html="<html>Sign in</html>"), UnreadableAnswer),
    ],
)
async def test_a_grant_that_is_none_is_told_and_nothing_is_sent(
    response: httpx.Response, kind: type[DomoError]
) -> None:
    domo = Domo(lambda _: response)
    async with signed(domo) as session:
        with pytest.raises(kind):
            await session.read("GET", WHERE, bytes)
    assert domo.calls == []


async def test_a_fault_that_passes_does_not_stop_a_read() -> None:
    usual = Domo()
    domo = Domo(lambda n: httpx.Response(503) if n == 1 else usual._usual(n))
    domo.valid = {"token-2"}
    async with signed(domo) as session:
        assert await session.read("GET", WHERE, bytes) == b"[]"
    assert domo.calls == ["token-2"]


async def test_neither_secret_nor_token_appears_in_an_error_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    basic = base64.b64encode(b"client:secret-1").decode()

    async def echo(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token-1", "expires_in": 3600})
        return httpx.Response(500, json={"message": f"{request.headers['authorization']} secret-1 {basic}"})

    credentials = ClientCredentials("client", "secret-1")
    async with Session(
        "https://api.domo.com",
        credentials,
        patience=Patience(attempts=1),
        transport=httpx.MockTransport(echo),
    ) as session:
        with pytest.raises(DomoFailed) as caught:
            await session.read("GET", WHERE, bytes)
    shown = f"{caught.value} {caplog.text} {credentials!r}"
    assert [secret for secret in ("secret-1", basic, "token-1") if secret in shown] == []


async def test_a_caller_that_goes_away_while_the_token_is_fetched_leaves_no_lock_behind() -> None:
    domo = Domo()
    stuck = anyio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        if not stuck.is_set() and request.url.path == "/oauth/token":
            stuck.set()
            await anyio.sleep_forever()
        return await domo(request)

    async with Session(
        "https://api.domo.com", ClientCredentials("client", "secret-1"), transport=httpx.MockTransport(slow)
    ) as session:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(session.read, "GET", WHERE, bytes)
            await stuck.wait()
            tasks.cancel_scope.cancel()
        assert await session.read("GET", WHERE, bytes) == b"[]"


@pytest.mark.parametrize(("client", "secret"), [("", "s"), ("c", ""), ("c d", "s"), ("c", "secret-1\r\nX: y")])
def test_credentials_that_are_no_header_are_refused_and_not_repeated(client: str, secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ClientCredentials(client, secret)
    assert "secret-1" not in str(caught.value)
