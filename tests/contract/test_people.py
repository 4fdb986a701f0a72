"""Domo's users and groups."""

from __future__ import annotations

from tests.contract.service import Open


async def test_whoever_calls_is_among_the_users_and_groups_have_members(reading: Open) -> None:
    async with reading() as domo:
        me = await domo.facts("whoami")
        (user,) = await domo.rows("list_users", user=me["user_id"], details=True)
        assert (user["id"], user["name"]) == (me["user_id"], me["name"])
        for group in await domo.rows("list_groups", user=me["user_id"]):
            (found,) = await domo.rows("list_groups", group=group["id"])
            assert found["name"] == group["name"]
