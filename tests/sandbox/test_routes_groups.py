"""Groups and avatars over HTTP, on both surfaces."""

from __future__ import annotations

import struct
import zlib

import httpx
import pytest
from starlette.applications import Starlette

SESSION = {"X-Domo-Ryuu-Session": "sandbox-session"}


async def test_the_list_has_names_of_its_own_and_comes_by_page(alex: httpx.AsyncClient) -> None:
    asked: dict[str, str | int] = {"sort": "name", "ascending": "true", "limit": 100, "offset": 0}
    everything = (await alex.get("/api/content/v2/groups/grouplist", params=asked)).json()
    assert [group["name"] for group in everything] == sorted(group["name"] for group in everything)
    west = next(group for group in everything if group["groupId"] == 15)
    assert (west["name"], west["groupType"], west["memberCount"]) == ("West Sales", "closed", 1)
    assert not {"id", "type", "userIds"} & set(west)
    page = await alex.get("/api/content/v2/groups/grouplist", params={**asked, "limit": 2, "offset": 3})
    assert page.json() == everything[3:5]
    backwards = await alex.get("/api/content/v2/groups/grouplist", params={**asked, "ascending": "false"})
    assert backwards.json() == everything[::-1]


async def test_groups_are_found_by_a_part_of_the_name_and_by_members(alex: httpx.AsyncClient) -> None:
    async def found(**asked: str) -> list[str]:
        listed = (await alex.get("/api/content/v2/groups/grouplist", params={"sort": "name", **asked})).json()
        return [group["name"] for group in listed]

    assert await found(search="st sales") == ["East Sales", "West Sales"]
    assert await found(members="1001") == ["All Employees", "Marketing", "West Sales"]
    assert await found(members="1001", search="mark") == ["Marketing"]
    assert await found(members="5") == []


async def test_one_group_has_its_members(alex: httpx.AsyncClient) -> None:
    marketing = (await alex.get("/api/content/v2/groups/21")).json()
    assert (marketing["id"], marketing["type"], marketing["userIds"]) == (21, "open", [1003, 1001])
    assert (await alex.get("/api/content/v2/groups/999")).status_code == 404


async def test_an_app_reads_groups_as_its_document_prints_them(sandbox: Starlette) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox), base_url="http://sandbox/domo/groups", headers=SESSION
    ) as app:
        everything = (await app.get("/v1")).json()
        fields = {"id", "name", "type", "userIds", "created", "memberCount", "active", "default"}
        assert {frozenset(group) for group in everything} == {frozenset(fields)}
        assert {group["type"] for group in everything} == {"adHoc", "directory"}
        assert all(group["userIds"] == [] for group in everything)
        one = (await app.get("/v1/15")).json()
        assert (one["userIds"], one["created"]) == ([1001], "2024-01-01T12:00:00.000+0000")
        assert (await app.get("/v1/name", params={"groupName": "West Sales"})).json() == one
        assert (await app.get("/v1/name", params={"groupName": "west sales"})).status_code == 404
        assert [group["id"] for group in (await app.get("/v1/user/1001")).json()] == [2, 21, 15]
        assert (await app.get("/v1/user/5")).json() == []
        assert (await app.get("/v1/7")).status_code == 404


def pixels(png: bytes) -> tuple[int, list[str], tuple[str, str]]:
    """The width, the rows as bits, and the two colours of a PNG with a palette of two."""
    place, chunks = 8, dict[bytes, bytes]()
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        chunks[kind] = png[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", png, place + 8 + length)[0] == zlib.crc32(kind + chunks[kind])
        place += 12 + length
    size: int = struct.unpack_from(">I", chunks[b"IHDR"])[0]
    step = 1 + (size + 7) // 8
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [
        f"{int.from_bytes(raw[at + 1 : at + step], 'big'):0{(step - 1) * 8}b}"[:size] for at in range(0, len(raw), step)
    ]
    palette = chunks[b"PLTE"].hex()
    return size, rows, (palette[:6], palette[6:])


@pytest.mark.parametrize("size", [100, 300])
async def test_an_avatar_is_drawn_in_the_colours_asked_for(alex: httpx.AsyncClient, size: int) -> None:
    asked = {"size": str(size), "defaultForeground": "fff", "defaultBackground": "012abc", "defaultText": "D"}
    answer = await alex.get("/api/content/v1/avatar/USER/1001", params=asked)
    assert answer.headers["content-type"] == "image/png"
    width, rows, colours = pixels(answer.content)
    assert (width, len(rows), colours) == (size, size, ("012abc", "ffffff"))
    assert "1" not in rows[0] + rows[-1] + "".join(row[0] + row[-1] for row in rows)
    drawn = [row for row in rows if "1" in row]
    assert "1" * (size // 4) in drawn[0]
    assert drawn[0] == drawn[-1]


async def test_without_a_text_an_avatar_has_the_initials(alex: httpx.AsyncClient, sandbox: Starlette) -> None:
    initials = (await alex.get("/api/content/v1/avatar/USER/1001")).content
    told = await alex.get("/api/content/v1/avatar/USER/1002", params={"defaultText": "AR"})
    assert told.content == initials
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox), base_url="http://sandbox", headers=SESSION
    ) as app:
        assert (await app.get("/domo/avatars/v2/USER/1001?size=100")).content == initials
        assert (await app.get("/domo/avatars/v2/GROUP/21")).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("USER/1001?size=200", 400), ("USER/1001?defaultForeground=red", 400), ("CARD/1001", 400), ("USER/5", 404)],
)
async def test_what_cannot_be_drawn_is_an_error(alex: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await alex.get(f"/api/content/v1/avatar/{path}")).status_code == status
