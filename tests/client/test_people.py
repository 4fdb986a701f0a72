from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.client.auth import AppSession, DeveloperToken, SignIn
from domo_mcp.client.domo import Domo
from domo_mcp.client.people import EntityType, Group, People, User
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import AnswerTooLarge, NotFound, SignInFailed, UnreadableAnswer, WrongInstance

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


@pytest.fixture
async def domo(request: pytest.FixtureRequest, sandbox: Starlette) -> AsyncIterator[Domo]:
    """A client of the sandbox on the surface that the test names."""
    auth: SignIn = AppSession("sandbox-session") if request.param == "app" else DeveloperToken("sandbox-token")
    async with Domo.connect("acme", "https://sandbox.invalid", auth, surface=request.param, app=sandbox) as found:
        yield found


on_both = pytest.mark.parametrize("domo", ["product", "app"], indirect=True)


@on_both
async def test_users_and_groups_are_the_same_on_both_surfaces(domo: Domo) -> None:
    people = domo.people
    assert [user.name async for user in people.all_users()] == [
        "Robin Falk", "Alex Rivera", "Dana Okafor", "Priya Nair", "Tomas Lind",
    ]  # fmt: skip
    alex = await people.user("1001", details=True)
    assert (alex.id, alex.name, alex.address) == ("1001", "Alex Rivera", "alex.rivera@example.com")
    groups = {group.id: group async for group in people.all_groups()}
    assert (groups["15"].name, groups["15"].member_count, groups["15"].user_ids) == ("West Sales", 1, ())
    assert (await people.group("21")).user_ids == ("1003", "1001")
    assert (await people.group_named("West Sales")).id == "15"
    assert {group.id for group in await people.groups_of("1001")} == {"2", "15", "21"}
    for missing in (people.user("5"), people.group("5"), people.group_named("west sales")):
        with pytest.raises(NotFound):
            await missing


@on_both
async def test_a_picture_comes_as_its_bytes(domo: Domo) -> None:
    async def picture(kind: EntityType, text: str | None) -> bytes:
        return await domo.people.avatar(kind, "21", size=100, foreground="fff", background=None, text=text)

    assert (await picture("GROUP", "D")).startswith(b"\x89PNG")
    assert await picture("GROUP", "D") != await picture("GROUP", None)
    with pytest.raises(NotFound):
        await picture("USER", None)


MADE = datetime(2018, 10, 3, 23, 26, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "group"),
    [
        ({"groupId": 7, "name": "G", "groupType": "open", "owners": None}, Group(id="7", name="G", type="open")),
        ({"id": "7", "memberCount": "?", "userIds": [1, "2"]}, Group(id="7", user_ids=("1", "2"))),
        ({"id": 7, "type": "adHoc", "created": 1538609164000}, Group(id="7", type="adHoc", created=MADE)),
        ({"id": 7, "created": "2018-10-03T23:26:04.000+0000"}, Group(id="7", created=MADE)),
    ],
)
async def test_groups_have_two_spellings(answering: Answering, answer: object, group: Group) -> None:
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        assert await People(session, Product()).group("7") == group


async def test_a_search_of_groups_is_read_to_its_end_for_the_exact_name(answering: Answering) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        named = [{"groupId": n, "name": "Sales" if n == 150 else f"Sales {n}"} for n in range(151)]
        return httpx.Response(200, json=named[offset : offset + limit])

    async with answering(handler) as session:
        assert (await People(session, Product()).group_named("Sales")).id == "150"


async def test_a_picture_far_too_large_is_not_read(answering: Answering) -> None:
    async with answering(lambda _: httpx.Response(200, content=b"\x89PNG" * 600_000)) as session:
        with pytest.raises(AnswerTooLarge):
            await People(session, Product()).avatar("USER", "1", size=100, foreground=None, background=None, text=None)
