"""Domo's files as a client sees them, on both surfaces: found, read, uploaded, revised, permitted, taken back."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.company.files import shelve
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.files.definitions import DataFile, UploadSession
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Warehouse
from tests.answers import cursor_of, rows_of, text_of
from tests.changes.answers import Person
from tests.conftest import TODAY
from tests.tools.workshop import JustBefore, Workshop, applied, refused

BASES = {"product": "/api/data/v1/data-files", "app": "/domo/data-files/v1"}
MB = 1024 * 1024
DANA, TEAM = 1002, 7


CANNOT_BE_UPLOADED: list[tuple[dict[str, Any], str]] = [
    ({}, "either source or content"),
    ({"source": "a.txt", "content": "x"}, "either source or content"),
    ({"source": "../private.txt"}, "outside the folders"),
    ({"source": "link.txt"}, "outside the folders"),
    ({"source": "/etc/passwd"}, "outside the folders"),
    ({"source": "folder"}, "cannot be read"),
    ({"source": "empty.txt"}, "is empty"),
    ({"source": "nowhere.txt"}, "cannot be read"),
    ({"source": "n" * 5000}, "source"),
    ({"source": 7.5, "content": []}, "content"),
    ({"content": ""}, "content"),
]
NO_NEW_FILE: list[tuple[dict[str, Any], str]] = [
    ({"content": "x"}, "needs a name"),
    ({"content": "x", "name": "a/b.txt"}, "not one that a file can have"),
    ({"content": "x", "name": "n" * 256}, "name"),
    ({"content": "x", "name": "a.txt", "description": "d" * 1001}, "description"),
    ({"content": "x", "name": "a.txt", "public": "perhaps"}, "public"),
]
BAD_ENTRIES: list[tuple[list[dict[str, Any]], str]] = [
    ([{"entityType": "ROLE", "entityId": "1", "grant": "READ"}], "entityType"),
    ([{"entityType": "USER", "entityId": "Dana", "grant": "READ"}], "entityId"),
    ([{"entityType": "USER", "entityId": "1", "grant": "OWN"}], "grant"),
    ([{"entityType": "USER", "entityId": "1", "grant": "READ", "since": 1}], "since"),
    ([{"entityType": "USER", "entityId": "1", "grant": "READ"}] * 2, "same user or group"),
    ([{"entityType": "USER", "entityId": "1", "grant": "READ"}] * 201, "entries"),
]


@dataclass(frozen=True)
class Office(Workshop):
    """A sandbox with people and files, and a folder to upload from."""

    store: Store
    root: Path

    def files(self, **more: Any) -> dict[str, Any]:
        """`[files]` with the folder, parts of one MB and no waiting."""
        return {"roots": [str(self.root)], "exports": str(self.root / "saved"), "part_mb": 1, **more}

    def client(self, surface: str = "product", **tables: Any) -> Any:
        """A client that may read the folder."""
        return super().client(surface, **{"files": self.files(), **tables})

    def kept(self) -> dict[int, DataFile]:
        """Every file that there is."""
        return {file.id: file for file in self.store.all(DataFile)}

    def bytes_of(self, file_id: str, revision: int = -1) -> bytes:
        """What Domo has of a file."""
        return b"".join(self.store.contents.pieces(self.kept()[int(file_id)].revisions[revision].key))

    def put(self, name: str, data: bytes) -> str:
        """A file to upload; its name."""
        (self.root / name).write_bytes(data)
        return name

    def left_over(self) -> list[str]:
        """Keys of bytes that no revision of a file has."""
        keys = {revision.key for file in self.kept().values() for revision in file.revisions}
        sessions = [session.id for session in self.store.all(UploadSession)]
        return sorted(self.store.contents.keys() - keys) + sessions


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """People and files, nothing else: quickly made."""
    store = Store(Warehouse(clock=lambda: TODAY), sqlite3.connect(":memory:", check_same_thread=False), lambda: TODAY)
    store.put(*USERS, Group(id=TEAM, name="Sales", members=(DANA,)))
    shelve(store, TODAY)
    root = tmp_path / "root"
    root.mkdir()
    yield Office(sandbox_app(store), store, root)
    store.close()


def number(office: Office, name: str) -> str:
    """The id of the file of that name."""
    return next(str(file.id) for file in office.kept().values() if file.name == name)


def new_id(written: dict[str, Any]) -> str:
    """The id of what an upload made."""
    return str(written["new_ids"]["new:1"])


async def undone(client: Client, written: dict[str, Any]) -> dict[str, Any]:
    """The answer to taking a change back."""
    return applied(await client.call_tool("undo_change", {"change": written["change"]}))


class TestFinding:
    async def test_all_that_the_user_may_see_in_pages(self, office: Office, surface: str) -> None:
        async with office.client(surface) as client:
            first = text_of(await client.call_tool("list_data_files", {"limit": 2}))
            rest = text_of(await client.call_tool("list_data_files", {"limit": 2, "cursor": cursor_of(first)}))
        names = [row[1] for row in rows_of(first)[1:] + rows_of(rest)[1:]]
        assert names == ["Receipt Oslo Dinner.png", "Dealer Price List.csv", "Carrier Agreement West.docx"]
        assert "SAFE" in first

    async def test_own_ones_chosen_ones_and_what_is_to_be_added(self, office: Office, surface: str) -> None:
        prices = number(office, "Dealer Price List.csv")
        async with office.client(surface) as client:
            own = text_of(await client.call_tool("list_data_files", {"owned_only": True}))
            chosen = {"files": [int(prices), "999999"], "expand": ["revisions", "metadata"]}
            one = text_of(await client.call_tool("list_data_files", chosen))
        assert [row[1] for row in rows_of(own)[1:]] == ["Receipt Oslo Dinner.png"]
        (row,) = (dict(zip(rows_of(one)[0], row, strict=True)) for row in rows_of(one)[1:])
        assert row["revisions"] == "; ".join(str(each.id) for each in office.kept()[int(prices)].revisions)
        assert "Discounts on the list price" in row["metadata"]

    async def test_one_with_its_revisions_and_permissions(self, office: Office, surface: str) -> None:
        prices = number(office, "Dealer Price List.csv")
        arguments = {"file": int(prices), "expand": ["revisions"], "permissions": True}
        async with office.client(surface) as client:
            found = (await client.call_tool("get_data_file", arguments)).structured_content
        assert found
        assert [(each["size"], each["current"]) for each in found["revisions"]] == [(313, False), (313, True)]
        assert found["current"]["sha256"] == hashlib.sha256(office.bytes_of(prices)).hexdigest()
        assert found["current"]["uploaded"] == "2026-11-02T12:00:00+00:00"
        assert found["public"] is False
        assert found["entries"] == ["USER 1002: READ_WRITE_DELETE_SHARE_ADMIN", "USER 1001: READ"]

    async def test_what_is_not_a_file_is_told(self, office: Office, surface: str) -> None:
        office.forget()
        wrong = {"999999": "no file 999999", "": "file", "abc": "file", "-1": "file", "../1": "file", "9" * 40: "file"}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("get_data_file", {}),
            ("read_data_file", {}),
            ("upload_data_file_revision", {"content": "x"}),
            ("delete_data_file_revision", {"revision": 1}),
            ("set_data_file_permissions", {"public": True}),
        ]
        async with office.client(surface) as client:
            for file, says in wrong.items():
                for tool, more in calls:
                    assert says in refused(await client.call_tool(tool, {"file": file, **more}))
        assert not office.written()

    async def test_a_denied_file_is_not_there_for_anybody(self, office: Office, surface: str) -> None:
        prices = number(office, "Dealer Price List.csv")
        policy = {"access": "full", "deny": {"file": ["dealer *", "secret*"]}}
        office.forget()
        async with office.client(surface, policy=policy) as client:
            listed = text_of(await client.call_tool("list_data_files", {}))
            calls: list[tuple[str, dict[str, Any]]] = [
                ("get_data_file", {}),
                ("read_data_file", {}),
                ("upload_data_file_revision", {"content": "x"}),
                ("delete_data_file_revision", {"revision": 1}),
                ("set_data_file_permissions", {"public": True}),
            ]
            said = [refused(await client.call_tool(tool, {"file": prices, **more})) for tool, more in calls]
            new = {"name": "Secret plan.txt", "content": "x"}
            said.append(refused(await client.call_tool("upload_data_file", new)))
        assert "Dealer Price List" not in listed
        assert all("is not allowed here" in text for text in said)
        assert not office.written()


class TestReading:
    async def test_the_text_of_a_document_and_of_an_earlier_revision(self, office: Office, surface: str) -> None:
        prices = office.kept()[int(number(office, "Dealer Price List.csv"))]
        async with office.client(surface) as client:
            contract = await client.call_tool("read_data_file", {"file": number(office, "Carrier Agreement West.docx")})
            now = await client.call_tool("read_data_file", {"file": prices.id})
            arguments = {"file": prices.id, "revision": prices.revisions[0].id}
            before = await client.call_tool("read_data_file", arguments)
            missing = refused(await client.call_tool("read_data_file", {"file": prices.id, "revision": 1}))
        assert "4.50 euro" in text_of(contract)
        assert "virus scan SAFE" in text_of(contract)
        assert ("Tents,1,25%" in text_of(now), "Tents,1,22%" in text_of(before)) == (True, True)
        assert str(prices.revisions[0].id) in missing

    async def test_a_page_is_a_file_like_others_and_fits_the_tokens(self, office: Office, surface: str) -> None:
        page = "<html><body><h1>Terms</h1>" + "<p>All parcels leave on time.</p>" * 500 + "</body></html>"
        async with office.client(surface) as client:
            written = applied(await client.call_tool("upload_data_file", {"content": page, "name": "terms.html"}))
            arguments = {"file": new_id(written), "max_tokens": 300}
            text = text_of(await client.call_tool("read_data_file", arguments))
        assert "Terms" in text
        assert "<p>" not in text
        assert len(text) < 1500

    async def test_a_picture_comes_as_it_is_and_names_the_tool_that_reads_it(
        self, office: Office, surface: str
    ) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        async with office.client(surface) as client:
            result = await client.call_tool("read_data_file", {"file": receipt})
        assert [block.type for block in result.content] == ["text", "image"]
        said = text_of(result)
        assert said.startswith("A picture: PNG, ")
        assert f"image_to_text reads what it says: image = domo://{surface}/data-files/{receipt}" in said

    async def test_a_large_picture_is_for_image_to_text(
        self, office: Office, surface: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("domo_mcp.tools.contents.reading.MOST_SHOWN", 1000)
        receipt = number(office, "Receipt Oslo Dinner.png")
        async with office.client(surface) as client:
            said = refused(await client.call_tool("read_data_file", {"file": receipt}))
        assert f"Read this image/png with image_to_text: image = domo://{surface}/data-files/{receipt}" in said

    async def test_it_is_saved_byte_by_byte_and_never_over_another(self, office: Office, surface: str) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        arguments = {"file": receipt, "save_as": "receipt.png"}
        async with office.client(surface) as client:
            assert not (await client.call_tool("read_data_file", arguments)).is_error
            assert "exists already" in refused(await client.call_tool("read_data_file", arguments))
            outside = refused(await client.call_tool("read_data_file", {**arguments, "save_as": "../receipt.png"}))
        assert (office.root / "saved" / "receipt.png").read_bytes() == office.bytes_of(receipt)
        assert "outside" in outside

    async def test_what_is_not_known_to_be_safe_is_not_saved(self, office: Office, surface: str) -> None:
        receipt = office.kept()[int(number(office, "Receipt Oslo Dinner.png"))]
        suspicious = receipt.current.model_copy(update={"scan": "UNSAFE"})
        office.store.put(receipt.model_copy(update={"revisions": (suspicious,)}))
        async with office.client(surface) as client:
            said = refused(await client.call_tool("read_data_file", {"file": receipt.id, "save_as": "receipt.png"}))
        assert "UNSAFE" in said
        assert not (office.root / "saved").exists()


class TestUploading:
    async def test_a_file_is_there_for_its_owner_alone_and_is_taken_back(self, office: Office, surface: str) -> None:
        before, data = office.kept(), b"Tents are late again.\n"
        office.put("notes.txt", data)
        office.forget()
        someone = Person("accepted")
        async with office.client(surface, person=someone) as client:
            written = applied(
                await client.call_tool("upload_data_file", {"source": "notes.txt", "description": "Of the week"})
            )
            made = office.kept()[int(new_id(written))]
            assert office.bytes_of(new_id(written)) == data
            back = await undone(client, written)
        assert (written["verified"], written["undo"], back["verified"]) == (True, "exact", True)
        assert (made.name, made.description, made.public) == ("notes.txt", "Of the week", False)
        assert made.current.content_type == "text/plain"
        assert office.written()[0] == ("POST", BASES[surface])
        assert office.kept() == before
        assert office.left_over() == []

    @pytest.mark.parametrize("size", [MB // 2, MB + 1])
    async def test_opening_it_to_everybody_takes_a_person(self, office: Office, surface: str, size: int) -> None:
        office.put("poster.bin", bytes(size))
        someone = Person("accepted")
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with office.client(surface, person=someone, policy=policy) as client:
            private = applied(await client.call_tool("upload_data_file", {"source": "poster.bin"}))
            assert someone.questions == []
            public = applied(await client.call_tool("upload_data_file", {"source": "poster.bin", "public": True}))
        assert "With that, everybody in the Domo instance can open it." in someone.questions[0]
        kept = office.kept()
        assert (kept[int(new_id(private))].public, kept[int(new_id(public))].public) == (False, True)
        assert private["verified"] is public["verified"] is True

    async def test_a_person_sees_name_size_and_hash_and_may_say_no(self, office: Office, surface: str) -> None:
        before = office.kept()
        office.put("notes.txt", b"Hello")
        someone = Person("declined")
        async with office.client(
            surface, person=someone, policy={"access": "full", "confirm_for": ["create", "delete"]}
        ) as client:
            result = await client.call_tool("upload_data_file", {"source": "notes.txt"})
        assert (result.structured_content or {})["status"] == "declined"
        assert hashlib.sha256(b"Hello").hexdigest() in someone.questions[0]
        assert "(5 bytes)" in someone.questions[0]
        assert office.kept() == before

    async def test_a_file_that_changed_after_the_preview_is_shown_anew(self, office: Office, surface: str) -> None:
        office.put("notes.txt", b"Hello")
        office.forget()
        policy = {"access": "full", "confirm": "two_step", "confirm_for": ["create", "delete"]}
        async with office.client(surface, policy=policy) as client:
            result = await client.call_tool("upload_data_file", {"source": "notes.txt"})
            waiting = result.structured_content or {}
            office.put("notes.txt", b"Jello")
            confirm = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
            again = (await client.call_tool("confirm_change", confirm)).structured_content or {}
        assert (waiting["status"], again["status"]) == ("needs_confirmation", "needs_confirmation")
        assert "has changed since the preview" in again["reason"]
        assert not office.written()

    async def test_what_cannot_be_uploaded_is_told_and_nothing_is_sent(self, office: Office, surface: str) -> None:
        (office.root.parent / "private.txt").write_text("secret")
        (office.root / "link.txt").symlink_to(office.root.parent / "private.txt")
        (office.root / "folder").mkdir()
        office.put("empty.txt", b"")
        office.forget()
        file = {"file": number(office, "Receipt Oslo Dinner.png")}
        async with office.client(surface) as client:
            for arguments, says in CANNOT_BE_UPLOADED:
                assert says in refused(await client.call_tool("upload_data_file", arguments))
                assert says in refused(await client.call_tool("upload_data_file_revision", {**file, **arguments}))
            for arguments, says in NO_NEW_FILE:
                assert says in refused(await client.call_tool("upload_data_file", arguments))
        assert not office.written()


class TestRevisions:
    async def test_a_new_one_is_current_until_it_is_taken_back(self, office: Office, surface: str) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        before = office.kept()
        async with office.client(surface) as client:
            arguments = {"file": receipt, "content": "data:text/plain;base64,SGVsbG8="}
            written = applied(await client.call_tool("upload_data_file_revision", arguments))
            assert office.bytes_of(receipt) == b"Hello"
            back = await undone(client, written)
        assert (written["verified"], written["undo"], back["verified"]) == (True, "exact", True)
        assert office.kept() == before

    async def test_undo_is_refused_where_somebody_uploaded_another_since(self, office: Office, surface: str) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        async with office.client(surface) as client:
            first = applied(await client.call_tool("upload_data_file_revision", {"file": receipt, "content": "one"}))
            applied(await client.call_tool("upload_data_file_revision", {"file": receipt, "content": "two"}))
            said = refused(await client.call_tool("undo_change", {"change": first["change"]}))
        assert "changed since" in said
        assert office.bytes_of(receipt) == b"two"

    async def test_deleting_the_current_one_brings_back_the_one_before(self, office: Office, surface: str) -> None:
        receipt = office.kept()[int(number(office, "Receipt Oslo Dinner.png"))]
        someone = Person("accepted")
        async with office.client(surface, person=someone) as client:
            applied(await client.call_tool("upload_data_file_revision", {"file": receipt.id, "content": "two"}))
            second = office.kept()[receipt.id].current.id
            arguments = {"file": receipt.id, "revision": second}
            gone = applied(await client.call_tool("delete_data_file_revision", arguments))
            assert office.kept()[receipt.id] == receipt
            missing = refused(await client.call_tool("delete_data_file_revision", arguments))
            last = {"file": receipt.id, "revision": receipt.current.id}
            applied(await client.call_tool("delete_data_file_revision", last))
        assert (gone["verified"], gone["undo"]) == (True, "none")
        assert f"Revision {receipt.current.id} becomes the current one." in someone.questions[1]
        assert "the file goes with it" in someone.questions[2]
        assert f"It has {receipt.current.id}." in missing
        assert receipt.id not in office.kept()
        assert office.left_over() == []


class TestPermissions:
    async def test_they_are_set_shown_field_by_field_and_put_back(self, office: Office, surface: str) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        before = office.kept()
        someone = Person("accepted")
        entries = [
            {"entityType": "USER", "entityId": 1001, "grant": "READ_WRITE_DELETE_SHARE_ADMIN"},
            {"entityType": "GROUP", "entityId": str(TEAM), "grant": "READ", "pass": "NONE"},
        ]
        policy = {"access": "full", "confirm_for": ["delete"]}
        async with office.client(surface, person=someone, policy=policy) as client:
            arguments = {"file": receipt, "public": True, "entries": entries}
            written = applied(await client.call_tool("set_data_file_permissions", arguments))
            made = office.kept()[int(receipt)]
            back = await undone(client, written)
        assert (written["verified"], written["undo"], back["verified"]) == (True, "exact", True)
        assert (made.public, [each.entity_type for each in made.grants]) == (True, ["USER", "GROUP"])
        assert "which opens it to everybody" in someone.questions[0]
        assert "GROUP 7" in someone.questions[0]
        assert office.kept() == before

    async def test_what_is_not_given_stays_and_who_loses_is_told(self, office: Office, surface: str) -> None:
        contract = number(office, "Receipt Oslo Dinner.png")
        async with office.client(surface) as client:
            shared = [{"entityType": "USER", "entityId": "1002", "grant": "READ"}]
            written = applied(
                await client.call_tool("set_data_file_permissions", {"file": contract, "entries": shared})
            )
            applied(await client.call_tool("set_data_file_permissions", {"file": contract, "public": True}))
        file = office.kept()[int(contract)]
        assert "These lose what they had: USER 1001." in written["facts"]
        assert (file.public, [each.entity_id for each in file.grants]) == (True, ["1002"])

    async def test_nobody_gains_access_unseen(self, office: Office, surface: str) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        readers = [{"entityType": "GROUP", "entityId": str(each), "grant": "READ"} for each in range(1, 60)]
        owner = {"entityType": "USER", "entityId": "666", "grant": "READ_WRITE_DELETE_SHARE_ADMIN"}
        someone = Person("no")
        async with office.client(surface, person=someone) as client:
            arguments = {"file": receipt, "entries": [*readers[:30], owner]}
            await client.call_tool("set_data_file_permissions", arguments)
            arguments = {"file": receipt, "entries": [*readers, owner]}
            text = refused(await client.call_tool("set_data_file_permissions", arguments))
        assert (
            "gain what stands with them: USER 666 READ_WRITE_DELETE_SHARE_ADMIN, GROUP 1 READ,"
            in (someone.questions[0])
        )
        assert "GROUP 30 READ." in someone.questions[0]
        assert "60 users and groups would gain something" in text

    async def test_what_domo_does_not_have_is_refused(self, office: Office, surface: str) -> None:
        file = {"file": number(office, "Receipt Oslo Dinner.png")}
        office.forget()
        async with office.client(surface) as client:
            for entries, says in BAD_ENTRIES:
                assert says in refused(
                    await client.call_tool("set_data_file_permissions", {**file, "entries": entries})
                )
            assert "Nothing to change" in refused(await client.call_tool("set_data_file_permissions", file))
        assert not office.written()

    async def test_who_may_not_is_told(self, office: Office, surface: str) -> None:
        prices = number(office, "Dealer Price List.csv")
        async with office.client(surface) as client:
            said = [
                refused(await client.call_tool("set_data_file_permissions", {"file": prices, "public": True})),
                refused(await client.call_tool("upload_data_file_revision", {"file": prices, "content": "x"})),
            ]
        assert all("403" in text and "Nothing was changed" in text for text in said)


class TestParts:
    """Files larger than `files.part_mb`."""

    async def test_64_mb_arrive_whole_with_one_commit_though_a_part_fails_twice(
        self, office: Office, surface: str
    ) -> None:
        data = b"".join(hashlib.sha256(str(each).encode()).digest() for each in range(64)) * (64 * MB // 2048)
        office.put("large.bin", data)
        office.strike("500", "PUT", f"{BASES[surface]}/multipart/*/part/4", times=2)
        told: list[tuple[float, float | None]] = []

        async def progress(done: float, total: float | None, message: str | None) -> None:
            told.append((done, total))

        async with office.client(surface, files=office.files(part_mb=10)) as client:
            arguments = {"source": "large.bin"}
            written = applied(await client.call_tool("upload_data_file", arguments, progress_callback=progress))
        sent = office.written()
        assert hashlib.sha256(office.bytes_of(new_id(written))).digest() == hashlib.sha256(data).digest()
        assert office.kept()[int(new_id(written))].public is False
        assert sum(path.endswith("/commit") for _, path in sent) == 1
        assert sorted(number_of(path) for _, path in sent if "/part/" in path) == [1, 2, 3, 4, 5, 6, 7]
        assert office.sandbox.state.faults.struck == [2]
        assert (written["verified"], written["undo"]) == (True, "exact")
        assert told[-1:] == [(64 * MB, 64 * MB)]
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert office.left_over() == []

    async def test_a_revision_in_parts_is_taken_back(self, office: Office, surface: str) -> None:
        receipt, before = number(office, "Receipt Oslo Dinner.png"), office.kept()
        office.put("large.bin", bytes(2 * MB + 5))
        office.forget()
        async with office.client(surface) as client:
            arguments = {"file": receipt, "source": "large.bin"}
            written = applied(await client.call_tool("upload_data_file_revision", arguments))
            assert office.bytes_of(receipt) == bytes(2 * MB + 5)
            assert office.written()[0] == ("POST", f"{BASES[surface]}/{receipt}/multipart")
            await undone(client, written)
        assert written["verified"] is True
        assert office.kept() == before

    @pytest.mark.parametrize(
        ("kind", "says"), [("500", "500"), ("reset_before", "broke"), ("reset_after", "broke"), ("truncated", "")]
    )
    async def test_a_part_that_keeps_failing_leaves_nothing(
        self, office: Office, surface: str, kind: str, says: str
    ) -> None:
        before = office.kept()
        office.put("large.bin", bytes(5 * MB))
        office.strike(kind, "PUT", "*/part/3", times=99)
        async with office.client(surface, files=office.files(parallel_parts=2)) as client:
            result = await client.call_tool("upload_data_file", {"source": "large.bin"})
        if kind == "truncated":  # what is answered to a part is nothing to rely on
            assert applied(result)["verified"] is True
            return
        said = refused(result)
        assert says in said
        assert "Nothing was changed" in said
        assert office.kept() == before
        assert office.left_over() == []
        assert office.written()[-1][1].endswith("/abort")

    @pytest.mark.parametrize("large", [False, True])
    async def test_a_commit_whose_answer_is_lost_is_looked_into_and_never_repeated(
        self, office: Office, surface: str, *, large: bool
    ) -> None:
        receipt = number(office, "Receipt Oslo Dinner.png")
        office.put("large.bin", bytes(2 * MB))
        arguments = {"source": "large.bin"}
        tool = "upload_data_file" if large else "upload_data_file_revision"
        office.strike("reset_after", "POST", "*/commit")
        async with office.client(surface) as client:
            written = applied(await client.call_tool(tool, arguments if large else {"file": receipt, **arguments}))
            await undone(client, written)
        assert written["verified"] is True
        assert sum(path.endswith("/commit") for _, path in office.written()) == 1
        assert office.left_over() == []

    async def test_a_commit_that_never_came_is_aborted(self, office: Office, surface: str) -> None:
        before = office.kept()
        office.put("large.bin", bytes(2 * MB))
        office.strike("reset_before", "POST", "*/commit")
        async with office.client(surface) as client:
            said = refused(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        assert "not known" in said
        assert office.kept() == before
        assert office.left_over() == []

    async def test_a_file_that_changes_meanwhile_is_never_committed(self, office: Office, surface: str) -> None:
        before = office.kept()
        office.put("large.bin", bytes(4 * MB))

        async def happens() -> None:
            office.put("large.bin", b"\1" * 4 * MB)

        async with office.client(
            surface, domo=JustBefore(office, "PUT", happens), files=office.files(parallel_parts=1)
        ) as client:
            said = refused(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        assert "changed while it was being uploaded" in said
        assert "Nothing was changed" in said
        assert office.kept() == before
        assert office.left_over() == []


class Waiting:
    """The sandbox, which lets the third part wait for as long as somebody waits for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.arrived = app, anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope.get("path", "").endswith("/part/3"):
            self.arrived.set()
            await anyio.sleep_forever()
        await self.app(scope, receive, send)


