"""Changes of FileSets and their files, on both surfaces: done, verified, undone, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.answers import text_of
from tests.changes.answers import Person
from tests.tools.cabinet import Cabinet, cabinet
from tests.tools.workshop import Workshop, applied, refused

HUGE = "x" * 5000


class TestUploadFilesetFile:
    async def test_what_was_uploaded_is_there_verified_and_undone(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        content = "data:text/plain;base64," + base64.b64encode(b"\xff\x00 bytes").decode()
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.name, "content": content, "name": "new.bin", "directory": "a/c"}
            written = applied(await client.call_tool("upload_fileset_file", arguments))
            there = await papers.paths()
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
        assert (written["verified"], written["undo"]) == (True, "content")
        assert "a/c/new.bin" in there
        assert "a/c/new.bin" not in await papers.paths()

    async def test_it_is_not_undone_when_it_is_another_file_by_now(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.id, "content": "mine", "name": "mine.txt"}
            written = applied(await client.call_tool("upload_fileset_file", arguments))
            await papers.put("mine.txt", "someone else's")
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert "has changed since" in text
        assert "mine.txt" in await papers.paths()

    async def test_nothing_goes_into_a_fileset_that_had_the_name_when_filesets_were_listed(
        self, workshop: Workshop, surface: str
    ) -> None:
        drafts, public = await cabinet(workshop, name="Drafts"), await cabinet(workshop, name="Published")
        arguments = {"fileset": "Drafts", "content": "not ready", "name": "new.txt"}
        async with workshop.client(surface) as client:
            await client.call_tool("list_fileset_files", {"fileset": "Drafts"})
            for each, name in ((drafts, "between"), (public, "Drafts"), (drafts, "Published")):
                await workshop.send("POST", f"/api/files/v1/filesets/{each.id}", {"name": name})
            text = refused(await client.call_tool("upload_fileset_file", arguments))
            again = applied(await client.call_tool("upload_fileset_file", arguments))
        assert "by now" in text
        assert again["verified"] is True
        assert (await drafts.paths(), await public.paths()) == ([], ["new.txt"])

    async def test_a_local_file_is_sent_as_it_is(
        self, workshop: Workshop, surface: str, papers: Cabinet, tmp_path: Path
    ) -> None:
        data = os.urandom(3_000_000)
        (tmp_path / "large.pdf").write_bytes(data)
        async with workshop.client(surface, files={"roots": [str(tmp_path)], "exports": ""}) as client:
            arguments = {"fileset": papers.id, "source": "large.pdf"}
            written = applied(await client.call_tool("upload_fileset_file", arguments))
        path = f"/api/files/v1/filesets/{papers.id}/files/{written['new_ids']['new:1']}"
        found = await workshop.send("GET", path)
        assert (found["hash"], found["contentType"]) == (hashlib.sha256(data).hexdigest(), "application/pdf")

    async def test_what_replaces_a_file_is_asked_first_and_cannot_be_undone(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        someone = Person("accepted")
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with workshop.client(surface, person=someone, policy=policy) as client:
            arguments = {"fileset": papers.id, "content": "another", "name": "one.md", "directory": "a"}
            written = applied(await client.call_tool("upload_fileset_file", arguments))
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert 'Replace "a/one.md"' in someone.questions[0]
        assert "Domo replaces it for good" in someone.questions[0]
        assert (written["undo"], written["verified"]) == ("none", True)
        assert "cannot be undone" in text

    async def test_the_same_content_is_not_uploaded_twice(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.id, "content": "At the top.", "name": "top.txt"}
            assert "nothing to upload" in refused(await client.call_tool("upload_fileset_file", arguments))
        assert not workshop.written()

    @pytest.mark.parametrize("kind", ["reset_after", "not_json"])
    async def test_where_the_answer_is_lost_it_is_looked_for_and_not_sent_again(
        self, workshop: Workshop, surface: str, papers: Cabinet, kind: str
    ) -> None:
        workshop.strike(kind, "POST", "*/files")
        async with workshop.client(surface) as client:
            arguments = {"fileset": papers.id, "content": "once", "name": "once.txt"}
            written = applied(await client.call_tool("upload_fileset_file", arguments))
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
        assert "Domo's answer was lost, and the file is there." in written["facts"]
        assert [path for method, path in workshop.written() if method == "POST"] == [
            f"/{'api' if surface == 'product' else 'domo'}/files/v1/filesets/{papers.id}/files"
        ]

    async def test_what_domo_refuses_changes_nothing(self, workshop: Workshop, surface: str) -> None:
        other = await cabinet(workshop, as_admin=True)
        async with workshop.client(surface) as client:
            arguments = {"fileset": other.id, "content": "x", "name": "x.txt"}
            refused(await client.call_tool("upload_fileset_file", arguments))
        assert await other.paths() == []

    async def test_what_cannot_be_uploaded_is_refused(
        self, workshop: Workshop, papers: Cabinet, tmp_path: Path
    ) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({}, "either source or content"),
            ({"content": "x"}, "needs a name"),
            ({"content": "x", "name": "a/b.txt"}, "not one that a file can have"),
            ({"content": "x", "name": "a\nb.txt"}, "not one that a file can have"),
            ({"content": "x", "name": "n" * 300}, "name"),
            ({"content": "data:text/plain;base64,@@@", "name": "a.txt"}, "not base64"),
            ({"content": "", "name": "a.txt"}, "content"),
            ({"content": "x", "name": "b", "directory": "a"}, "is a directory"),
            ({"content": "x", "name": "a.txt", "directory": "../up"}, "no path in a FileSet"),
            ({"source": "/etc/hosts"}, "outside the folders"),
            ({"source": "link.txt"}, "outside the folders"),
            ({"source": "empty.txt"}, "is empty"),
            ({"source": "folder"}, "cannot be read"),
            ({"source": "missing.txt"}, "cannot be read"),
        ]
        root = tmp_path / "root"
        (root / "folder").mkdir(parents=True)
        (root / "empty.txt").touch()
        (tmp_path / "secret.txt").write_text("secret")
        (root / "link.txt").symlink_to(tmp_path / "secret.txt")
        workshop.forget()
        async with workshop.client(files={"roots": [str(root)], "exports": ""}) as client:
            for arguments, says in cases:
                result = await client.call_tool("upload_fileset_file", {"fileset": papers.id, **arguments})
                assert says in refused(result), arguments
        assert not workshop.written()


class TestCreateFileset:
    async def test_a_new_one_is_there_and_undone_while_it_is_empty(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            await client.call_tool("list_filesets", {})
            given = {"name": f"Made {surface}", "description": "By a test."}
            written = applied(await client.call_tool("create_fileset", given))
            twice = refused(await client.call_tool("create_fileset", given))
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
            gone = refused(await client.call_tool("get_fileset", {"fileset": written["new_ids"]["new:1"]}))
        assert (written["verified"], written["undo"]) == (True, "content")
        assert "already" in twice
        assert "There is no fileset" in gone

    async def test_one_that_holds_a_file_by_now_is_not_undone(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            written = applied(await client.call_tool("create_fileset", {"name": f"Filled {surface}"}))
            key = written["new_ids"]["new:1"]
            made = Cabinet(workshop, key, "")
            await made.put("a.txt", "a")
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert "holds files by now" in text
        assert await made.paths() == ["a.txt"]

    async def test_ai_and_a_connector_are_sent(self, workshop: Workshop) -> None:
        given = {"name": "Bucket", "account_id": 12, "connector": "S3", "relative_path": "b/p", "ai_enabled": True}
        async with workshop.client() as client:
            written = applied(await client.call_tool("create_fileset", given))
        made = await Cabinet(workshop, written["new_ids"]["new:1"], "").definition()
        assert (made["aiEnabled"], made["accountId"]) == (True, 12)
        assert made["connectorContext"] == {"connector": "S3", "relativePath": "b/p"}

    async def test_what_makes_no_sense_is_refused(self, workshop: Workshop) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"name": ""}, "name"),
            ({"name": HUGE}, "name"),
            ({"name": "n", "relative_path": "a"}, "Name the connector."),
            ({"name": "n", "account_id": "mine"}, "account_id"),
        ]
        workshop.forget()
        async with workshop.client() as client:
            for arguments, says in cases:
                assert says in refused(await client.call_tool("create_fileset", arguments))
        assert not workshop.written()


class TestUpdateFileset:
    async def test_name_and_description_change_and_come_back(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        async with workshop.client(surface) as client:
            given = {"fileset": papers.name, "name": f"{papers.name} new", "description": "Now described."}
            written = applied(await client.call_tool("update_fileset", given))
            changed = await papers.definition()
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
        assert (written["verified"], changed["name"]) == (True, f"{papers.name} new")
        assert ((await papers.definition())["name"], (await papers.definition())["description"]) == (papers.name, "")

    async def test_ai_is_switched_on_and_off_again(self, workshop: Workshop, papers: Cabinet) -> None:
        async with workshop.client() as client:
            arguments = {"fileset": papers.id, "ai_enabled": True}
            written = applied(await client.call_tool("update_fileset", arguments))
            on = (await papers.definition())["aiEnabled"]
            applied(await client.call_tool("undo_change", {"change": written["change"]}))
        assert (on, (await papers.definition())["aiEnabled"]) == (True, False)

    async def test_an_app_cannot_switch_ai(self, workshop: Workshop, papers: Cabinet) -> None:
        async with workshop.client("app") as client:
            for name, arguments in (
                ("update_fileset", {"fileset": papers.id, "ai_enabled": True}),
                ("create_fileset", {"name": "With AI", "ai_enabled": True}),
            ):
                assert "Leave ai_enabled out." in refused(await client.call_tool(name, arguments))

    @pytest.mark.parametrize("arguments", [{}, {"description": ""}])
    async def test_nothing_to_change_is_refused(
        self, workshop: Workshop, papers: Cabinet, arguments: dict[str, Any]
    ) -> None:
        workshop.forget()
        async with workshop.client() as client:
            text = refused(await client.call_tool("update_fileset", {"fileset": papers.id, **arguments}))
        assert "Nothing would change." in text
        assert not workshop.written()


async def test_a_new_fileset_goes_again_though_an_upload_that_was_undone_left_a_directory(
    workshop: Workshop, surface: str
) -> None:
    async with workshop.client(surface) as client:
        made = applied(await client.call_tool("create_fileset", {"name": f"Brief {surface}"}))
        fileset = made["new_ids"]["new:1"]
        upload = {"fileset": fileset, "content": "x", "name": "x.txt", "directory": "deep/down"}
        written = applied(await client.call_tool("upload_fileset_file", upload))
        applied(await client.call_tool("undo_change", {"change": written["change"]}))
        applied(await client.call_tool("undo_change", {"change": made["change"]}))
        assert "no fileset" in refused(await client.call_tool("get_fileset", {"fileset": fileset}))


class TestDeletion:
    @pytest.mark.parametrize("by", ["path", "id"])
    async def test_a_file_goes_for_good(self, workshop: Workshop, surface: str, papers: Cabinet, by: str) -> None:
        someone = Person("accepted")
        file = "a/one.md" if by == "path" else papers.files["a/one.md"]
        async with workshop.client(surface, person=someone) as client:
            arguments = {"fileset": papers.id, "file": file}
            written = applied(await client.call_tool("delete_fileset_file", arguments))
        assert "it cannot be undone" in someone.questions[0]
        assert (written["undo"], written["verified"]) == ("none", True)
        assert "a/one.md" not in await papers.paths()

    async def test_a_file_that_changed_since_the_question_stays(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        class Late(Person):
            async def __call__(self, context: Any, params: Any) -> Any:
                await papers.put("a/one.md", "another by now")
                return await super().__call__(context, params)

        async with workshop.client(surface, person=Late("accepted"), mode="legacy") as client:
            arguments = {"fileset": papers.id, "file": "a/one.md"}
            text = text_of(await client.call_tool("delete_fileset_file", arguments))
        assert "has changed since the question; nothing was applied" in text
        assert "a/one.md" in await papers.paths()

    async def test_a_fileset_goes_with_its_files_and_the_question_counts_them(
        self, workshop: Workshop, surface: str, papers: Cabinet
    ) -> None:
        someone = Person("accepted")
        async with workshop.client(surface, person=someone) as client:
            written = applied(await client.call_tool("delete_fileset", {"fileset": papers.name}))
            gone = refused(await client.call_tool("get_fileset", {"fileset": papers.id}))
        assert "with its 4 files" in someone.questions[0]
        assert 'Its files: "a/b/three.html", "a/one.md", "a/two.md", "top.txt".' in someone.questions[0]
        assert (written["undo"], written["verified"]) == ("none", True)
        assert "no fileset" in gone

    @pytest.mark.parametrize("tool", ["delete_fileset", "delete_fileset_file"])
    async def test_where_nobody_can_be_asked_it_is_refused(
        self, workshop: Workshop, surface: str, papers: Cabinet, tool: str
    ) -> None:
        workshop.forget()
        arguments = {"fileset": papers.id, **({"file": "top.txt"} if tool == "delete_fileset_file" else {})}
        async with workshop.client(surface, person=Person("declined")) as client:
            assert "declined" in text_of(await client.call_tool(tool, arguments))
        assert not workshop.written()
