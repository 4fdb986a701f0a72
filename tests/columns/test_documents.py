"""Hidden and masked properties of AppDB documents, on both surfaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domo_mcp.sandbox.company.appdb import CAMPAIGN_NOTES, TASKS
from tests.answers import rows_of
from tests.columns.conftest import Door, Open, leaks

NOTES = "Campaign Notes"
NOTE = "5a1e0001-0000-4000-8004-000000000001"
TASK = "5a1e0002-0000-4000-8004-000000000001"

EVERY: list[dict[str, Any]] = [
    {},
    {"filter": {"id": {"$exists": True}}},
    {"filter": {"nosuch": 1}},
    {"max_tokens": 300},
]
ASKED: list[dict[str, Any]] = [
    {"filter": {"budget": {"$gt": 1}}},
    {"filter": {"content.budget": 8675.5}},
    {"filter": {"Budget": 1}},
    {"filter": {"$or": [{"rating": 1}, {"$nor": [{"budget": 1}]}]}},
    {"filter": {"$expr": {"$gt": ["$budget", 1]}}},
    {"filter": {"$expr": {"$gt": [{"$getField": "budget"}, 1]}}},
    {"filter": {"$jsonSchema": {"properties": {"budget": {"minimum": 1}}}}},
    {"filter": {"content": {"budget": 1}}},
    {"filter": {"author": "Canary Author"}},
    {"filter": {"author": {"$regex": "^C"}}},
    {"group_by": ["budget"], "count": "n"},
    {"group_by": ["content.author"], "count": "n"},
    {"sum": {"s": "budget"}},
    {"min": {"m": "author"}, "max": {"x": "content.budget"}},
    {"order_by": ["budget descending"]},
    {"order_by": ["author"]},
    {"unwind": ["budget"], "count": "n"},
    {"group_by": ["content"], "count": "n"},
]
NESTED: list[dict[str, Any]] = [
    {"filter": {"assignee.name": "Canary"}},
    {"filter": {"assignee": {"id": 1001, "name": "Canary"}}},
    {"filter": {"assignee": {"$gt": {"id": 1}}}},
    {"filter": {"assignee": {"$in": [{"id": 1001}]}}},
    {"filter": {"assignee": {"$not": {"$eq": {"id": 1}}}}},
    {"filter": {"assignee": {"$elemMatch": {"name": "Canary"}}}},
    {"filter": {"tags": "canary"}},
    {"filter": {"tags.0": "canary"}},
    {"filter": {"contact.phone": {"$exists": True}}},
    {"filter": {"priority": {"$type": "string"}}},
    {"group_by": ["assignee"], "count": "n"},
    {"max": {"m": "assignee"}},
    {"order_by": ["assignee"]},
    {"group_by": ["contact"], "count": "n"},
]


@pytest.mark.parametrize(("collection", "questions"), [(NOTES, ASKED), ("Tasks", NESTED)])
async def test_what_is_kept_back_cannot_be_asked_about(
    opened: Open, surface: str, collection: str, questions: list[dict[str, Any]]
) -> None:
    async with opened(surface) as ask:
        for question in questions:
            result = await ask.client.call_tool("query_appdb_documents", {"collection": collection, **question})
            told = json.dumps(result.model_dump(mode="json"))
            assert result.is_error, question
            assert not leaks(told.replace("Canary Author", "")), question


async def test_documents_are_shown_without_it(opened: Open, surface: str) -> None:
    async with opened(surface) as ask:
        for collection in (NOTES, "Tasks"):
            for arguments in EVERY:
                told = await ask("query_appdb_documents", collection=collection, **arguments)
                assert not leaks(told), arguments
                assert "budget" not in told
        for collection, key in ((NOTES, NOTE), ("Tasks", TASK)):
            told = await ask("get_appdb_document", collection=collection, document=key)
            assert not leaks(told)
            assert "budget" not in told
            assert "***" in told
        assert '"tags"' not in told.replace("\\", "")
        assert "Oslo" in told
        listed = await ask("list_appdb_collections")
        assert "campaign" in listed
        assert "budget" not in listed
        strange = await ask("query_appdb_documents", collection=NOTES, filter={"budge": 1})
        assert "nearest" not in strange


WRITTEN: list[tuple[str, dict[str, Any]]] = [
    ("update_appdb_documents", {"set": {"budget": 1}}),
    ("update_appdb_documents", {"set": {"author": "Canary Author"}}),
    ("update_appdb_documents", {"operation": {"$inc": {"content.budget": 1}}}),
    ("update_appdb_documents", {"operation": {"$min": {"budget": 9000}}}),
    ("update_appdb_documents", {"operation": {"$unset": {"budget": ""}}}),
    ("update_appdb_documents", {"operation": {"$rename": {"budget": "open"}}}),
    ("update_appdb_documents", {"operation": {"$rename": {"content.author": "open"}}}),
    ("update_appdb_documents", {"operation": {"$rename": {"rating": "budget"}}}),
    ("update_appdb_documents", {"set": {"x": {"phone": 1}}}),
]
NESTED_WRITES: list[dict[str, Any]] = [
    {"set": {"assignee.name": "x"}},
    {"set": {"assignee": {"id": 2}}},
    {"operation": {"$unset": {"assignee": ""}}},
    {"operation": {"$rename": {"assignee": "open"}}},
    {"operation": {"$push": {"tags": "x"}}},
    {"operation": {"$push": {"tags": {"$each": [], "$slice": 1}}}},
    {"operation": {"$rename": {"contact": "open"}}},
]


async def _contents(ask: Door, collection: str) -> dict[str, Any]:
    import httpx

    signed = {"X-DOMO-Developer-Token": "sandbox-admin-token"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(ask.sandbox), base_url="https://x.invalid", headers=signed
    ) as direct:
        answer = await direct.get(f"/api/datastores/v1/collections/{collection}/documents?limit=1000")
        return {document["id"]: document["content"] for document in answer.json()}


async def test_it_cannot_be_set_moved_or_lost(opened: Open, surface: str) -> None:
    async with opened(surface) as ask:
        before = [await _contents(ask, key) for key in (CAMPAIGN_NOTES, TASKS)]
        calls = [(tool, {"collection": NOTES, "ids": [NOTE], **given}) for tool, given in WRITTEN]
        calls += [
            ("update_appdb_documents", {"collection": "Tasks", "ids": [TASK], **given}) for given in NESTED_WRITES
        ]
        calls += [
            ("update_appdb_documents", {"collection": NOTES, "filter": {"budget": 8675.5}, "set": {"rating": 1}}),
            ("delete_appdb_documents", {"collection": NOTES, "filter": {"author": {"$regex": "^Can"}}}),
            ("create_appdb_documents", {"collection": NOTES, "documents": [{"budget": 1}]}),
            ("create_appdb_documents", {"collection": "Tasks", "documents": [{"a": {"b": [{"phone": 1}]}}]}),
            ("replace_appdb_document", {"collection": NOTES, "document": NOTE, "content": {"rating": 1}}),
            ("upsert_appdb_documents", {"collection": "Tasks", "documents": [{"id": TASK, "content": {"x": 1}}]}),
            ("upsert_appdb_documents", {"collection": NOTES, "documents": [{"content": {"BUDGET": 1}}]}),
            ("create_appdb_collection", {"name": "N", "columns": [{"name": "phone", "type": "STRING"}]}),
        ]
        for tool, arguments in calls:
            result = await ask.client.call_tool(tool, arguments)
            told = json.dumps(result.model_dump(mode="json"))
            assert result.is_error, (tool, arguments)
            assert not leaks(told), (tool, told)
        replaced = await ask("replace_appdb_document", collection=NOTES, document=NOTE, content={"rating": 1})
        assert "update_appdb_documents" in replaced
        assert [await _contents(ask, key) for key in (CAMPAIGN_NOTES, TASKS)] == before


async def test_changes_beside_it_work_and_tell_nothing_of_it(opened: Open, surface: str) -> None:
    async with opened(surface, answer="accepted") as ask:
        before = await _contents(ask, CAMPAIGN_NOTES)
        told = await ask("update_appdb_documents", collection=NOTES, ids=[NOTE], set={"rating": 5, "note": "x"})
        assert "applied" in told
        changed = (await _contents(ask, CAMPAIGN_NOTES))[NOTE]
        assert changed == {**before[NOTE], "rating": 5, "note": "x"}
        told = await ask("delete_appdb_documents", collection=NOTES, ids=[NOTE])
        assert "applied" in told
        listed = await ask("list_changes")
        change = json.loads(told)["structured_content"]["change"]
        assert "applied" in await ask("undo_change", change=change)
        contents = await _contents(ask, CAMPAIGN_NOTES)
        assert changed in contents.values()
        created = await ask("create_appdb_documents", collection="Tasks", documents=[{"title": "a", "priority": "p"}])
        assert "applied" in created
        for said in (*ask.said, listed):
            assert not leaks(said)
            assert "budget" not in said


async def test_previews_and_tickets_tell_nothing_of_it(opened: Open) -> None:
    async with opened(confirm="two_step", confirm_for=["create", "update", "delete", "run"]) as ask:
        for collection, key in ((NOTES, "5a1e0001-0000-4000-8004-000000000002"), ("Tasks", TASK)):
            told = await ask("delete_appdb_documents", collection=collection, ids=[key])
            assert "needs_confirmation" in told
            assert "***" in told
            assert not leaks(told)
            assert "budget" not in told
            assert '"tags"' not in told.replace("\\", "")


async def test_a_collection_keeps_the_columns_that_its_caller_cannot_see(opened: Open) -> None:
    async with opened(columns={"hide": ["hush"]}) as ask:
        import httpx

        from domo_mcp.app import SANDBOX_TOKEN

        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(ask.sandbox), base_url="https://x.invalid",
            headers={"X-DOMO-Developer-Token": SANDBOX_TOKEN},
        ) as direct:  # fmt: skip
            columns = [{"name": name, "type": "STRING"} for name in ("a", "hush")]
            body = {"name": "Quiet", "schema": {"columns": columns}, "syncEnabled": True}
            made = (await direct.post("/api/datastores/v1/collections", json=body)).json()["id"]
            told = await ask("update_appdb_collection", collection="Quiet", columns=[{"name": "b", "type": "LONG"}])
            now = (await direct.get(f"/api/datastores/v1/collections/{made}")).json()["schema"]["columns"]
            assert "applied" in told
            assert "hush" not in "".join(ask.said)
            assert {column["name"] for column in now} == {"b", "hush"}
            taken = await ask("update_appdb_collection", collection="Quiet", columns=[{"name": "hush", "type": "LONG"}])
            assert "out of sight" in taken
            await direct.delete(f"/api/datastores/v1/collections/{made}")


async def test_domos_own_words_are_kept_back(opened: Open) -> None:
    async with opened() as ask:
        told = await ask(
            "update_appdb_documents", collection="Tasks", ids=[TASK], operation={"$inc": {"assignee.id.x": 1}}
        )
        assert "its words are kept back" in told
        assert not leaks(told)


async def test_rows_beside_it_are_as_without_rules(opened: Open, surface: str) -> None:
    questions: list[dict[str, Any]] = [
        {"group_by": ["channel"], "count": "n", "avg": {"r": "rating"}, "order_by": ["channel"]},
        {"filter": {"rating": {"$gte": 3}}, "group_by": ["campaign"], "count": "n", "order_by": ["campaign"]},
    ]
    answers = []
    for ruled in (True, False):
        async with opened(surface, ruled=ruled) as ask:
            found = [await ask.client.call_tool("query_appdb_documents", {"collection": NOTES, **q}) for q in questions]
            answers.append([rows_of(result.content[0].text) for result in found])  # type: ignore[union-attr]
    assert answers[0] == answers[1]


async def test_the_journal_of_before_the_rules_tells_nothing_of_it(opened: Open, tmp_path: Path) -> None:
    state = str(tmp_path / "state.db")
    key = "5a1e0001-0000-4000-8004-000000000005"
    async with opened(ruled=False, state=state) as ask:
        first = await ask("update_appdb_documents", collection=NOTES, ids=[key], set={"budget": 867599, "rating": 4})
        second = await ask("update_appdb_documents", collection=NOTES, ids=[key], set={"budget": 867511})
    changes = [json.loads(told)["structured_content"]["change"] for told in (first, second)]
    async with opened(state=state) as ask:
        (before,) = [content for at, content in (await _contents(ask, CAMPAIGN_NOTES)).items() if at == key]
        told = [await ask("list_changes"), await ask("undo_change", change=changes[0])]
        assert "[hidden]" in told[0]
        assert "changed since" in told[1]
        for said in (*told, *ask.said):
            assert "budget" not in said
            assert not leaks(said)
        assert (await _contents(ask, CAMPAIGN_NOTES))[key] == before
