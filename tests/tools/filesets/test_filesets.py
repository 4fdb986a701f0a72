"""FileSets as a client sees them, on both surfaces: found, listed, read, denied, and all of it in one go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers import cursor_of, rows_of, text_of
from tests.tools.cabinet import Cabinet, cabinet
from tests.tools.workshop import Workshop, applied, refused

HUGE = "x" * 5000
NO_ID = "5a1e0000-0000-4000-8005-00000000dead"


class TestListFilesets:
    async def test_they_are_found_by_a_part_of_the_name(self, workshop: Workshop, surface: str) -> None:
        one = await cabinet(workshop, {"a.txt": "a"}, name=f"Zebra plans {surface}")
        async with workshop.client(surface) as client:
            text = text_of(await client.call_tool("list_filesets", {"query": f"zebra PLANS {surface}"}))
            nothing = text_of(await client.call_tool("list_filesets", {"query": "zzz"}))
        header, row = rows_of(text)
        assert dict(zip(header, row, strict=True))["id"] == one.id
        assert "1 row" in text
        assert "No FileSet found." in nothing

    async def test_pages_follow_each_other_to_the_end(self, workshop: Workshop, surface: str) -> None:
        names = {(await cabinet(workshop, name=f"Serial {surface} {n}")).name for n in range(5)}
        seen: list[str] = []
        cursor: str | None = None
        async with workshop.client(surface) as client:
            for _ in range(3):
                arguments = {"query": f"Serial {surface}", "limit": 2, **({"cursor": cursor} if cursor else {})}
                text = text_of(await client.call_tool("list_filesets", arguments))
                header, *rows = rows_of(text)
                seen += [row[header.index("name")] for row in rows]
                cursor = cursor_of(text)
        assert (set(seen), len(seen), cursor) == (names, 5, None)

    async def test_filters_dates_and_order_go_to_domo(self, workshop: Workshop, surface: str) -> None:
        for name in ("Ordered alpha", "Ordered beta", "Ordered gamma"):
            await cabinet(workshop, name=f"{name} {surface}")
        filters = [
            {"field": "name", "operator": "like", "value": "Ordered"},
            {"field": "name", "operator": "LIKE", "value": [surface]},
            {"field": "name", "operator": "LIKE", "value": ["beta"], "not": True},
            {"field": "created", "start": "2026-11-22", "end": "2026-11-22"},
            {"field": "name", "order": "desc"},
        ]
        async with workshop.client(surface) as client:
            header, *rows = rows_of(text_of(await client.call_tool("list_filesets", {"filters": filters})))
        names = [row[header.index("name")] for row in rows]
        assert names == [f"Ordered gamma {surface}", f"Ordered alpha {surface}"]

    async def test_what_makes_no_sense_is_refused(self, workshop: Workshop) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"filters": [{"field": "name"}]}, "not clear"),
            ({"filters": [{"field": "name", "value": ["a"], "order": "ASC"}]}, "not clear"),
            ({"filters": [{"field": "name", "operator": "EQUALS"}]}, "has no value"),
            ({"filters": [{"field": "name", "operator": "SOUNDS_LIKE", "value": ["a"]}]}, "filters.0.operator"),
            ({"filters": [{"field": "created", "start": "yesterday"}]}, "is no date"),
            ({"filters": [{"field": "created", "start": "2026-02-01", "end": "2026-01-01"}]}, "end before they start"),
            ({"filters": [{"field": "name", "values": ["a"]}]}, "filters.0.values"),
            ({"limit": 0}, "limit"),
            ({"query": HUGE}, "query"),
            ({"cursor": "nonsense"}, "not a cursor"),
        ]
        async with workshop.client() as client:
            for arguments, says in cases:
                assert says in refused(await client.call_tool("list_filesets", arguments))


class TestListFilesetFiles:
    async def test_files_and_directories_with_their_paths(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        async with workshop.client(surface) as client:
            whole = text_of(await client.call_tool("list_fileset_files", {"fileset": papers.name}))
            arguments = {"fileset": papers.id, "directory": "a/", "immediate_children": True}
            below = text_of(await client.call_tool("list_fileset_files", arguments))
        assert sorted(row[0] for row in rows_of(whole)[1:]) == await papers.paths()
        assert {row[0] for row in rows_of(below)[1:]} == {"a/b", "a/one.md", "a/two.md"}
        assert cursor_of(whole) is None

    @pytest.mark.parametrize("limit", [1, 2, 6])
    async def test_pages_follow_each_other_to_the_end(
        self, workshop: Workshop, surface: str, papers: Cabinet, limit: int
    ) -> None:
        seen: list[str] = []
        cursor: str | None = None
        async with workshop.client(surface) as client:
            for _ in range(8):
                arguments = {"fileset": papers.id, "limit": limit, **({"cursor": cursor} if cursor else {})}
                text = text_of(await client.call_tool("list_fileset_files", arguments))
                seen += [row[0] for row in rows_of(text)[1:]] if "No file found" not in text else []
                cursor = cursor_of(text)
                if cursor is None:
                    break
        assert (seen, cursor) == (await papers.paths(), None)

    async def test_rows_that_the_budget_cut_come_next(self, workshop: Workshop, surface: str) -> None:
        files = {f"{n:02}-{'long' * 20}.txt": "x" for n in range(30)}
        many = await cabinet(workshop, files)
        seen: list[str] = []
        cursor: str | None = None
        async with workshop.client(surface, results={"max_tokens": 700}) as client:
            for _ in range(30):
                arguments = {"fileset": many.id, "limit": 20, **({"cursor": cursor} if cursor else {})}
                text = text_of(await client.call_tool("list_fileset_files", arguments))
                seen += [row[0] for row in rows_of(text)[1:]] if "No file found" not in text else []
                cursor = cursor_of(text)
                if cursor is None:
                    break
        assert seen == sorted(files)

    async def test_filters_and_order_go_to_domo(self, workshop: Workshop, surface: str, papers: Cabinet) -> None:
        filters = [{"field": "name", "operator": "LIKE", "value": [".md"]}, {"field": "name", "order": "DESC"}]
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.name, "filters": filters}
            text = text_of(await client.call_tool("list_fileset_files", arguments))
        assert [row[0] for row in rows_of(text)[1:]] == ["a/two.md", "a/one.md"]

    async def test_dates_are_compared_as_they_are_written_and_a_wrong_operator_names_the_one_that_is_meant(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        since = {"field": "created", "operator": "GREATER_THAN", "value": ["2026-01-31"]}
        until = {"field": "created", "operator": "LESS_THAN_OR_EQUAL", "value": "2026-01-31T08:00:00Z"}
        wrong = {"field": "name", "operator": "contains", "value": ["one"]}
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.id, "filters": [since]}
            after = text_of(await client.call_tool("list_fileset_files", arguments))
            before = text_of(await client.call_tool("list_fileset_files", {**arguments, "filters": [until]}))
            said = refused(await client.call_tool("list_fileset_files", {**arguments, "filters": [wrong]}))
        assert [row[0] for row in rows_of(after)[1:]] == await papers.paths()
        assert "No file found" in before
        assert "LIKE is meant?" in said

    async def test_what_makes_no_sense_is_refused(self, workshop: Workshop) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({}, "fileset is required"),
            ({"fileset": ""}, "fileset"),
            ({"fileset": "nowhere at all"}, "Find it with list_filesets."),
            ({"fileset": NO_ID}, "no fileset"),
            ({"fileset": "../../users"}, "no fileset"),
            ({"fileset": HUGE}, "fileset"),
        ]
        async with workshop.client() as client:
            for arguments, says in cases:
                assert says in refused(await client.call_tool("list_fileset_files", arguments))


class TestReadFilesetFile:
    @pytest.mark.parametrize("by", ["path", "id"])
    async def test_the_text_with_where_it_is_from(
        self, workshop: Workshop, surface: str, papers: Cabinet, by: str
    ) -> None:
        file = "a/b/three.html" if by == "path" else papers.files["a/b/three.html"]
        async with workshop.client(surface) as client:
            text = text_of(await client.call_tool("read_fileset_file", {"fileset": papers.name, "file": file}))
        assert text.splitlines()[1] == "Three"
        assert 'File "a/b/three.html"' in text
        assert "The whole text has 5 characters." in text

    async def test_a_long_one_is_cut_to_the_budget(self, workshop: Workshop) -> None:
        long = await cabinet(workshop, {"long.txt": "word " * 20_000})
        async with workshop.client() as client:
            arguments = {"fileset": long.id, "file": "long.txt", "max_tokens": 400}
            text = text_of(await client.call_tool("read_fileset_file", arguments))
        assert len(text) < 2000
        assert "The whole text has 100,000 characters" in text
        assert "raise max_tokens" in text

    async def test_one_that_is_not_there_names_those_of_that_name(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("read_fileset_file", {"fileset": papers.id, "file": "one.md"}))
        assert 'has no file "one.md". Nearest: "a/one.md".' in text

    async def test_what_is_no_file_is_refused(self, workshop: Workshop, surface: str, papers: Cabinet) -> None:
        cases = {
            "": "file",
            "/": "no path in a FileSet",
            "../secrets.txt": "no path in a FileSet",
            "a//one.md": "no path in a FileSet",
            NO_ID: "has no file",
            "a": "is a directory",
            HUGE: "file",
        }
        async with workshop.client(surface) as client:
            for file, says in cases.items():
                arguments = {"fileset": papers.id, "file": file}
                assert says in refused(await client.call_tool("read_fileset_file", arguments)), file


class TestGetFileset:
    async def test_all_that_domo_says(self, workshop: Workshop, surface: str, papers: Cabinet) -> None:
        async with workshop.client(surface) as client:
            found = (await client.call_tool("get_fileset", {"fileset": papers.name.upper()})).structured_content
        assert found
        assert (found["id"], found["name"]) == (papers.id, papers.name)
        if surface == "product":
            assert (found["files"], found["permission"], found["ai_enabled"]) == (4, "OWNER", False)

    async def test_two_of_a_name_are_told_apart(self, workshop: Workshop, surface: str) -> None:
        twins = [await cabinet(workshop, name=f"Twin {surface}") for _ in range(2)]
        async with workshop.client(surface) as client:
            text = refused(await client.call_tool("get_fileset", {"fileset": f"twin {surface}"}))
        assert all(twin.id in text for twin in twins)


class TestLists:
    async def test_what_is_denied_is_not_there_for_any_tool(self, workshop: Workshop, surface: str) -> None:
        secret = await cabinet(workshop, {"pay.txt": "Everyone earns 7."}, name=f"Payroll {surface}", ai=True)
        await secret.indexed()
        policy = {"access": "full", "deny": {"fileset": ["Payroll*"]}}
        workshop.forget()
        async with workshop.client(surface, policy=policy) as client:
            listed = text_of(await client.call_tool("list_filesets", {"query": "payroll"}))
            asked = text_of(await client.call_tool("query_filesets", {"query": "how much does everyone earn"}))
            texts = [
                refused(await client.call_tool(tool, {"fileset": which, **more}))
                for which in (secret.name, secret.id)
                for tool, more in (
                    ("list_fileset_files", {}),
                    ("read_fileset_file", {"file": "pay.txt"}),
                    ("get_fileset", {}),
                    ("upload_fileset_file", {"content": "x", "name": "x.txt"}),
                    ("update_fileset", {"name": "Open"}),
                    ("delete_fileset_file", {"file": "pay.txt"}),
                    ("delete_fileset", {}),
                )
            ]
            named = refused(await client.call_tool("query_filesets", {"query": "pay", "filesets": [secret.name]}))
            made = refused(await client.call_tool("create_fileset", {"name": "Payroll 2"}))
            link = f"domo://{surface}/filesets/{secret.id}/files/{secret.files['pay.txt']}"
            picture = refused(await client.call_tool("image_to_text", {"image": link}))
        assert all("not allowed here" in text for text in (*texts, named, made, picture))
        assert "Payroll" not in listed
        assert "earns 7" not in asked
        assert "Payroll" not in asked
        assert not workshop.written()


async def test_upload_ask_read_and_delete_in_one_go(workshop: Workshop, surface: str) -> None:
    notes = await cabinet(workshop, name=f"Round trip {surface}", ai=True)
    async with workshop.client(surface) as client:
        content = "# Penguins\n\nPenguins huddle to keep warm in storms."
        given = {"fileset": notes.name, "content": content, "name": "penguins.md", "directory": "birds"}
        applied(await client.call_tool("upload_fileset_file", given))
        await notes.indexed()
        asked = {"query": "how do penguins stay warm", "filesets": [notes.name]}
        found = text_of(await client.call_tool("query_filesets", asked))
        file = {"fileset": notes.name, "file": "birds/penguins.md"}
        text = text_of(await client.call_tool("read_fileset_file", file))
        applied(await client.call_tool("delete_fileset_file", file))
        gone = refused(await client.call_tool("read_fileset_file", file))
    assert "birds/penguins.md" in found
    assert "Penguins huddle to keep warm in storms." in text
    assert "has no file" in gone
