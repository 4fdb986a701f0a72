from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.domo import Domo
from domo_mcp.client.surface import AppFramework, path
from domo_mcp.errors import ConfigError, DomoFailed

TOKEN = DeveloperToken("secret-token-1")


async def broken_app(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("the application broke")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "acme",
        "acme.domo.com",
        "ftp://acme.domo.com",
        "https://",
        "https://acme.domo.com/api",
        "https://acme.domo.com?x=1",
        "https://user:pw@acme.domo.com",
        "http://acme.domo.com",
        "http://127.0.0.1.evil.example",
        "https://[",
    ],
)
async def test_a_url_that_is_no_safe_origin_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        async with Domo.connect("acme", url, TOKEN):
            pytest.fail("a token could have been sent there")


@pytest.mark.parametrize(
    "url", ["https://acme.domo.com/", "http://127.0.0.1:8001", "http://[::1]:80", "http://localhost"]
)
async def test_an_instance_or_a_server_on_this_machine_is_an_origin(url: str) -> None:
    async with Domo.connect("acme", url, TOKEN) as domo:
        assert (domo.name, domo.url) == ("acme", url.rstrip("/"))


async def test_an_embedded_application_that_breaks_is_a_fault_of_the_server() -> None:
    async with Domo.connect("acme", "http://sandbox", TOKEN, app=broken_app) as domo:
        with pytest.raises(DomoFailed):
            await domo.session.write("POST", path("api"), bytes)


async def test_who_only_reads_shares_the_connection_and_cannot_write() -> None:
    asked: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        asked.append(f"{request.method} {request.url.path}")
        answer: Response = JSONResponse({"id": "27"})
        await answer(scope, receive, send)

    session = AppSession("secret-session-1")
    async with Domo.connect("acme", "http://sandbox", session, surface="app", aliases=["sales"], app=app) as domo:
        reading = domo.reading
        assert (reading.name, reading.url, reading.reading.url) == (domo.name, domo.url, domo.url)
        assert isinstance(reading.surface, AppFramework)
        assert (await reading.people.me()).id == "27"
        assert [dataset.id for dataset in (await reading.datasets.search("")).items] == ["sales"]
        with pytest.raises(RuntimeError, match="a tool only reads; hand the gate a Change"):
            await reading.session.write("POST", path("api"), bytes)
        assert await domo.session.write("POST", path("api"), bytes)
    assert asked == ["GET /domo/environment/v1", "POST /api"]


async def test_nothing_that_prints_an_instance_prints_its_token() -> None:
    async with Domo.connect("acme", "https://acme.domo.com", TOKEN) as domo:
        assert "secret-token-1" not in repr(domo)
