"""Changes of AppDB while Domo fails: written once or not at all, and the answer says which."""

from __future__ import annotations

from typing import Any

import pytest

from domo_mcp.sandbox.faults import KINDS, NO_FAULTS, Faults
from tests.answers import text_of
from tests.tools.workshop import Shelf, Workshop, applied, refused

BEFORE = [{"title": f"task {number}", "n": number} for number in range(3)]
NEVER_DONE = ("429", "403", "401", "500", "502", "503", "block_page", "reset_before")
TRIED_AGAIN = ("429", "403")
SURELY_NOT = ("401", "block_page")
"""After these Domo has surely done nothing; after the others of NEVER_DONE a client cannot know."""
ENDLESS = {"slow", "drip", "huge", "gzip_bomb"}
LOST = ("reset_after", "reset_during", "truncated", "not_json", "empty", "wrong_shape")
CHANGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "update_appdb_documents": ("PUT", "*/documents/update", {"set": {"title": "new"}}),
    "replace_appdb_document": ("PUT", "*/documents/*", {"content": {"title": "new"}}),
    "upsert_appdb_documents": ("PUT", "*/documents/bulk", {}),
    "delete_appdb_documents": ("DELETE", "*/documents/*", {}),
}
"""Method and path of the write that each tool makes, and its further arguments."""


@pytest.fixture
async def shelf(workshop: Workshop) -> Shelf:
    """Three documents."""
    return await workshop.shelf(BEFORE)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits a random part of a while before it tries again waits no part of it."""
    monkeypatch.setattr("domo_mcp.client.session._chance", lambda: 0.0)


def call(tool: str, shelf: Shelf) -> dict[str, Any]:
    """Arguments for a change of the first document, of the first two by ids."""
    own: dict[str, dict[str, Any]] = {
        "update_appdb_documents": {"ids": shelf.ids[:2]},
        "replace_appdb_document": {"document": shelf.ids[0]},
        "upsert_appdb_documents": {"documents": [{"id": key, "content": {"title": "new"}} for key in shelf.ids[:2]]},
        "delete_appdb_documents": {"ids": shelf.ids[:2]},
    }
    return {"collection": shelf.name, **own[tool], **CHANGES[tool][2]}


@pytest.mark.parametrize("tool", CHANGES)
async def test_what_domo_did_not_do_is_told_as_not_done_or_done_at_the_second_try(
    workshop: Workshop, surface: str, tool: str
) -> None:
    method, path, _ = CHANGES[tool]
    async with workshop.client(surface) as client:
        for kind in NEVER_DONE:
            shelf = await workshop.shelf(BEFORE)
            workshop.strike(kind, method, path)
            result = await client.call_tool(tool, call(tool, shelf))
            after = [*(await workshop.contents(shelf)).values()]
            assert workshop.sandbox.state.faults.struck == [1]
            assert result.is_error is (kind not in TRIED_AGAIN), (kind, text_of(result))
            if result.is_error:
                told = (
                    "Nothing was changed (journal: c-" if kind in SURELY_NOT else "Whether it was changed is not known"
                )
                assert told in text_of(result), kind
                assert (after, workshop.written()) == (BEFORE, []), kind
            else:
                assert applied(result)["verified"] is True
                assert after != BEFORE
                assert len(workshop.written()) == 1


@pytest.mark.parametrize("tool", CHANGES)
async def test_what_domo_did_without_saying_so_is_read_back_and_never_done_twice(
    workshop: Workshop, surface: str, tool: str
) -> None:
    method, path, _ = CHANGES[tool]
    async with workshop.client(surface) as client:
        for kind in LOST:
            shelf = await workshop.shelf(BEFORE)
            workshop.strike(kind, method, path)
            written = applied(await client.call_tool(tool, call(tool, shelf)))
            assert len(workshop.written()) == 1, kind
            assert written["verified"] is True
            assert [*(await workshop.contents(shelf)).values()] != BEFORE
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
            assert sorted(map(str, (await workshop.contents(shelf)).values())) == sorted(map(str, BEFORE)), kind


@pytest.mark.parametrize("kind", ["reset_after", "truncated"])
@pytest.mark.parametrize("number", [1, 3])
async def test_new_documents_whose_ids_were_lost_are_told_as_unknown_and_not_made_again(
    workshop: Workshop, surface: str, shelf: Shelf, kind: str, number: int
) -> None:
    new = [{"title": f"new {each}"} for each in range(number)]
    async with workshop.client(surface) as client:
        workshop.strike(kind, "POST", "*/documents/bulk" if number > 1 else "*/documents")
        arguments = {"collection": shelf.name, "documents": new}
        text = refused(await client.call_tool("create_appdb_documents", arguments))
    assert "Whether it was changed is not known" in text
    assert "Read it before you try again" in text
    assert len(workshop.written()) == 1
    assert len(await workshop.contents(shelf)) == 3 + number


async def test_a_new_document_that_was_refused_for_haste_is_made_once(
    workshop: Workshop, surface: str, shelf: Shelf
) -> None:
    async with workshop.client(surface) as client:
        workshop.strike("429", "POST", "*/documents")
        arguments = {"collection": shelf.name, "documents": [{"title": "new"}]}
        applied(await client.call_tool("create_appdb_documents", arguments))
    assert len(await workshop.contents(shelf)) == 4


@pytest.mark.parametrize(("kind", "left"), [("500", 30), ("reset_after", 15)])
async def test_a_bulk_delete_that_breaks_off_says_how_far_it_came_and_comes_back_whole(
    workshop: Workshop, surface: str, kind: str, left: int
) -> None:
    contents = [{"n": number} for number in range(45)]
    big = await workshop.shelf(contents)
    async with workshop.client(surface) as client:
        workshop.strike_second(kind, "DELETE", "*/documents/bulk")
        arguments = {"collection": big.name, "ids": big.ids}
        text = refused(await client.call_tool("delete_appdb_documents", arguments))
        workshop.sandbox.state.faults = Faults(NO_FAULTS)
        assert "Before that 15 documents were deleted." in text
        assert len(await workshop.contents(big)) == left
        assert "Part of it was changed" in text
        change = next(word for word in text.split() if word.startswith("c-"))
        applied(await client.call_tool("undo_change", {"change": change}))
    assert sorted(each["n"] for each in (await workshop.contents(big)).values()) == list(range(45))


@pytest.mark.parametrize("tool", ["list_appdb_collections", "query_appdb_documents", "get_appdb_document"])
async def test_a_read_is_survived_or_told(workshop: Workshop, surface: str, shelf: Shelf, tool: str) -> None:
    arguments: dict[str, dict[str, Any]] = {
        "list_appdb_collections": {},
        "query_appdb_documents": {"collection": shelf.name, "filter": {"n": 1}},
        "get_appdb_document": {"collection": shelf.name, "document": shelf.ids[1]},
    }
    async with workshop.client(surface) as client:
        for kind in set(KINDS) - ENDLESS:
            workshop.strike(kind, "*", "*/datastores/*")
            text = text_of(await client.call_tool(tool, arguments[tool]))
            assert workshop.sandbox.state.faults.struck == [1]
            assert "reason of its own" not in text, kind
            again = await client.call_tool(tool, arguments[tool])
            assert not again.is_error, (kind, text_of(again))
    assert not workshop.written()