async def test_an_upload_that_is_given_up_leaves_nothing(office: Office, surface: str) -> None:
    before = office.kept()
    office.put("large.bin", bytes(5 * MB))
    domo = Waiting(office.sandbox)
    async with office.client(surface, domo=domo) as client:
        async with anyio.create_task_group() as calls:
            calls.start_soon(client.call_tool, "upload_data_file", {"source": "large.bin"})
            await domo.arrived.wait()
            calls.cancel_scope.cancel()
        told = text_of(await client.call_tool("list_changes", {}))
    assert office.written()[-1][1].endswith("/abort")
    assert "failed" in told
    assert office.kept() == before
    assert office.left_over() == []


class TestPrivacy:
    """A new file is never open to everybody unless that was asked for."""

    async def test_one_that_could_not_be_closed_is_deleted(self, office: Office) -> None:
        before = office.kept()
        office.put("large.bin", bytes(2 * MB))
        office.strike("500", "PUT", "*/permissions", times=99)
        async with office.client() as client:
            said = refused(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        assert "may be open to everybody" in said
        assert "It was deleted again." in said
        assert "Nothing was changed" in said
        assert office.kept() == before
        assert office.left_over() == []

    async def test_one_that_is_not_found_at_first_is_looked_for_again(self, office: Office) -> None:
        office.put("large.bin", bytes(2 * MB))
        rules = [
            {"kind": "reset_after", "method": "POST", "path": "*/commit"},
            {"kind": "slow", "delay_s": 0, "method": "GET", "path": "*/details", "times": 1},
            {"kind": "wrong_shape", "method": "GET", "path": "*/details", "times": 1},
        ]
        office.sandbox.state.faults = Faults(Plan.model_validate({"rules": rules}))
        async with office.client() as client:
            written = applied(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        assert not office.kept()[int(written["new_ids"]["new:1"])].public

    async def test_one_that_cannot_be_looked_for_is_told_as_maybe_open(self, office: Office) -> None:
        office.put("large.bin", bytes(2 * MB))
        rules = [
            {"kind": "reset_after", "method": "POST", "path": "*/commit"},
            {"kind": "slow", "delay_s": 0, "method": "GET", "path": "*/details", "times": 1},
            {"kind": "wrong_shape", "method": "GET", "path": "*/details"},
        ]
        office.sandbox.state.faults = Faults(Plan.model_validate({"rules": rules}))
        async with office.client() as client:
            said = refused(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        assert "may be there, and open to everybody" in said
        assert "list_data_files" in said

    async def test_one_that_can_neither_be_closed_nor_deleted_is_told_with_its_id(self, office: Office) -> None:
        before = office.kept()
        office.put("large.bin", bytes(2 * MB))
        rules = [
            {"kind": "500", "method": "PUT", "path": "*/permissions"},
            {"kind": "500", "method": "DELETE", "path": "*"},
        ]
        office.sandbox.state.faults = Faults(Plan.model_validate({"rules": rules}))
        async with office.client() as client:
            said = refused(await client.call_tool("upload_data_file", {"source": "large.bin"}))
        (made,) = [each for each in office.kept() if each not in before]
        assert f"File {made} was uploaded" in said
        assert "It could not be deleted either" in said
        assert "set_data_file_permissions" in said

    async def test_it_is_read_back_also_where_domo_ignores_what_it_was_told(self, office: Office, surface: str) -> None:
        async with office.client(surface, domo=Forgetful(office.sandbox)) as client:
            written = applied(await client.call_tool("upload_data_file", {"content": "x", "name": "a.txt"}))
        assert office.kept()[int(new_id(written))].public is False
        assert written["verified"] is True


class Forgetful:
    """The sandbox, which never hears of `public=false`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        query = scope.get("query_string", b"").replace(b"public=false", b"public=true")
        await self.app({**scope, "query_string": query}, receive, send)


def number_of(path: str) -> int:
    """The index of a part."""
    return int(path.rpartition("/")[2])
