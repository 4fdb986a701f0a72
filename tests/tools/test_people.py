"""The people tools, on both surfaces."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from mcp_types import CallToolResult, ImageContent

from tests.answers import Connect, cursor_of, raw_text_of, rows_of, text_of
from tests.tools.workshop import Workshop, refused

NAMES = ["Robin Falk", "Alex Rivera", "Dana Okafor", "Priya Nair", "Tomas Lind"]


def column(result: CallToolResult, name: str) -> list[str]:
    """The values of one column of an answer's rows."""
    header, *rows = rows_of(raw_text_of(result))
    return [row[header.index(name)] for row in rows]


def picture_of(result: CallToolResult) -> tuple[str, bytes]:
    """The media type and the bytes of an answer's picture."""
    assert not result.is_error, text_of(result)
    (picture,) = [block for block in result.content if isinstance(block, ImageContent)]
    return picture.mime_type, b64decode(picture.data)


async def test_whoami_says_user_role_instance_access_and_toolsets(connect: Connect) -> None:
    async with connect(policy={"access": "read"}) as client:
        result = await client.call_tool("whoami", {})
    me = result.structured_content
    assert me is not None
    assert (me["name"], me["role"], me["instance"]) == ("Alex Rivera", "Privileged", "sandbox")
    assert (me["access"], me["toolsets"], me["sandbox"]) == ("read", ["default"], True)


