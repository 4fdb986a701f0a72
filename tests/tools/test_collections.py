"""Defining, permitting and deleting AppDB collections, as a client sees it, on both surfaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.answers import text_of
from tests.changes.answers import Person
from tests.tools.workshop import Shelf, Workshop, applied, refused

ALEX = 1001
TITLE, POINTS = {"name": "title", "type": "STRING"}, {"name": "points", "type": "LONG"}


@pytest.fixture
async def notes(workshop: Workshop) -> Shelf:
    """A synced collection with two documents."""
    contents = [{"title": "one", "points": 1}, {"title": "two", "points": 2}]
    return await workshop.shelf(contents, schema={"columns": [TITLE]}, syncEnabled=True)


def columns_of(definition: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and types of the columns of a collection."""
    return [(column["name"], column["type"]) for column in definition["schema"]["columns"]]


class TestReplaceAppdbDocument:
    async def test_what_is_not_given_is_lost_and_the_question_says_so(
        self, workshop: Workshop, surface: str, notes: Shelf
    ) -> None:
        someone = Person("accepted")
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with workshop.client(surface, person=someone, policy=policy) as client:
            arguments = {"collection": notes.name, "document": notes.ids[0], "content": {"title": "other"}}
            written = applied(await client.call_tool("replace_appdb_document", arguments))
        assert written["verified"] is True
        assert (await workshop.contents(notes))[notes.ids[0]] == {"title": "other"}
        assert "Lost, as not given: points." in someone.questions[0]
        assert "update_appdb_documents" in someone.questions[0]

    async def test_one_that_is_not_there_is_told(self, workshop: Workshop, surface: str, notes: Shelf) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": notes.name, "document": "nothing", "content": {"title": "other"}}
            assert "was not found" in refused(await client.call_tool("replace_appdb_document", arguments))
        assert not workshop.written()


