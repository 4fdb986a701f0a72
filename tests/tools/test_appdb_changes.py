"""Changing AppDB documents, as a client sees it, on both surfaces."""

from __future__ import annotations

from typing import Any

import pytest
from mcp_types import ElicitRequestParams, ElicitResult

from tests.answers import text_of
from tests.changes.answers import Person
from tests.tools.workshop import JustBefore, Shelf, Workshop, applied, refused

ALEX = 1001
COLUMNS = {
    "columns": [
        {"name": "title", "type": "STRING"},
        {"name": "points", "type": "LONG"},
        {"name": "due", "type": "DATE"},
        {"name": "seen", "type": "DATETIME"},
    ]
}
FOUR = [{"title": f"task {number}", "state": "open" if number < 3 else "done", "points": number} for number in range(4)]


@pytest.fixture
async def tasks(workshop: Workshop) -> Shelf:
    """Four tasks, three of them open."""
    return await workshop.shelf(FOUR)


class TestCreateAppdbDocuments:
    @pytest.mark.parametrize("number", [1, 3])
    async def test_new_documents_come_with_their_ids(
        self, workshop: Workshop, surface: str, tasks: Shelf, number: int
    ) -> None:
        new = [{"title": f"new {each}", "points": each} for each in range(number)]
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "documents": new}
            written = applied(await client.call_tool("create_appdb_documents", arguments))
        there = await workshop.contents(tasks)
        assert written["verified"] is True
        assert [there[key] for key in written["new_ids"].values()] == new
        assert len(there) == 4 + number

    async def test_documents_that_are_alike_each_get_an_id(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"a": 1}])
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "documents": [{"a": 1}, {"a": 1}]}
            written = applied(await client.call_tool("create_appdb_documents", arguments))
        assert set(written["new_ids"].values()) == set(await workshop.contents(shelf)) - set(shelf.ids)

    async def test_a_wrapper_is_taken_off_and_that_is_told(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        documents = [{"content": {"title": "wrapped"}}, {"content": {"title": "not"}, "more": 1}, {"content": "text"}]
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "documents": documents}
            written = applied(await client.call_tool("create_appdb_documents", arguments))
        there = await workshop.contents(tasks)
        assert [there[key] for key in written["new_ids"].values()] == [{"title": "wrapped"}, *documents[1:]]
        assert "The `content` wrapper was taken off." in written["facts"]

    async def test_values_that_do_not_sync_are_told(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf(schema=COLUMNS, syncEnabled=True)
        documents = [
            {"title": "good", "points": 1, "due": "2026-01-31", "seen": "2026-01-31T10:00:00Z"},
            {"title": "bad", "points": "five", "due": "31.1.2026", "seen": "2026-01-31"},
        ]
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "documents": documents}
            written = applied(await client.call_tool("create_appdb_documents", arguments))
        told = " ".join(written["facts"])
        assert '"points" is synced as LONG, a whole number: in 1 of the documents' in told
        assert '"due" is synced as DATE, YYYY-MM-DD' in told
        assert 'such as "2026-01-31"' in told
        assert '"title" is synced' not in told

    @pytest.mark.parametrize("documents", [[], [{"a": 1}] * 1001, ["text"], [{"$set": {"a": 1}}], [{"a": {"$b": 1}}]])
    async def test_what_is_no_document_is_refused(
        self, workshop: Workshop, surface: str, tasks: Shelf, documents: list[Any]
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "documents": documents}
            refused(await client.call_tool("create_appdb_documents", arguments))
        assert not workshop.written()

    async def test_whoever_may_only_read_is_told_which_permission_is_missing(
        self, workshop: Workshop, surface: str
    ) -> None:
        shelf = await workshop.shelf(FOUR, as_admin=True)
        await workshop.permit(shelf, ALEX, "read", "read_content")
        changes: dict[str, dict[str, Any]] = {
            "create_appdb_documents": {"documents": [{"a": 1}]},
            "update_appdb_documents": {"ids": shelf.ids[:1], "set": {"state": "done"}},
            "upsert_appdb_documents": {"documents": [{"id": shelf.ids[0], "content": {"a": 1}}]},
            "delete_appdb_documents": {"ids": shelf.ids[:2]},
            "replace_appdb_document": {"document": shelf.ids[0], "content": {"a": 1}},
        }
        needs = ("create_content", "update_content", "update_content", "delete_content", "update_content")
        async with workshop.client(surface) as client:
            for (tool, arguments), needed in zip(changes.items(), needs, strict=True):
                text = refused(await client.call_tool(tool, {"collection": shelf.name, **arguments}))
                assert f"It takes {needed}" in text, tool
                assert "Manage AppDB grant" in text
        assert [*(await workshop.contents(shelf)).values()] == FOUR