class TestListUsers:
    async def test_they_come_page_by_page_until_the_last(self, workshop: Workshop, surface: str) -> None:
        found: list[str] = []
        arguments: dict[str, Any] = {"limit": 2}
        async with workshop.client(surface) as client:
            for _ in range(3):
                result = await client.call_tool("list_users", arguments)
                found += column(result, "name")
                arguments["cursor"] = cursor_of(text_of(result))
        assert (found, arguments["cursor"]) == (NAMES, None)

    async def test_a_last_page_that_is_full_has_no_cursor(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("list_users", {"limit": 5})
        assert (column(result, "name"), cursor_of(text_of(result))) == (NAMES, None)

    @pytest.mark.parametrize("wanted", ["1003", "Priya Nair", "priya nair", " Priya Nair "])
    async def test_one_is_found_by_id_or_name(self, workshop: Workshop, surface: str, wanted: str) -> None:
        async with workshop.client(surface) as client:
            plain = await client.call_tool("list_users", {"user": wanted})
            details = await client.call_tool("list_users", {"user": wanted, "details": True})
        assert rows_of(raw_text_of(plain)) == [["id", "name", "role"], ["1003", "Priya Nair", "Editor"]]
        assert column(details, "email") == ["priya.nair@example.com"]
        assert column(details, "title") == ["Marketing Lead"]

    async def test_an_id_is_asked_for_without_reading_everybody(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            await client.call_tool("list_users", {"user": "1003"})
        assert {path for _, path in workshop.sandbox.state.requests if "users" in path} == {
            "/api/content/v3/users/1003" if surface == "product" else "/domo/users/v1/1003"
        }

    async def test_a_query_looks_into_names_and_addresses(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            by_name = await client.call_tool("list_users", {"query": "FALK"})
            by_address = await client.call_tool("list_users", {"query": "@example.com", "limit": 3})
            nobody = await client.call_tool("list_users", {"query": "zzz"})
        assert column(by_name, "name") == ["Robin Falk"]
        assert column(by_address, "name") == NAMES[:3]
        assert "3 of 5 rows" in text_of(by_address)
        assert "No user found." in text_of(nobody)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"user": "5"}, 'There is no user "5"'),
            ({"user": "Priya"}, 'Nearest: "Priya Nair" (1003): priya.nair@example.com, role Editor'),
            ({"user": "../../v2/users/me"}, "There is no user"),
            ({"user": ""}, "user"),
            ({"user": "1003", "query": "x"}, "Leave query out."),
            ({"user": "9" * 201}, "user"),
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"cursor": "nonsense"}, "This is not a cursor."),
            ({"details": "yes please"}, "details"),
        ],
    )
    async def test_what_makes_no_sense_is_told(
        self, workshop: Workshop, surface: str, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            assert says in refused(await client.call_tool("list_users", arguments))


class TestListGroups:
    async def test_all_come_page_by_page(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            first = await client.call_tool("list_groups", {"limit": 6})
            rest = await client.call_tool("list_groups", {"limit": 6, "cursor": cursor_of(text_of(first))})
        assert len(column(first, "id")) == 6
        assert set(column(first, "id") + column(rest, "id")) == {"2", "21", "22", "23", "12", "13", "14", "15", "16"}
        assert cursor_of(text_of(rest)) is None

    @pytest.mark.parametrize("arguments", [{"group": "21"}, {"group": "marketing"}, {"name": "Marketing"}], ids=str)
    async def test_one_tells_its_members(self, workshop: Workshop, surface: str, arguments: dict[str, str]) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("list_groups", arguments)
        assert (column(result, "id"), column(result, "user_ids")) == (["21"], ["1003; 1001"])

    @pytest.mark.parametrize("user", ["1001", "alex rivera"])
    async def test_those_of_a_user(self, workshop: Workshop, surface: str, user: str) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("list_groups", {"user": user})
        assert column(result, "name") == ["All Employees", "Marketing", "West Sales"]

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"name": "marketing"}, 'There is no group called exactly "marketing".'),
            ({"group": "Sales"}, 'Nearest: "West Sales" (15)'),
            ({"group": "999"}, 'There is no group "999"'),
            ({"user": "nobody"}, 'There is no user "nobody"'),
            ({"group": "21", "user": "1001"}, "Only one of group, name and user"),
            ({"name": ""}, "name"),
            ({"group": ["21"]}, "group"),
        ],
    )
    async def test_what_makes_no_sense_is_told(
        self, workshop: Workshop, surface: str, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            assert says in refused(await client.call_tool("list_groups", arguments))


class TestGetAvatar:
    async def test_it_is_an_image_with_words_beside_it(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            small = await client.call_tool("get_avatar", {"entity_type": "USER", "entity_id": "1001"})
            large = await client.call_tool(
                "get_avatar", {"entity_type": "USER", "entity_id": "alex rivera", "size": 300}
            )
        assert (picture_of(small)[0], picture_of(small)[1][16:24]) == ("image/png", b"\0\0\0\x64\0\0\0\x64")
        assert picture_of(large)[1][16:24] == b"\0\0\x01\x2c\0\0\x01\x2c"
        assert 'Picture of the user "Alex Rivera" (1001): PNG' in text_of(small)
        assert text_of(small).endswith("source: sandbox (invented data)")
        assert small.structured_content is None

    async def test_colours_and_text_are_those_asked_for(self, workshop: Workshop, surface: str) -> None:
        arguments = {"entity_type": "GROUP", "entity_id": "Marketing", "foreground": "fff", "background": "#0a0b0c"}
        async with workshop.client(surface) as client:
            _, data = picture_of(await client.call_tool("get_avatar", {**arguments, "text": "M"}))
            _, same = picture_of(await client.call_tool("get_avatar", arguments))
        assert b"PLTE\x0a\x0b\x0c\xff\xff\xff" in data
        assert data == same

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"entity_type": "CARD"}, "entity_type"),
            ({"entity_id": "5"}, 'There is no user "5"'),
            ({"size": 200}, "size"),
            ({"foreground": "red"}, "foreground"),
            ({"background": "fff&size=300"}, "background"),
            ({"text": ""}, "text"),
        ],
    )
    async def test_what_domo_cannot_draw_is_told_before_it_is_asked(
        self, workshop: Workshop, surface: str, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            asked = {"entity_type": "USER", "entity_id": "1001", **arguments}
            assert says in refused(await client.call_tool("get_avatar", asked))
        assert not any("avatar" in path for _, path in workshop.sandbox.state.requests)

    async def test_what_is_no_picture_is_not_shown_as_one(self, workshop: Workshop) -> None:
        workshop.strike("block_page", "GET", "/api/content/v1/avatar/*")
        async with workshop.client() as client:
            result = await client.call_tool("get_avatar", {"entity_type": "USER", "entity_id": "1001"})
        assert result.is_error
        assert all(block.type == "text" for block in result.content)