class TestCreateAppdbCollection:
    async def test_a_new_one_is_found_at_once_by_its_name(self, workshop: Workshop, surface: str) -> None:
        name = f"Brand new {surface}"
        async with workshop.client(surface) as client:
            await client.call_tool("list_appdb_collections", {})
            arguments = {"name": name, "columns": [TITLE, POINTS], "sync": True}
            written = applied(await client.call_tool("create_appdb_collection", arguments))
            found = await client.call_tool("query_appdb_documents", {"collection": name.lower()})
        made = await workshop.definition(Shelf(written["new_ids"]["new:1"], name, []))
        assert written["verified"] is True
        assert not found.is_error
        assert (columns_of(made), made["syncEnabled"]) == ([("title", "STRING"), ("points", "LONG")], True)

    @pytest.mark.parametrize("given", [{"columns": [TITLE]}, {}])
    async def test_it_syncs_only_where_that_is_said(
        self, workshop: Workshop, surface: str, given: dict[str, Any]
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"name": f"Quiet {surface} {len(given)}", **given}
            written = applied(await client.call_tool("create_appdb_collection", arguments))
        made = await workshop.definition(Shelf(written["new_ids"]["new:1"], "", []))
        assert made["syncEnabled"] is False

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"columns": [{"name": "a", "type": "INTEGER"}]}, "Write LONG."),
            ({"columns": [{"name": "a", "type": "number"}]}, "LONG for whole numbers"),
            ({"columns": [{"name": "a", "type": "BLOB"}]}, "columns.0.type"),
            ({"columns": [{"name": "a"}]}, "columns.0.type"),
            ({"columns": [{"name": "a", "type": "LONG", "visible": True}]}, "columns.0.visible"),
            ({"columns": [TITLE, TITLE]}, 'Two columns are called "title".'),
            ({"sync": True}, "A synced collection needs columns."),
            ({"name": ""}, "name"),
            ({"name": "tasks"}, 'There is a collection "Tasks"'),
            ({"colums": []}, "Did you mean columns?"),
        ],
    )
    async def test_what_domo_would_take_and_never_sync_is_refused(
        self, workshop: Workshop, surface: str, arguments: dict[str, Any], says: str
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            result = await client.call_tool("create_appdb_collection", {"name": "Never made", **arguments})
        assert says in refused(result)
        assert not workshop.written()

    async def test_a_part_of_an_argument_is_not_taken_for_an_argument(self, workshop: Workshop) -> None:
        columns = [{"name": "a", "type": "LONG", "visible": True}]
        async with workshop.client() as client:
            text = refused(await client.call_tool("create_appdb_collection", {"name": "x", "columns": columns}))
        assert "There is no argument" not in text


class TestUpdateAppdbCollection:
    async def test_columns_are_those_given_and_what_goes_is_told(
        self, workshop: Workshop, surface: str, notes: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": notes.name, "columns": [POINTS]}
            written = applied(await client.call_tool("update_appdb_collection", arguments))
        definition = await workshop.definition(notes)
        assert written["verified"] is True
        assert "No longer synced: title." in written["facts"]
        assert (columns_of(definition), definition["syncEnabled"]) == ([("points", "LONG")], True)

    async def test_sync_alone_leaves_the_columns(self, workshop: Workshop, surface: str, notes: Shelf) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": notes.name, "sync": False}
            applied(await client.call_tool("update_appdb_collection", arguments))
        definition = await workshop.definition(notes)
        assert (columns_of(definition), definition["syncEnabled"]) == ([("title", "STRING")], False)

    async def test_the_filters_of_document_level_security_stay(self, workshop: Workshop, surface: str) -> None:
        rule = {"name": "own", "applyOn": ["READ"], "applyToAll": True, "query": {"content.n": 1}}
        shelf = await workshop.shelf([{"n": 1}, {"n": 2}], filters=[rule])
        async with workshop.client(surface) as client:
            applied(await client.call_tool("update_appdb_collection", {"collection": shelf.name, "columns": [TITLE]}))
            text = text_of(await client.call_tool("query_appdb_documents", {"collection": shelf.name}))
        assert shelf.ids[0] in text
        assert shelf.ids[1] not in text

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [({}, "Nothing to change was given."), ({"columns": [], "sync": True}, "A synced collection needs columns.")],
    )
    async def test_what_makes_no_sense_is_refused(
        self, workshop: Workshop, surface: str, notes: Shelf, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("update_appdb_collection", {"collection": notes.name, **arguments})
        assert says in refused(result)

    async def test_the_columns_stand_in_the_audit_in_full_where_that_is_chosen(
        self, workshop: Workshop, notes: Shelf, tmp_path: Path
    ) -> None:
        file = tmp_path / "audit.jsonl"
        async with workshop.client(audit={"file": str(file), "arguments": "full"}) as client:
            arguments = {"collection": notes.id, "columns": [TITLE, POINTS], "sync": True}
            applied(await client.call_tool("update_appdb_collection", arguments))
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert [line["outcome"] for line in lines] == ["asked", "ok"]
        assert [line["arguments"] for line in lines] == [arguments, arguments]


class TestDeleteAppdbCollection:
    async def test_the_question_counts_the_documents_and_names_the_dataset(
        self, workshop: Workshop, surface: str, notes: Shelf
    ) -> None:
        someone = Person("accepted")
        async with workshop.client(surface, person=someone) as client:
            written = applied(await client.call_tool("delete_appdb_collection", {"collection": notes.name}))
            gone = refused(await client.call_tool("query_appdb_documents", {"collection": notes.name}))
        assert "with its 2 documents" in someone.questions[0]
        assert "it cannot be undone" in someone.questions[0]
        assert (written["verified"], written["undo"]) == (True, "none")
        assert "no collection" in gone

    async def test_more_documents_than_one_call_may_touch_are_a_refusal(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"n": number} for number in range(101)])
        workshop.forget()
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("delete_appdb_collection", {"collection": shelf.name}))
        assert "101 objects" in text
        assert not workshop.written()