class TestUpdateAppdbDocuments:
    async def test_by_ids_all_other_properties_stay(self, workshop: Workshop, surface: str, tasks: Shelf) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "ids": tasks.ids[:2], "set": {"state": "done", "who.name": "Kim"}}
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        there = await workshop.contents(tasks)
        assert written["verified"] is True
        assert there[tasks.ids[0]] == {**FOUR[0], "state": "done", "who": {"name": "Kim"}}
        assert there[tasks.ids[2]] == FOUR[2]

    async def test_by_filter_and_operation(self, workshop: Workshop, surface: str, tasks: Shelf) -> None:
        operation = {"$inc": {"points": 10}, "$push": {"tags": "late"}, "$unset": {"title": ""}}
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "filter": {"state": "open"}, "operation": operation}
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        there = await workshop.contents(tasks)
        assert "3 documents" in written["summary"]
        assert [there[key] for key in tasks.ids[:3]] == [
            {"state": "open", "points": number + 10, "tags": ["late"]} for number in range(3)
        ]
        assert there[tasks.ids[3]] == FOUR[3]

    async def test_a_date_that_domo_decides_is_no_difference(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {
                "collection": tasks.name,
                "ids": tasks.ids[:1],
                "operation": {"$currentDate": {"closed": True}},
            }
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        assert written["verified"] is True
        assert (await workshop.contents(tasks))[tasks.ids[0]]["closed"]

    async def test_ids_and_filter_together_mean_both(self, workshop: Workshop, surface: str, tasks: Shelf) -> None:
        async with workshop.client(surface) as client:
            arguments = {
                "collection": tasks.name,
                "ids": [*tasks.ids[2:], "no-such-id"],
                "filter": {"state": "open"},
                "set": {"state": "x"},
            }
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        assert f"Left out, as not there or not matching: {tasks.ids[3]}, no-such-id." in " ".join(written["facts"])
        assert [each["state"] for each in (await workshop.contents(tasks)).values()] == ["open", "open", "x", "done"]

    async def test_documents_that_are_so_already_are_left_alone(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "ids": tasks.ids, "set": {"state": "open"}}
            written = applied(await client.call_tool("update_appdb_documents", arguments))
            workshop.forget()
            assert "there is nothing to change" in refused(await client.call_tool("update_appdb_documents", arguments))
        assert "1 document in" in written["summary"]
        assert "3 documents already so, left alone." in written["facts"]
        assert not workshop.written()

    async def test_another_kind_of_value_is_a_change(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"a": 1}])
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "ids": shelf.ids, "set": {"a": True}}
            applied(await client.call_tool("update_appdb_documents", arguments))
        assert (await workshop.contents(shelf))[shelf.ids[0]]["a"] is True

    @pytest.mark.parametrize("odd", [" x", "new:1", "a,b"])
    async def test_a_filter_that_reaches_an_odd_id_is_refused(self, workshop: Workshop, surface: str, odd: str) -> None:
        shelf = await workshop.shelf([{"a": 1}])
        path = f"/api/datastores/v1/collections/{shelf.id}/documents/bulk"
        odd_id = f"{odd}-{surface}"
        await workshop.send("PUT", path, [{"id": odd_id, "content": {"a": 1}}], as_admin=True)
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "filter": {"a": 1}}
            text = refused(await client.call_tool("delete_appdb_documents", arguments))
        assert "cannot be reached by the id" in text
        assert not workshop.written()

    @pytest.mark.parametrize("where", [{"filter": {"state": "lost"}}, {"ids": ["nothing"]}])
    async def test_where_none_matches_nothing_is_written(
        self, workshop: Workshop, surface: str, tasks: Shelf, where: dict[str, Any]
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "set": {"state": "x"}, **where}
            text = refused(await client.call_tool("update_appdb_documents", arguments))
        assert "matches." in text or "has no such document: nothing." in text
        assert "security may also hide" in text
        assert "query_appdb_documents" in text
        assert not workshop.written()

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"set": {"state": "x"}}, "Pass `ids`, or a `filter`"),
            ({"filter": {}, "set": {"state": "x"}}, "Pass `ids`, or a `filter`"),
            ({"filter": {"state": "open"}}, "either `set` or `operation`"),
            ({"filter": {"state": "open"}, "set": {"a": 1}, "operation": {"$set": {"a": 1}}}, "either `set` or"),
            ({"filter": {"state": "open"}, "set": {}}, "takes an object of properties"),
            ({"filter": {"state": "open"}, "set": {"$inc": {"a": 1}}}, "Operators go into `operation`"),
            ({"filter": {"state": "open"}, "set": {"owner": "1"}}, "content.owner"),
            ({"filter": {"state": "open"}, "operation": {"$setOnInsert": {"a": 1}}}, "$setOnInsert is not supported"),
            ({"filter": {"state": "open"}, "operation": {"$incr": {"a": 1}}}, "$inc"),
            ({"filter": {"state": "open"}, "operation": {"a": 1}}, "Pass plain properties in `set`"),
            ({"filter": {"state": "open"}, "operation": {"$inc": {"a": "1"}}}, "$inc takes a number"),
        ],
    )
    async def test_what_says_too_little_or_too_much_is_refused_unsent(
        self, workshop: Workshop, surface: str, tasks: Shelf, arguments: dict[str, Any], says: str
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            result = await client.call_tool("update_appdb_documents", {"collection": tasks.name, **arguments})
        assert says in refused(result)
        assert not workshop.written()

    async def test_a_new_property_is_told_with_the_nearest_real_one(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "ids": tasks.ids[:1], "set": {"stat": "done"}}
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        assert any('the property "stat"; nearest: state' in fact for fact in written["facts"])

    async def test_a_property_that_the_operation_cannot_change_changes_nothing(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "ids": tasks.ids, "operation": {"$inc": {"title": 1}}}
            text = refused(await client.call_tool("update_appdb_documents", arguments))
        assert "title" in text
        assert [*(await workshop.contents(tasks)).values()] == FOUR

    async def test_more_than_one_call_may_change_is_refused(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"n": number} for number in range(120)])
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "filter": {"n": {"$gte": 0}}, "set": {"n": -1}}
            text = refused(await client.call_tool("update_appdb_documents", arguments))
        assert "120 objects" in text
        assert not workshop.written()

    async def test_more_than_a_hundred_go_in_slices_where_that_is_allowed(
        self, workshop: Workshop, surface: str
    ) -> None:
        shelf = await workshop.shelf([{"n": number} for number in range(250)])
        workshop.forget()
        policy = {"access": "full", "max_affected": 1000}
        async with workshop.client(surface, policy=policy) as client:
            arguments = {"collection": shelf.name, "filter": {"n": {"$gte": 0}}, "set": {"done": True}}
            written = applied(await client.call_tool("update_appdb_documents", arguments))
        assert written["verified"] is True
        assert len(workshop.written()) == 3
        assert all(each["done"] for each in (await workshop.contents(shelf)).values())


