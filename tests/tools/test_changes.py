"""The tools about changes, as a client sees them, on both surfaces."""

from __future__ import annotations

from tests.answers import rows_of, text_of
from tests.tools.workshop import Workshop, applied


async def test_a_change_is_confirmed_with_its_ticket_listed_and_taken_back(workshop: Workshop, surface: str) -> None:
    shelf = await workshop.shelf([{"a": 1}])
    policy = {"access": "full", "confirm": "two_step"}
    async with workshop.client(surface, policy=policy) as client:
        arguments = {"collection": shelf.name, "ids": shelf.ids, "set": {"a": 2}}
        waiting = (await client.call_tool("update_appdb_documents", arguments)).structured_content or {}
        assert waiting["status"] == "needs_confirmation"
        assert await workshop.contents(shelf) == {shelf.ids[0]: {"a": 1}}
        ticket = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
        written = applied(await client.call_tool("confirm_change", ticket))
        assert await workshop.contents(shelf) == {shelf.ids[0]: {"a": 2}}
        listed = rows_of(text_of(await client.call_tool("list_changes", {"limit": 1})))
        assert written["change"] in listed[1]
        undo = (await client.call_tool("undo_change", {"change": written["change"]})).structured_content or {}
        applied(await client.call_tool("confirm_change", {"ticket": undo["ticket"], "summary": undo["summary"]}))
    assert await workshop.contents(shelf) == {shelf.ids[0]: {"a": 1}}
