from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from domo_mcp.client.people import People, User
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import SignInFailed, UnreadableAnswer, WrongInstance

Answering = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.mark.parametrize(
    ("answer", "user"),
    [
        ({"id": 27, "displayName": "Ann", "roleId": 1}, User(id="27", display_name="Ann", role_id="1")),
        (
            {"id": "27", "displayName": None, "emailAddress": "ann@acme.example"},
            User(id="27", email="ann@acme.example"),
        ),
        ({"id": "27", "email": "ann@acme.example", "more": []}, User(id="27", email="ann@acme.example")),
    ],
)
async def test_who_am_i_needs_no_more_than_an_id(answering: Answering, answer: object, user: User) -> None:
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        assert await People(session, Product()).me() == user


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(401), SignInFailed),
        (httpx.Response(403), WrongInstance),
        (httpx.Response(302, headers={"location": "https://www.domo.com"}), WrongInstance),
        (httpx.Response(200, html="<html>Welcome</html>"), UnreadableAnswer),
        (httpx.Response(200, json={"displayName": "Ann"}), UnreadableAnswer),
    ],
)
async def test_who_am_i_tells_a_bad_token_from_a_wrong_host(
    answering: Answering, response: httpx.Response, kind: type[Exception]
) -> None:
    async with answering(lambda _: response) as session:
        with pytest.raises(kind):
            await People(session, Product()).me()


async def test_all_users_come_page_by_page(answering: Answering) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        return httpx.Response(200, json=[{"id": n} for n in range(250)][offset : offset + limit])

    async with answering(handler) as session:
        assert [user.id async for user in People(session, Product()).all_users()] == [str(n) for n in range(250)]