class TestUpsertAppdbDocuments:
    @pytest.mark.parametrize("keeps_ids", [True, False])
    async def test_it_says_what_is_replaced_and_what_is_new(
        self, workshop: Workshop, surface: str, tasks: Shelf, keeps_ids: bool
    ) -> None:
        workshop.sandbox.state.keeps_ids = keeps_ids
        own = f"own-{surface}-{keeps_ids}"
        documents = [
            {"id": tasks.ids[0], "content": {"title": "whole"}},
            {"id": own, "content": {"title": "with an id"}},
            {"content": {"title": "without"}},
        ]
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "documents": documents}
            written = applied(await client.call_tool("upsert_appdb_documents", arguments))
        there, new = await workshop.contents(tasks), written["new_ids"]
        assert "Replace the content of 1 document and create 2 documents" in written["summary"]
        assert any("Lost, as not given: state, points." in fact for fact in written["facts"])
        assert any(f"maybe under other ids: {own}." in fact for fact in written["facts"])
        assert written["verified"] is True
        assert there[tasks.ids[0]] == {"title": "whole"}
        assert there[new.get(own, own)] == {"title": "with an id"}
        assert (own in new) is not keeps_ids
        assert there[new["new:3"]] == {"title": "without"}

    async def test_what_is_replaced_is_asked_about_even_where_updates_are_not(
        self, workshop: Workshop, surface: str, tasks: Shelf
    ) -> None:
        someone = Person("accepted")
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with workshop.client(surface, person=someone, policy=policy) as client:
            new = {"collection": tasks.name, "documents": [{"content": {"title": "new"}}]}
            applied(await client.call_tool("upsert_appdb_documents", new))
            assert not someone.questions
            old = {"collection": tasks.name, "documents": [{"id": tasks.ids[0], "content": {"title": "other"}}]}
            applied(await client.call_tool("upsert_appdb_documents", old))
        assert "Replace the content of 1 document" in someone.questions[0]

    @pytest.mark.parametrize(
        ("documents", "says"),
        [
            ([{"id": "a", "content": {}}, {"id": "a", "content": {"b": 1}}], "Given more than once: a."),
            ([{"id": "a", "title": "flat"}], "Put its properties into content."),
            ([{"id": "a", "content": {}, "owner": "1"}], "Put its properties into content."),
            ([{"id": "", "content": {}}], "documents.0.id"),
            ([{"id": "new:1", "content": {}}], "stands for documents that have no id yet"),
            ([{"id": "a,b", "content": {}}], "holds a comma"),
            ([{"id": " a", "content": {}}], "blanks at an end"),
            ([{"id": "a\u200b", "content": {}}], "invisible characters"),
        ],
    )
    async def test_what_is_no_such_document_is_refused(
        self, workshop: Workshop, surface: str, tasks: Shelf, documents: list[Any], says: str
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "documents": documents}
            assert says in refused(await client.call_tool("upsert_appdb_documents", arguments))
        assert not workshop.written()

    async def test_an_id_that_security_hides_is_not_replaced_and_that_is_told(
        self, workshop: Workshop, surface: str
    ) -> None:
        rule = {"name": "own", "applyOn": ["READ", "UPDATE", "DELETE"], "applyToAll": True, "query": {"content.n": 1}}
        shelf = await workshop.shelf(filters=[rule])
        hidden = {"id": f"hidden-{surface}", "content": {"n": 2}}
        path = f"/api/datastores/v1/collections/{shelf.id}/documents/bulk"
        await workshop.send("PUT", path, [hidden], as_admin=True)
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "documents": [{"id": hidden["id"], "content": {"n": 1}}]}
            result = await client.call_tool("upsert_appdb_documents", arguments)
        written = applied(result)
        assert written["verified"] is False
        assert any("0 were created, the preview had 1" in fact for fact in written["facts"])
        assert any("may also hide" in fact for fact in written["facts"])


