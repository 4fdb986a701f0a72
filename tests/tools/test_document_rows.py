"""What is asked of AppDB documents, as Domo reads it, and what of a content a dataset would not have."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from domo_mcp.client.aggregation import Aggregation
from domo_mcp.client.documents import Collection, CollectionColumn
from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.rows import parse_order, question
from domo_mcp.tools.appdb.syncing import sync_notes
from domo_mcp.tools.change import UNKNOWN_VALUE
from domo_mcp.untrusted import plain


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("spend", "spend ascending"),
        ("spend ascending", "spend ascending"),
        ("spend ASC", "spend ascending"),
        ("spend descending", "spend descending"),
        (" spend  desc ", "spend descending"),
        ("-spend", "spend descending"),
        ("desc", "desc ascending"),
    ],
)
def test_every_way_to_write_an_order_is_read(text: str, sent: str) -> None:
    assert str(parse_order(text)) == sent


@pytest.mark.parametrize("text", ["", "-", "favorite color", "a, b descending", "a b desc"])
def test_an_order_that_domo_would_misread_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cannot order by"):
        parse_order(text)


def test_documents_are_ordered_by_properties_as_appdb_names_them() -> None:
    asked = question({"a": 1}, Aggregation(), ["-spend", "createdOn"])
    assert (asked.aggregation, asked.order) == (None, "content.spend descending, createdOn ascending")
    assert asked.names == ["content.a", "content.spend", "createdOn"]


def test_groups_are_ordered_by_what_they_are_called_in_the_answer() -> None:
    aggregation = Aggregation(group_by=["meta.month", "owner"], sum={"total": "spend"}, unwind=["tags"])
    asked = question({}, aggregation, ["total desc", "meta.month", "owner"])
    assert asked.order == "total descending, month ascending, owner ascending"
    assert asked.aggregation == Aggregation(
        group_by=("content.meta.month", "owner"),
        sum={"total": "content.spend"},
        unwind=("content.tags",),
        order_by=asked.order,
    )
    assert asked.names == ["content.meta.month", "owner", "content.tags", "content.spend"]


def test_an_order_by_something_else_is_told_what_there_is() -> None:
    with pytest.raises(InvalidInput, match='no "spend" to order by') as error:
        question({}, Aggregation(group_by=["month"], count="n"), ["spend"])
    assert plain(error.value.hint) == "It has month, n."


def test_unwind_alone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unwind goes with"):
        question({}, Aggregation(unwind=["tags"]), [])


@pytest.mark.parametrize(
    ("kind", "fits", "not_so"),
    [
        ("STRING", "x", 5),
        ("LONG", 5, 5.5),
        ("DECIMAL", 5.5, "5.5"),
        ("DOUBLE", 5, True),
        ("DATE", "2026-01-31", "31.01.2026"),
        ("DATETIME", "2026-01-31T10:00:00Z", "2026-01-31"),
    ],
)
def test_a_value_that_would_not_sync_is_told_by_its_column(kind: str, fits: JsonValue, not_so: JsonValue) -> None:
    c = Collection(id="x", name="Mine", columns=(CollectionColumn(name="a", type=kind),), sync_enabled=True)
    assert not sync_notes(c, [{"a": fits}, {"a": None}, {}, {"a": dict(UNKNOWN_VALUE)}])
    (note,) = sync_notes(c, [{"a": fits}, {"a": not_so}])
    assert f'"a" is synced as {kind}' in plain(note)
    assert json.dumps(not_so) in note


def test_a_collection_that_does_not_sync_has_nothing_to_tell() -> None:
    c = Collection(id="x", name="Mine", columns=(CollectionColumn(name="a", type="LONG"),), sync_enabled=False)
    assert not sync_notes(c, [{"a": "x"}])