class TestPermissions:
    async def test_they_are_set_and_removed(self, workshop: Workshop, surface: str, notes: Shelf) -> None:
        someone = Person("accepted")
        who = {"collection": notes.name, "entity": "USER", "entity_id": 1002}
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with workshop.client(surface, person=someone, policy=policy) as client:
            wanted = {**who, "permissions": ["read", "read_content", "read"]}
            written = applied(await client.call_tool("set_appdb_permissions", wanted))
            gone = applied(await client.call_tool("remove_appdb_permissions", who))
        assert "Give user 1002 read, read_content on collection" in someone.questions[0]
        assert written["undo"] == gone["undo"] == "none"
        assert len(someone.questions) == 2

    async def test_the_user_has_what_was_given_and_nothing_more(self, workshop: Workshop) -> None:
        shelf = await workshop.shelf([{"a": 1}], as_admin=True)
        await workshop.permit(shelf, ALEX, "admin")
        async with workshop.client() as client:
            who = {"collection": shelf.id, "entity": "USER", "entity_id": str(ALEX)}
            applied(await client.call_tool("set_appdb_permissions", {**who, "permissions": ["read", "read_content"]}))
            assert not (await client.call_tool("query_appdb_documents", {"collection": shelf.id})).is_error
            documents = {"collection": shelf.id, "documents": [{"a": 2}]}
            assert "create_content" in refused(await client.call_tool("create_appdb_documents", documents))
            text = refused(await client.call_tool("set_appdb_permissions", {**who, "permissions": ["admin"]}))
        assert "It takes share permission" in text

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"entity": "user"}, "entity"),
            ({"entity": "ROLE"}, "entity"),
            ({"entity_id": "Dana Okafor"}, "is not the id of a user"),
            ({"permissions": []}, "permissions"),
            ({"permissions": ["owner"]}, "permissions.0"),
        ],
    )
    async def test_what_domo_does_not_have_is_refused(
        self, workshop: Workshop, surface: str, notes: Shelf, arguments: dict[str, Any], says: str
    ) -> None:
        workshop.forget()
        who = {"collection": notes.name, "entity": "USER", "entity_id": "1002", "permissions": ["read"], **arguments}
        async with workshop.client(surface) as client:
            assert says in refused(await client.call_tool("set_appdb_permissions", who))
        assert not workshop.written()

    async def test_whoever_may_not_share_or_define_is_told_what_it_takes(
        self, workshop: Workshop, surface: str
    ) -> None:
        shelf = await workshop.shelf([{"a": 1}], as_admin=True)
        await workshop.permit(shelf, ALEX, "read", "read_content")
        at = {"collection": shelf.name}
        who = {**at, "entity": "USER", "entity_id": "1002"}
        async with workshop.client(surface) as client:
            texts = [
                refused(await client.call_tool("set_appdb_permissions", {**who, "permissions": ["read"]})),
                refused(await client.call_tool("remove_appdb_permissions", who)),
                refused(await client.call_tool("update_appdb_collection", {**at, "columns": [TITLE]})),
                refused(await client.call_tool("delete_appdb_collection", at)),
            ]
        needs = ("share", "share", "write", "delete")
        assert [f"It takes {need} permission" in text for need, text in zip(needs, texts, strict=True)] == [True] * 4


async def test_a_no_is_a_no_to_what_cannot_be_undone(workshop: Workshop, surface: str, notes: Shelf) -> None:
    at = {"collection": notes.name}
    who = {**at, "entity": "GROUP", "entity_id": "12"}
    workshop.forget()
    async with workshop.client(surface, person=Person("declined")) as client:
        results = [
            await client.call_tool("delete_appdb_collection", at),
            await client.call_tool("set_appdb_permissions", {**who, "permissions": ["read"]}),
            await client.call_tool("remove_appdb_permissions", who),
        ]
    assert [(result.structured_content or {}).get("status") for result in results] == ["declined"] * 3
    assert not workshop.written()