class TestDeleteAppdbDocuments:
    async def test_one_by_its_id(self, workshop: Workshop, surface: str, tasks: Shelf) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": tasks.name, "ids": [tasks.ids[1]]}
            written = applied(await client.call_tool("delete_appdb_documents", arguments))
        assert [path.endswith(tasks.ids[1]) for _, path in workshop.written()] == [True]
        assert written["verified"] is True
        assert [*await workshop.contents(tasks)] == [tasks.ids[0], *tasks.ids[2:]]

    async def test_sixty_go_in_slices_that_a_url_can_hold(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"n": number} for number in range(62)])
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": shelf.name, "filter": {"n": {"$lt": 60}}}
            written = applied(await client.call_tool("delete_appdb_documents", arguments))
        assert "Delete 60 documents" in written["summary"]
        assert written["verified"] is True
        assert [*await workshop.contents(shelf)] == shelf.ids[60:]
        assert len(workshop.written()) == 4

    async def test_ids_that_are_not_there_are_told(self, workshop: Workshop, surface: str, tasks: Shelf) -> None:
        async with workshop.client(surface) as client:
            none = {"collection": tasks.name, "ids": ["one", "two"]}
            text = refused(await client.call_tool("delete_appdb_documents", none))
            some = {"collection": tasks.name, "ids": ["one", tasks.ids[0], tasks.ids[0]]}
            written = applied(await client.call_tool("delete_appdb_documents", some))
        assert "no such document: one, two." in text
        assert "Delete 1 document " in written["summary"]
        assert any("not matching: one." in fact for fact in written["facts"])

    @pytest.mark.parametrize("arguments", [{}, {"ids": []}, {"filter": {}}, {"ids": None, "filter": None}])
    async def test_everything_is_never_meant(
        self, workshop: Workshop, surface: str, tasks: Shelf, arguments: dict[str, Any]
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            refused(await client.call_tool("delete_appdb_documents", {"collection": tasks.name, **arguments}))
        assert not workshop.written()

    async def test_hidden_documents_are_not_deleted(self, workshop: Workshop, surface: str) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"collection": "Approvals", "ids": ["5a1e0003-0000-4000-8004-000000000001"]}
            text = refused(await client.call_tool("delete_appdb_documents", arguments))
        assert "security may also hide" in text
        assert not workshop.written()


