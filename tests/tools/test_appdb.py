"""Reading AppDB, as a client sees it, on both surfaces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client

from tests.answers import cursor_of, rows_of, text_of
from tests.tools.workshop import Shelf, Workshop, refused

TASKS = "5a1e0000-0000-4000-8003-000000000002"
NOTES_DATASET = "5a1e0000-0000-4000-8000-000000000010"
HIDDEN_APPROVAL = "5a1e0003-0000-4000-8004-000000000001"


async def ask(client: Client, collection: str, **arguments: Any) -> str:
    """The text of a query that succeeds."""
    result = await client.call_tool("query_appdb_documents", {"collection": collection, **arguments})
    assert not result.is_error, text_of(result)
    return text_of(result)


@pytest.fixture
async def stock(workshop: Workshop) -> Shelf:
    """Twelve documents, numbered, half of them open, with objects and lists in them."""
    contents = [
        {
            "number": number,
            "state": "open" if number % 2 else "done",
            "due": f"2026-0{1 + number // 4}-15",
            "owner": "Kim" if number < 3 else "Lee",
            "place": {"city": "Oslo" if number < 5 else "Rome"},
            "tags": ["new", "old"][: number % 3],
        }
        for number in range(12)
    ]
    return await workshop.shelf(contents)


class TestListAppdbCollections:
    async def test_each_comes_with_its_columns_and_its_dataset(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            text = text_of(await client.call_tool("list_appdb_collections", {"query": "campaign"}))
        header, row = rows_of(text)
        found = dict(zip(header, row, strict=True))
        assert (found["name"], found["synced"], found["dataset_id"]) == ("Campaign Notes", "true", NOTES_DATASET)
        assert found["columns"].startswith("campaign; channel; author")

    async def test_pages_fit_together(self, workshop: Workshop, surface: str) -> None:
        names = [(await workshop.shelf(name=f"{surface} page {number}")).name for number in range(5)]
        seen, cursor = [], None
        async with workshop.client(surface) as client:
            for _ in range(9):
                arguments = {"query": f"{surface} PAGE", "limit": 2, "cursor": cursor}
                text = text_of(await client.call_tool("list_appdb_collections", arguments))
                seen += [row[1] for row in rows_of(text)[1:]]
                cursor = cursor_of(text)
                if not cursor:
                    break
        assert seen == names

    async def test_none_found_is_no_error(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("list_appdb_collections", {"query": "zebra"})
        assert not result.is_error
        assert "No AppDB collection found." in text_of(result)

    async def test_a_cursor_of_another_list_is_refused(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            cursor = cursor_of(text_of(await client.call_tool("list_appdb_collections", {"limit": 1})))
            result = await client.call_tool("list_appdb_collections", {"limit": 1, "cursor": cursor, "query": "a"})
        assert "another call" in refused(result)


class TestGetAppdbDocument:
    async def test_the_whole_document_comes(self, workshop: Workshop, surface: str, stock: Shelf) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("get_appdb_document", {"collection": stock.name, "document": stock.ids[2]})
        found = result.structured_content
        assert found is not None, text_of(result)
        assert (found["id"], found["collection_id"], found["owner"]) == (stock.ids[2], stock.id, "1001")
        assert found["content"]["tags"] == ["new", "old"]
        assert "synced" not in found

    async def test_one_that_is_hidden_is_told_as_perhaps_hidden(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            arguments = {"collection": "Approvals", "document": HIDDEN_APPROVAL}
            text = refused(await client.call_tool("get_appdb_document", arguments))
        assert "document-level security hides it" in text
        assert "Discount" not in text

    @pytest.mark.parametrize("key", ["bulk", "QUERY", "update", "..", "a/b"])
    async def test_what_would_be_another_path_is_never_sent(
        self, workshop: Workshop, surface: str, stock: Shelf, key: str
    ) -> None:
        workshop.sandbox.state.requests.clear()
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("get_appdb_document", {"collection": stock.name, "document": key}))
        assert "is not" in text
        assert not [path for _, path in workshop.sandbox.state.requests if "/documents" in path]


class TestNames:
    @pytest.mark.parametrize("name", ["Tasks", "tasks", " TASKS ", "`Tasks`", TASKS, TASKS.upper()])
    async def test_an_id_and_a_name_in_any_case_mean_the_same(
        self, workshop: Workshop, surface: str, name: str
    ) -> None:
        async with workshop.client(surface) as client:
            text = await ask(client, name, limit=1)
        assert f'Collection "Tasks" ({TASKS})' in text

    async def test_an_unknown_name_lists_the_nearest_with_ids(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("query_appdb_documents", {"collection": "Taks"}))
        assert TASKS in text
        assert "owner 1001" in text
        assert "list_appdb_collections" in text

    async def test_names_that_differ_in_case_only_need_the_right_case(self, workshop: Workshop, surface: str) -> None:
        lower = await workshop.shelf([{"a": 1}], name=f"twins of {surface}")
        upper = await workshop.shelf([{"a": 2}], name=f"Twins of {surface}")
        async with workshop.client(surface) as client:
            assert f"({lower.id})" in await ask(client, lower.name)
            text = refused(await client.call_tool("query_appdb_documents", {"collection": lower.name.upper()}))
        assert lower.id in text
        assert upper.id in text

    async def test_one_made_after_the_list_was_read_is_found(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            await ask(client, "Tasks", limit=1)
            late = await workshop.shelf([{"a": 1}])
            assert late.ids[0] in await ask(client, late.name)

    async def test_an_id_that_is_none_is_told(self, workshop: Workshop, surface: str) -> None:
        nowhere = "5a1e0000-0000-4000-8003-0000000000ff"
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("query_appdb_documents", {"collection": nowhere}))
        assert "no collection" in text


class TestQueryAppdbDocuments:
    async def test_properties_are_columns_and_what_is_nested_is_json(
        self, workshop: Workshop, surface: str, stock: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            header, *rows = rows_of(await ask(client, stock.name))
        assert header == ["id", "number", "state", "due", "content.owner", "place", "tags", "updatedOn"]
        assert [row[0] for row in rows] == stock.ids
        assert json.loads(rows[2][5]) == {"city": "Oslo"}
        assert json.loads(rows[2][6]) == ["new", "old"]

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ({"number": {"$gte": 10}}, [10, 11]),
            ({"content.number": {"$gte": 10}}, [10, 11]),
            ({"$or": [{"number": 1}, {"place.city": "Rome", "number": {"$lt": 7}}]}, [1, 5, 6]),
            ({"owner": "Kim"}, []),
            ({"content.owner": "Kim"}, [0, 1, 2]),
            ({"owner": "1001", "number": 3}, [3]),
            ({"tags": {"$size": 2}, "state": {"$ne": "open"}}, [2, 8]),
            ({"state": {"$regex": "^OP", "$options": "i"}, "number": {"$mod": [4, 3]}}, [3, 7, 11]),
            ({"due": {"$gt": "2026-02-20"}}, [8, 9, 10, 11]),
            ({"createdOn": {"$lt": {"$date": "2020-01-01T00:00:00.000Z"}}}, []),
            ({"createdOn": {"$gt": {"$date": "2020-01-01T00:00:00.000Z"}}, "number": 4}, [4]),
            ({"$expr": {"$eq": ["$number", 6]}}, [6]),
        ],
    )
    async def test_a_filter_finds_what_it_says(
        self, workshop: Workshop, surface: str, stock: Shelf, query: dict[str, Any], numbers: list[int]
    ) -> None:
        async with workshop.client(surface) as client:
            header, *rows = rows_of(await ask(client, stock.name, filter=query))
        found = [int(row[header.index("number")]) for row in rows]
        assert found == numbers

    async def test_a_filter_by_ids(self, workshop: Workshop, surface: str, stock: Shelf) -> None:
        async with workshop.client(surface) as client:
            _, *rows = rows_of(await ask(client, stock.name, filter={"id": {"$in": stock.ids[3:5]}}))
        assert [row[0] for row in rows] == stock.ids[3:5]

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ({"number": {"$greater": 3}}, "Nearest: $"),
            ({"number": {"$gtt": 3}}, "$gt"),
            ({"$were": "1"}, "not an operator"),
            ({"$where": "this.a"}, "JavaScript is never run"),
            ({"$text": {"$search": "a"}}, "$regex"),
            ({"state": {"$in": "open"}}, '$in for state takes a list of values. Not "open".'),
            ({"$and": {"a": 1}}, "$and"),
            ({"createdOn": {"$gt": "2026-01-31"}}, '{"$date": "2026-01-31T00:00:00.000Z"}'),
            ({"createdOn": {"$gt": {"$date": "2026-01-31"}}}, '{"$date": "2026-01-31T00:00:00.000Z"}'),
            ({"$gt": {"number": 3}}, "belongs to a property"),
        ],
    )
    async def test_a_wrong_operator_is_refused_before_domo_with_the_right_one(
        self, workshop: Workshop, surface: str, stock: Shelf, query: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            workshop.sandbox.state.requests.clear()
            result = await client.call_tool("query_appdb_documents", {"collection": stock.name, "filter": query})
        assert says in refused(result)
        assert not workshop.sandbox.state.requests

    async def test_a_filter_that_came_as_text_is_read(self, workshop: Workshop, stock: Shelf) -> None:
        async with workshop.client() as client:
            _, *rows = rows_of(await ask(client, stock.name, filter='{"number": 4}', order_by="-number"))
        assert [row[0] for row in rows] == [stock.ids[4]]

    async def test_a_property_that_nothing_has_is_told_with_the_nearest(
        self, workshop: Workshop, surface: str, stock: Shelf
    ) -> None:
        async with workshop.client(surface) as client:
            text = await ask(client, stock.name, filter={"stat": "open", "place.city": "Rome"})
        assert 'the property "stat"; nearest: state' in text
        assert '"place.city"' not in text
        assert "No documents matched." in text

    async def test_a_date_in_a_content_that_is_compared_as_a_date_is_told(
        self, workshop: Workshop, surface: str, stock: Shelf
    ) -> None:
        query = {"due": {"$gt": {"$date": "2026-01-01T00:00:00.000Z"}}}
        async with workshop.client(surface) as client:
            text = await ask(client, stock.name, filter=query)
        assert "due is compared with a $date, but dates in a content are text" in text

    @pytest.mark.parametrize("nested", [False, True])
    async def test_groups_come_flat_whichever_way_domo_sends_them(
        self, workshop: Workshop, surface: str, stock: Shelf, nested: bool
    ) -> None:
        workshop.sandbox.state.nested_groups = nested
        asked: dict[str, Any] = {
            "group_by": ["place.city", "state"],
            "count": "documents",
            "sum": {"total": "number"},
            "avg": {"mean": "number"},
            "min": {"least": "number"},
            "max": {"most": "number"},
            "order_by": ["city descending", "state"],
        }
        async with workshop.client(surface) as client:
            rows = rows_of(await ask(client, stock.name, **asked))
        header, *found = rows
        assert [dict(zip(header, row, strict=True)) for row in found] == [
            dict(zip(("city", "state", "documents", "mean", "total", "least", "most"), row.split(), strict=True))
            for row in ("Rome done 3 8 24 6 10", "Rome open 4 8 32 5 11", "Oslo done 3 2 6 0 4", "Oslo open 2 2 4 1 3")
        ]

    async def test_lists_are_flattened_before_they_are_grouped(
        self, workshop: Workshop, surface: str, stock: Shelf
    ) -> None:
        asked = {"group_by": ["tags"], "unwind": ["tags"], "count": "k", "order_by": ["k desc"]}
        async with workshop.client(surface) as client:
            rows = rows_of(await ask(client, stock.name, **asked))
        assert rows == [["tags", "k"], ["new", "8"], ["old", "4"]]

    async def test_a_count_without_groups(self, workshop: Workshop, surface: str, stock: Shelf) -> None:
        async with workshop.client(surface) as client:
            rows = rows_of(await ask(client, stock.name, filter={"state": "open"}, count="n"))
        assert rows == [["n"], ["6"]]

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"unwind": ["tags"]}, "unwind goes with"),
            ({"count": "n", "order_by": ["number"]}, 'no "number" to order by'),
            ({"sum": {"a b": "number"}}, "a b"),
            ({"sum": {"total": "number, x"}}, "number, x"),
            ({"order_by": ["due date"]}, "cannot order by"),
            ({"limit": 0}, "limit"),
            ({"limit": 10_001}, "limit"),
            ({"fields": ["a"]}, "There is no argument fields."),
        ],
    )
    async def test_what_the_query_cannot_carry_is_refused(
        self, workshop: Workshop, surface: str, stock: Shelf, asked: dict[str, Any], says: str
    ) -> None:
        async with workshop.client(surface) as client:
            result = await client.call_tool("query_appdb_documents", {"collection": stock.name, **asked})
        assert says in refused(result)

    @pytest.mark.parametrize("asked", [{}, {"filter": {"number": {"$gte": 0}}}, {"order_by": ["-number"]}])
    async def test_pages_fit_together_to_the_end(
        self, workshop: Workshop, surface: str, stock: Shelf, asked: dict[str, Any]
    ) -> None:
        seen, cursor = [], None
        async with workshop.client(surface) as client:
            for _ in range(9):
                text = await ask(client, stock.name, limit=5, cursor=cursor, **asked)
                seen += [row[0] for row in rows_of(text)[1:]]
                cursor = cursor_of(text)
                if not cursor:
                    break
        assert seen == (stock.ids[::-1] if "order_by" in asked else stock.ids)

    async def test_pages_of_groups_need_an_order_of_all_groups(
        self, workshop: Workshop, surface: str, stock: Shelf
    ) -> None:
        asked: dict[str, Any] = {"group_by": ["number"], "count": "n", "limit": 8}
        async with workshop.client(surface) as client:
            unordered = await ask(client, stock.name, **asked)
            first = await ask(client, stock.name, **asked, order_by=["number"])
            second = await ask(client, stock.name, **asked, order_by=["number"], cursor=cursor_of(first))
        assert "order by every group" in unordered
        assert cursor_of(unordered) is None
        assert [row[0] for row in rows_of(first)[1:] + rows_of(second)[1:]] == [str(number) for number in range(12)]

    async def test_a_cursor_of_another_question_is_refused(self, workshop: Workshop, stock: Shelf) -> None:
        async with workshop.client() as client:
            cursor = cursor_of(await ask(client, stock.name, limit=5))
            arguments = {"collection": stock.name, "limit": 5, "filter": {"state": "open"}, "cursor": cursor}
            assert "another call" in refused(await client.call_tool("query_appdb_documents", arguments))

    @pytest.mark.parametrize("most", [300, 1500])
    async def test_huge_documents_are_cut_to_max_tokens_and_the_rest_is_a_cursor_away(
        self, workshop: Workshop, surface: str, most: int
    ) -> None:
        huge = await workshop.shelf([{"number": number, "text": f"{number} " + "words " * 60} for number in range(40)])
        seen, cursor = [], None
        async with workshop.client(surface) as client:
            for _ in range(60):
                text = await ask(client, huge.name, max_tokens=most, cursor=cursor)
                assert len(text) / 4 <= most + 40
                seen += [row[0] for row in rows_of(text)[1:]]
                cursor = cursor_of(text)
                if not cursor:
                    break
        assert seen == huge.ids

    async def test_one_document_larger_than_the_budget_says_so(self, workshop: Workshop, surface: str) -> None:
        huge = await workshop.shelf([{"text": "words " * 20_000}])
        async with workshop.client(surface) as client:
            text = await ask(client, huge.name, max_tokens=500)
            whole = await client.call_tool("get_appdb_document", {"collection": huge.name, "document": huge.ids[0]})
        assert len(text) < 3000
        assert "raise it or select less" in text
        assert len(text_of(whole)) < 25_000

    async def test_documents_of_other_regions_are_hidden_and_that_is_told_where_nothing_is_found(
        self, workshop: Workshop, surface: str
    ) -> None:
        async with workshop.client(surface) as client:
            own = rows_of(await ask(client, "Approvals"))
            others = await ask(client, "Approvals", filter={"region": "East"})
            counted = rows_of(await ask(client, "Approvals", group_by=["region"], count="n"))
        assert {row[2] for row in own[1:]} == {"West"}
        assert "Document-level security may also hide documents." in others
        assert counted == [["region", "n"], ["West", "6"]]

    async def test_what_may_not_be_read_is_a_clear_error(self, workshop: Workshop, surface: str) -> None:
        shelf = await workshop.shelf([{"a": 1}], as_admin=True)
        await workshop.permit(shelf, 1001, "read")
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("query_appdb_documents", {"collection": shelf.name}))
        assert "read_content permission" in text
        assert shelf.name in text
