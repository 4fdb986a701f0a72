"""FileSets asked: by meaning, by name, of what was just uploaded, and on a processor that cannot do it by meaning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.filesets import POLICIES, REPORTS
from domo_mcp.sandbox.filesets import embedding
from domo_mcp.sandbox.store import Store
from tests.sandbox.clock import Clock
from tests.sandbox.filesets.shelves import APP, Visitor, filesets_store


@pytest.fixture(scope="module")
def shelves() -> Iterator[Store]:
    """One for all tests here: the company's own files are made searchable once."""
    store = filesets_store(Clock())
    yield store
    store.close()


@pytest.fixture
def site(shelves: Store) -> Starlette:
    return sandbox_app(shelves)


@pytest.fixture
def alex(site: Starlette) -> Visitor:
    return Visitor(site)


@pytest.mark.parametrize(
    ("fileset", "question", "path"),
    [
        (POLICIES, "How long may I wait before I send a tent back?", "customers/returns-and-refunds.md"),
        (POLICIES, "my phone was stolen", "engineering/information-security.html"),
        (POLICIES, "maternity", "people/holidays-and-leave.html"),
        (POLICIES, "Wer darf mehr als 20 Prozent Rabatt geben?", "sales/discounts.docx"),
        (POLICIES, "may I fly business class", "people/business-travel.docx"),
        (REPORTS, "why were shipments delayed", "2026-Q3/operations-review.pdf"),
        (REPORTS, "revenue of the West dropped", "2026-Q3/sales-review.docx"),
        (REPORTS, "mobile checkout is broken", "memos/shop-team-notes.md"),
        (REPORTS, "which campaign wastes money", "memos/campaign-review.docx"),
        (REPORTS, "urgent tickets wait for their first response", "memos/support-staffing.pdf"),
    ],
)
async def test_a_question_in_other_words_finds_its_file(alex: Visitor, fileset: str, question: str, path: str) -> None:
    assert path in await alex.found(fileset, question)


@pytest.mark.parametrize(
    ("fileset", "question", "path"),
    [
        (POLICIES, "what does NT-POL-11 say", "engineering/web-shop-releases.md"),
        (REPORTS, "LEG-2207", "2026-Q3/operations-review.pdf"),
        (REPORTS, "status of FC-0317?", "memos/support-staffing.pdf"),
        (POLICIES, "discounts.docx", "sales/discounts.docx"),
        (POLICIES, "open personal-data please", "customers/personal-data.md"),
        (POLICIES, "UN2037", "customers/delivery-promise.html"),
    ],
)
async def test_an_identifier_or_the_name_of_a_file_comes_first(
    alex: Visitor, fileset: str, question: str, path: str
) -> None:
    assert path in (await alex.found(fileset, question, top=2))


async def test_a_match_has_its_passage_and_the_documents_shape(alex: Visitor) -> None:
    (match,) = (await alex.told("POST", f"/{POLICIES}/query", json={"query": "lost or stolen laptop"}))["matches"]
    node = match["node"]
    assert set(node) == {"id", "path", "name", "fileType", "contentType", "size", "created", "type", "content"}
    assert (match["id"], node["type"], type(node["created"])) == (node["id"], "TEXT", int)
    assert node["content"].startswith("Lost or stolen devices\nCall the service desk")
    assert 0 < match["score"] <= 1


async def test_an_app_gets_a_list_of_files_each_once(site: Starlette) -> None:
    asked = {"query": "hotel, train and meals", "topK": 3}
    found = await Visitor(site, APP, "sandbox-session").told("POST", f"/{POLICIES}/query", json=asked)
    assert found[0]["path"] == "people/business-travel.docx"
    assert len({each["id"] for each in found}) == 3
    assert set(found[0]) == {"id", "path", "name", "fileType", "contentType", "size", "created", "createdBy"}


async def test_a_directory_bounds_the_search(alex: Visitor) -> None:
    found = await alex.found(POLICIES, "how long may I wait before sending a tent back", directoryPath="people", top=5)
    assert found
    assert all(path.startswith("people/") for path in found)


async def test_what_is_uploaded_is_found_once_it_is_indexed_and_not_when_it_is_gone(alex: Visitor) -> None:
    mine = (await alex.told("POST", json={"name": "Mine", "aiEnabled": True}))["id"]
    made = (await alex.upload(mine, "a.md", b"# Ferries\n\nBoats to the island leave at noon.")).json()
    assert made["indexStatus"] == "PENDING"
    assert (await alex.indexed(mine, made["id"]))["indexStatus"] == "COMPLETED"
    assert await alex.found(mine, "when does the ship depart?") == ["a.md"]
    await alex.upload(mine, "a.md", b"Cheese is sold on Fridays.")
    assert await alex.found(mine, "when does the ship depart?") == []
    await alex.indexed(mine, made["id"])
    (match,) = (await alex.told("POST", f"/{mine}/query", json={"query": "market day"}))["matches"]
    assert match["node"]["content"] == "Cheese is sold on Fridays."
    await alex.told("DELETE", f"/{mine}/files/{made['id']}")
    assert await alex.found(mine, "cheese") == []


@pytest.mark.parametrize(
    ("name", "data", "status", "reason"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0", "SKIPPED", "a picture"),
        ("a.pdf", b"%PDF-1.4 junk", "FAILED", "damaged"),
        ("long.txt", b"", "COMPLETED", None),
    ],
)
async def test_what_cannot_be_searched_says_why(
    alex: Visitor, name: str, data: bytes, status: str, reason: str | None
) -> None:
    mine = (await alex.told("POST", json={"name": "Mine", "aiEnabled": True}))["id"]
    file = await alex.indexed(mine, (await alex.upload(mine, name, data)).json()["id"])
    assert file["indexStatus"] == status
    assert (reason is None) == (file["indexReason"] is None)
    assert reason is None or reason in file["indexReason"]


async def test_ai_is_switched_on_and_off(alex: Visitor) -> None:
    mine = (await alex.told("POST", json={"name": "Mine"}))["id"]
    file = (await alex.upload(mine, "a.txt", b"Boats leave at noon.")).json()
    assert file["indexStatus"] is None
    assert (await alex.ask("POST", f"/{mine}/query", json={"query": "ship"})).status_code == 400
    await alex.told("POST", f"/{mine}", json={"aiEnabled": True})
    await alex.indexed(mine, file["id"])
    assert await alex.found(mine, "ship") == ["a.txt"]
    await alex.told("POST", f"/{mine}", json={"aiEnabled": False})
    assert (await alex.ask("POST", f"/{mine}/query", json={"query": "ship"})).status_code == 400


async def test_without_the_instructions_words_are_searched_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedding, "_loaded", embedding._loaded.__wrapped__)
    monkeypatch.setattr(embedding, "can_run", lambda *_: False)
    store = filesets_store(Clock())
    alex = Visitor(sandbox_app(store))
    assert (await alex.found(POLICIES, "hotels and rental cars"))[0] == "people/business-travel.docx"
    assert await alex.found(POLICIES, "zeppelin") == []
    assert "words alone" in caplog.text
    store.close()


@pytest.mark.parametrize(
    ("machine", "flags", "able"),
    [
        ("x86_64", frozenset({"sse4_2", "avx2", "fma"}), True),
        ("x86_64", frozenset({"sse4_2", "avx"}), False),
        ("AMD64", None, False),
        ("arm64", None, True),
        ("aarch64", frozenset({"asimd"}), True),
    ],
)
def test_the_processor_is_asked_before_the_engine_is_loaded(
    machine: str, flags: frozenset[str] | None, able: bool
) -> None:
    assert embedding.can_run(machine, flags) is able
