"""The MongoDB evaluator beside the documented cases: what bounds it, what it reads, what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from domo_mcp.sandbox.mongo import (
    Aggregation,
    BadQuery,
    aggregate,
    ordered,
    parse_aggregation,
    parse_order,
    predicate,
    read_extended,
    updater,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMENT = {"id": "1", "createdOn": datetime(2020, 5, 11, tzinfo=UTC), "content": {"text": "a" * 50_000 + "!"}}


def nested(levels: int) -> Any:
    value: Any = {"$gt": 1}
    for _ in range(levels):
        value = {"$not": value}
    return {"a": value}


def test_a_query_of_97_levels_is_answered() -> None:
    assert predicate(nested(97))({"a": 1})  # an odd number of negations


def test_a_query_of_more_than_100_levels_is_refused() -> None:
    with pytest.raises(BadQuery, match="nesting of 100 levels"):
        predicate(nested(100_000))


def test_a_pattern_that_would_backtrack_for_ever_answers() -> None:
    assert not predicate({"content.text": {"$regex": "^(a+)+$"}})(COMMENT)


@pytest.mark.parametrize("pattern", ["a" * 1_001, "(a{1,100}){1,100}", "((x{9}){9}){99}", r"(\w{1,50}){1,50}"])
def test_a_pattern_of_too_many_states_is_refused(pattern: str) -> None:
    with pytest.raises(BadQuery, match="Regular expression is too long"):
        predicate({"content.text": {"$regex": pattern}})


@pytest.mark.parametrize("pattern", [r"^\d{4}-\d{2}-\d{2}$", "[a-z]{1,60}@[a-z]{1,60}", r"\{x\}{2}", "(?:ab){3,}"])
def test_a_pattern_with_everyday_repetitions_is_taken(pattern: str) -> None:
    predicate({"content.text": {"$regex": pattern}})


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?<!a)b", r"(a)\1"])
def test_look_around_and_backreferences_are_refused(pattern: str) -> None:
    with pytest.raises(BadQuery, match="not supported"):
        predicate({"content.text": {"$regex": pattern}})


def test_a_text_that_is_too_long_for_a_pattern_is_refused() -> None:
    with pytest.raises(BadQuery, match="match limit exceeded"):
        predicate({"text": {"$regex": "b"}})({"text": "a" * 100_001})


def test_a_path_of_very_many_parts_finds_nothing_in_a_query_and_is_refused_in_an_update() -> None:
    path = ".".join(["a"] * 10_000)
    assert not predicate({path: 1})({"a": {"a": 1}})
    with pytest.raises(BadQuery, match="deeper than 100 levels"):
        updater({"$set": {path: 1}}, now=lambda: NOW)


def test_an_array_is_not_filled_up_without_bound() -> None:
    with pytest.raises(BadQuery, match="backfill"):
        updater({"$set": {"a.1000000": 1}}, now=lambda: NOW)({"a": []})


def test_a_power_without_end_is_refused() -> None:
    with pytest.raises(BadQuery, match=r"\$pow"):
        predicate({"$expr": {"$pow": [10, {"$pow": [10, 10]}]}})({})


def test_a_whole_number_beyond_64_bits_is_not_stored() -> None:
    with pytest.raises(BadQuery, match="64 bits"):
        updater({"$mul": {"a": 2**40}}, now=lambda: NOW)({"a": 2**40})


def test_an_update_leaves_the_document_and_its_own_operation_alone() -> None:
    operation = {"$set": {"content.tags": ["new"]}, "$push": {"content.log": {"by": "ana"}}}
    update = updater(operation, now=lambda: NOW)
    document: dict[str, Any] = {"id": "1", "content": {"log": [{"by": "bo"}]}}
    first = update(document)
    first["content"]["tags"].append("changed")
    first["content"]["log"][1]["by"] = "changed"
    assert document == {"id": "1", "content": {"log": [{"by": "bo"}]}}
    assert update(document)["content"] == {"log": [{"by": "bo"}, {"by": "ana"}], "tags": ["new"]}


def test_the_clock_is_read_whenever_an_update_is_applied() -> None:
    moments = iter([NOW, NOW.replace(hour=13)])
    update = updater({"$currentDate": {"content.at": True}}, now=lambda: next(moments))
    found = [update({"content": {}})["content"]["at"] for _ in range(2)]
    assert found == ["2026-11-22T12:00:00.000Z", "2026-11-22T13:00:00.000Z"]


def test_a_failed_update_names_the_field() -> None:
    with pytest.raises(BadQuery, match=r"\(field 'content\.clicks'\)"):
        updater({"$inc": {"content.clicks": 1}}, now=lambda: NOW)({"content": {"clicks": "many"}})


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"$date": "2020-05-12T00:00:00.000Z"}, datetime(2020, 5, 12, tzinfo=UTC)),
        ({"$date": "2020-05-12T02:00:00+02:00"}, datetime(2020, 5, 12, tzinfo=UTC)),
        ({"$date": {"$numberLong": "-1000"}}, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ([{"$numberInt": "5"}, {"$numberLong": "-9007199254740993"}], [5, -9007199254740993]),
        ({"a": {"$numberDouble": "2.5"}, "b": {"$numberDecimal": "0.1"}}, {"a": 2.5, "b": 0.1}),
        ({"$oid": "507f1f77bcf86cd799439011"}, "507f1f77bcf86cd799439011"),
        ({"$uuid": "c8edabc3-f738-4ca3-b68d-ab92a91478a3"}, "c8edabc3-f738-4ca3-b68d-ab92a91478a3"),
        ({"a": (1, {"$gt": None})}, {"a": [1, {"$gt": None}]}),
        (NOW, NOW),
    ],
)
def test_extended_json_is_read(given: object, read: object) -> None:
    assert read_extended(given) == read


@pytest.mark.parametrize(
    "given",
    [
        {"$date": "yesterday"},
        {"$date": "2020-05-12"},
        {"$date": {"$numberLong": "99999999999999999"}},
        {"$date": None},
        {"$numberLong": 5},
        {"$numberDouble": "many"},
        {"$oid": "507f"},
        {"$uuid": "c8ed"},
        {"$regularExpression": {"options": "i"}},
        {"$regularExpression": {"pattern": "a", "flags": "i"}},
    ],
)
def test_malformed_extended_json_is_refused(given: object) -> None:
    with pytest.raises(BadQuery):
        read_extended({"a": [given]})


def test_documents_are_found_by_their_dates_as_domo_documents_it() -> None:
    before = predicate({"createdOn": {"$lte": {"$date": "2020-05-12T00:00:00.000Z"}}})
    assert before(COMMENT)
    assert not before({**COMMENT, "createdOn": datetime(2020, 5, 12, 0, 0, 1, tzinfo=UTC)})


def test_a_text_in_the_content_is_no_date() -> None:
    assert not predicate({"content.due": {"$lte": {"$date": "2030-01-01T00:00:00Z"}}})(
        {"content": {"due": "2020-01-01"}}
    )


@pytest.mark.parametrize("query", [[], "text", None])
def test_a_query_that_is_no_object_is_refused(query: Any) -> None:
    with pytest.raises(BadQuery, match="must be an object"):
        predicate(query)


def test_any_mapping_is_a_document() -> None:
    document: Mapping[str, object] = MappingProxyType({"content": MappingProxyType({"a": 5})})
    assert predicate({"content.a": {"$gt": 4}})(document)
    assert aggregate([document], Aggregation(sum=(("content.a", "a"),))) == [{"a": 5}]


@pytest.mark.parametrize("parameters", [{}, {"orderby": "a"}, {"orderby": "a descending", "limit": "5", "offset": "0"}])
def test_a_query_string_without_aggregates_asks_for_none(parameters: dict[str, str]) -> None:
    assert parse_aggregation(parameters) is None


def test_a_query_string_is_read_as_domo_writes_it() -> None:
    parameters = {
        "groupby": "content.campaignName,content.month",
        "count": "n",
        "avg": "content.clicks avgClicks , content.impressions",
        "orderby": "avgClicks descending, n",
        "limit": "10",
    }
    assert parse_aggregation(parameters) == Aggregation(
        group_by=("content.campaignName", "content.month"),
        count="n",
        avg=(("content.clicks", "avgClicks"), ("content.impressions", "impressions")),
        order_by=(("avgClicks", True), ("n", False)),
    )


@pytest.mark.parametrize("text", ["", "a,", "a sideways", "a ascending descending up", ","])
def test_an_order_that_cannot_be_parsed_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="orderby"):
        parse_order(text)


def test_no_documents_give_no_row() -> None:
    assert aggregate([], Aggregation(count="n")) == []


def test_rows_may_be_ordered_by_the_path_of_a_group() -> None:
    documents = [{"content": {"month": month}} for month in ("May", "April", "May")]
    wanted = Aggregation(group_by=("content.month",), count="n", order_by=(("content.month", False),))
    assert aggregate(documents, wanted) == [{"month": "April", "n": 1}, {"month": "May", "n": 2}]


def test_unwind_alone_gives_the_documents_unwound_and_ordered() -> None:
    documents = [{"id": "1", "content": {"tags": ["b", "a"]}}, {"id": "2", "content": {"tags": []}}]
    wanted = Aggregation(unwind=("content.tags",), order_by=(("content.tags", False),))
    assert aggregate(documents, wanted) == [
        {"id": "1", "content": {"tags": "a"}},
        {"id": "1", "content": {"tags": "b"}},
    ]
    assert documents[0] == {"id": "1", "content": {"tags": ["b", "a"]}}


def test_tenths_add_up() -> None:
    documents = [{"v": 0.1}] * 10
    assert aggregate(documents, Aggregation(sum=(("v", "total"),), avg=(("v", "mean"),))) == [
        {"total": 1.0, "mean": 0.1}
    ]


def test_groups_tell_types_apart_but_not_kinds_of_numbers() -> None:
    documents = [{"v": value} for value in (1, 1.0, True, "1", None, [1], {"a": 1})]
    assert [row["n"] for row in aggregate(documents, Aggregation(group_by=("v",), count="n"))] == [2, 1, 1, 1, 1, 1]


def test_equals_keep_their_order() -> None:
    documents = [{"id": number, "a": number % 2} for number in range(6)]
    assert [each["id"] for each in ordered(documents, (("a", True),))] == [1, 3, 5, 0, 2, 4]
