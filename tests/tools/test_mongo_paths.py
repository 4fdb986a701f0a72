"""Names of properties, with and without `content.`."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from domo_mcp.tools.appdb.mongo.paths import (
    OWN_FIELDS,
    in_domo,
    names_in_query,
    operation_in_domo,
    paths_of,
    query_in_domo,
    shown,
    unknown,
)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("status", "content.status"),
        ("address.city", "content.address.city"),
        ("content.status", "content.status"),
        ("content.owner", "content.owner"),
        ("owner", "owner"),
        ("owner.name", "content.owner.name"),
        ("createdOn", "createdOn"),
        ("createdon", "content.createdon"),
        ("_id", "content._id"),
        ("content", "content"),
        ("contents", "content.contents"),
    ],
)
def test_a_property_is_the_contents_unless_it_is_the_documents_own(written: str, sent: str) -> None:
    assert in_domo(written) == sent


@pytest.mark.parametrize("name", ["status", "address.city", "content.owner", "content.content", *OWN_FIELDS])
def test_a_shown_name_means_the_same_when_it_is_written_again(name: str) -> None:
    assert in_domo(shown(in_domo(name))) == in_domo(name)


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ({"a": 1, "id": "x"}, {"content.a": 1, "id": "x"}),
        (
            {"$or": [{"a": {"$gt": 1}}, {"$nor": [{"b.c": 2}]}]},
            {"$or": [{"content.a": {"$gt": 1}}, {"$nor": [{"content.b.c": 2}]}]},
        ),
        (
            {"items": {"$elemMatch": {"qty": 1, "$or": [{"a": 1}]}}},
            {"content.items": {"$elemMatch": {"qty": 1, "$or": [{"a": 1}]}}},
        ),
        ({"a": {"b": {"c": 1}}}, {"content.a": {"b": {"c": 1}}}),
        (
            {"$expr": {"$gt": ["$spend", {"$multiply": ["$budget", "$$ROOT.x"]}]}},
            {"$expr": {"$gt": ["$content.spend", {"$multiply": ["$content.budget", "$$ROOT.x"]}]}},
        ),
        (
            {"$expr": {"$eq": ["$owner", {"$literal": "$5"}]}},
            {"$expr": {"$eq": ["$owner", {"$literal": "$5"}]}},
        ),
        (
            {"$jsonSchema": {"required": ["a"]}},
            {"$jsonSchema": {"required": ["content"], "properties": {"content": {"required": ["a"]}}}},
        ),
        ({"$comment": "a"}, {"$comment": "a"}),
    ],
)
def test_every_place_of_a_query_that_names_a_property_gets_the_prefix(
    query: dict[str, JsonValue], sent: dict[str, JsonValue]
) -> None:
    assert query_in_domo(query) == sent
    assert query_in_domo(sent) == sent


def test_an_operation_gets_the_prefix_for_both_names_of_a_rename() -> None:
    assert operation_in_domo({"$set": {"a.b": {"c": 1}}, "$rename": {"x": "y", "content.v": "w"}}) == {
        "$set": {"content.a.b": {"c": 1}},
        "$rename": {"content.x": "content.y", "content.v": "content.w"},
    }


def test_the_names_of_a_query_are_those_of_all_its_branches_once() -> None:
    query: dict[str, JsonValue] = {"$and": [{"content.a": 1}, {"$or": [{"content.b": 1}, {"content.a": 2}]}], "id": "x"}
    assert names_in_query(query) == ["content.a", "content.b", "id"]


def test_paths_go_through_objects_and_lists() -> None:
    assert paths_of([{"a": {"b": 1}, "c": [{"d": 1}, {"e": {}}]}]) == {"a", "a.b", "c", "c.d", "c.e"}


def test_a_property_that_nothing_has_is_told_with_the_nearest_real_one() -> None:
    assert unknown(["content.statsu"], ["status", "owner"]) == {"statsu": ["status"]}
    assert unknown(["content.zzz"], ["status"]) == {"zzz": []}


@pytest.mark.parametrize("name", ["content.items.0.qty", "content.items.qty", "content.meta.any.thing", "owner"])
def test_what_is_known_or_cannot_be_told_is_not_strange(name: str) -> None:
    assert not unknown([name], ["items", "items.qty", "meta"])


def test_an_own_field_spelled_as_a_content_property_is_told_as_one() -> None:
    assert unknown(["content.owner"], ["status"]) == {"content.owner": []}
