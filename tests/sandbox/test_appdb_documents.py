"""The documents' store."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domo_mcp.sandbox.appdb.documents import Document, Documents

NOW = datetime(2026, 11, 22, 12, 0, 0, 123_456, tzinfo=UTC)


def made(*keys: str, value: int = 0) -> list[Document]:
    return [Document(key, 1001, NOW, NOW, 27, {"value": value, "nested": {"list": [1, "ä", None]}}) for key in keys]


@pytest.fixture
def documents() -> Documents:
    return Documents(sqlite3.connect(":memory:"))


def ids(documents: Documents, collection: str = "c") -> Sequence[str]:
    return list(documents.of(collection))


def test_documents_come_as_they_were_put_also_from_the_file(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "documents.sqlite")
    Documents(connection).put("c", made("b", "a", "c"), NOW)
    Documents(connection).put("c", made("a", value=7), NOW)
    connection.close()
    reopened = sqlite3.connect(tmp_path / "documents.sqlite")
    documents = Documents(reopened)
    assert ids(documents) == ["b", "a", "c"]
    assert documents.of("c")["a"] == Document("a", 1001, NOW, NOW, 27, made("a", value=7)[0].content, revision=2)
    reopened.close()


def test_what_is_in_memory_is_what_is_in_the_file(documents: Documents) -> None:
    documents.put("c", made("b", "a", "c"), NOW)
    documents.put("c", made("a", "d", value=7), NOW)
    documents.remove("c", ["b", "unknown"], NOW)
    in_memory = dict(documents.of("c"))
    assert list(in_memory) == ["a", "c", "d"]
    assert dict(Documents(documents._connection).of("c")) == in_memory
    assert list(in_memory) == ids(Documents(documents._connection))


def test_the_same_id_in_two_collections_is_two_documents(documents: Documents) -> None:
    documents.put("c", made("a"), NOW)
    documents.put("other", made("a", value=9), NOW)
    documents.drop("c")
    assert ids(documents) == []
    assert documents.of("other")["a"].content["value"] == 9


def test_every_write_counts_and_the_first_change_since_the_last_settlement_is_remembered(documents: Documents) -> None:
    assert documents.revision("c") == 0
    documents.put("c", made("a"), NOW)
    documents.put("c", made("b"), NOW + timedelta(minutes=1))
    documents.remove("c", ["a"], NOW + timedelta(minutes=2))
    documents.touch("c", NOW + timedelta(minutes=3))
    assert documents.revision("c") == 4
    assert documents.of("c")["b"].revision == 2
    assert documents.changed(NOW) == []
    assert documents.changed(NOW + timedelta(hours=1)) == [("c", NOW)]
    documents.settle("c")
    assert documents.changed(NOW + timedelta(hours=1)) == []
    assert documents.revision("c") == 4


def test_a_write_that_fails_leaves_everything_as_it_was(documents: Documents) -> None:
    documents.put("c", made("a"), NOW)
    broken = Document("b", 1001, NOW, NOW, 27, {"value": "\ud800"})
    with pytest.raises(ValueError, match="surrogates not allowed"):
        documents.put("c", [*made("x"), broken], NOW)
    assert (ids(documents), documents.revision("c")) == (["a"], 1)
    assert ids(Documents(documents._connection)) == ["a"]


def test_queries_see_users_as_text_times_as_moments_and_whether_a_sync_is_due() -> None:
    fields = made("a")[0].fields(0)
    assert fields["owner"] == fields["createdBy"] == "1001"
    assert (fields["updatedBy"], fields["createdOn"], fields["syncRequired"]) == ("27", NOW, False)
    assert Document("a", 1, NOW, NOW, 1, {}, revision=3).fields(2)["syncRequired"] is True