class Meanwhile(Person):
    """Says yes, the first time after somebody else wrote one more document."""

    def __init__(self, workshop: Workshop, shelf: Shelf) -> None:
        super().__init__("accepted")
        self.workshop, self.shelf = workshop, shelf

    async def __call__(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        if not self.questions:
            await late_document(self.workshop, self.shelf)
        return await super().__call__(context, params)


LATE = {"title": "late", "state": "open"}


async def late_document(workshop: Workshop, shelf: Shelf) -> None:
    """Write one more document that is open."""
    await workshop.send("POST", f"/api/datastores/v1/collections/{shelf.id}/documents", {"content": LATE})


BY_FILTER: list[tuple[str, dict[str, Any]]] = [
    ("delete_appdb_documents", {"filter": {"state": "open"}}),
    ("update_appdb_documents", {"filter": {"state": "open"}, "set": {"state": "done"}}),
]


@pytest.mark.parametrize(("tool", "arguments"), BY_FILTER)
async def test_a_document_that_matches_only_after_the_question_is_asked_about_before_it_is_touched(
    workshop: Workshop, surface: str, tasks: Shelf, tool: str, arguments: dict[str, Any]
) -> None:
    someone = Meanwhile(workshop, tasks)
    async with workshop.client(surface, person=someone) as client:
        applied(await client.call_tool(tool, {"collection": tasks.name, **arguments}))
    assert ["3 documents" in someone.questions[0], "4 documents" in someone.questions[-1]] == [True, True]


@pytest.mark.parametrize(("tool", "arguments"), BY_FILTER)
async def test_a_client_of_the_older_protocol_has_to_call_again_instead(
    workshop: Workshop, surface: str, tasks: Shelf, tool: str, arguments: dict[str, Any]
) -> None:
    async with workshop.client(surface, person=Meanwhile(workshop, tasks), mode="legacy") as client:
        result = await client.call_tool(tool, {"collection": tasks.name, **arguments})
    assert (result.structured_content or {})["status"] == "needs_confirmation", text_of(result)
    assert [*(await workshop.contents(tasks)).values()] == [*FOUR, LATE]


@pytest.mark.parametrize(("tool", "arguments"), BY_FILTER)
async def test_a_document_that_matches_only_after_the_yes_is_not_touched(
    workshop: Workshop, surface: str, tasks: Shelf, tool: str, arguments: dict[str, Any]
) -> None:
    domo = JustBefore(workshop, "PUT" if "update" in tool else "DELETE", lambda: late_document(workshop, tasks))
    async with workshop.client(surface, domo=domo) as client:
        written = applied(await client.call_tool(tool, {"collection": tasks.name, **arguments}))
    assert not domo.waiting
    assert written["verified"] is True
    assert [each for each in (await workshop.contents(tasks)).values() if each["state"] == "open"] == [LATE]


async def test_a_document_that_matches_no_longer_after_the_yes_is_left_as_it_is_and_that_is_told(
    workshop: Workshop, surface: str, tasks: Shelf
) -> None:
    theirs = {"title": "theirs", "state": "blocked"}

    async def somebody_else() -> None:
        path = f"/api/datastores/v1/collections/{tasks.id}/documents/{tasks.ids[0]}"
        await workshop.send("PUT", path, {"content": theirs})

    async with workshop.client(surface, domo=JustBefore(workshop, "PUT", somebody_else)) as client:
        arguments = {"collection": tasks.name, "filter": {"state": "open"}, "set": {"state": "done"}}
        written = applied(await client.call_tool("update_appdb_documents", arguments))
    assert (await workshop.contents(tasks))[tasks.ids[0]] == theirs
    assert written["verified"] is False
    assert any("2 were updated, the preview had 3" in fact for fact in written["facts"])
    assert tasks.ids[0] in written["differences"][0]
