"""Update operations that this server sends, and those that it does not."""

from __future__ import annotations

import math

import pytest
from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.mongo.operations import check_content, check_operation, names_in_operation


@pytest.mark.parametrize(
    "operation",
    [
        {"$set": {"a": {"b": [1, None]}, "content.owner": "Kim", "c.d": 1}},
        {"$unset": {"a": ""}},
        {"$inc": {"a": 1, "b": -2.5}},
        {"$mul": {"a": 2}},
        {"$min": {"a": 1}, "$max": {"b": 1}},
        {"$rename": {"a": "b"}},
        {"$push": {"a": {"$each": [1, 2], "$position": 0, "$slice": -5, "$sort": 1}}},
        {"$push": {"a": {"$each": [], "$sort": {"score": -1}}}},
        {"$push": {"a": {"score": 1}}},
        {"$addToSet": {"a": {"$each": ["x"]}}},
        {"$addToSet": {"a": "x"}},
        {"$pop": {"a": -1}},
        {"$pullAll": {"a": [1]}},
        {"$currentDate": {"a": True, "b": {"$type": "date"}}},
        {"$set": {"a.b": 1, "a.c": 2}},
        {"$set": {"a": 1, "ab": 2}},
    ],
)
def test_every_documented_operator_passes(operation: dict[str, JsonValue]) -> None:
    check_operation(operation)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ({}, "is empty"),
        ({"a": 1}, "in `set`"),
        ({"$sett": {"a": 1}}, "Nearest: $set"),
        ({"$setOnInsert": {"a": 1}}, "only documents that exist"),
        ({"$pull": {"a": 1}}, "Use $pullAll"),
        ({"$bit": {"a": {"and": 1}}}, "$bit is not an operator"),
        ({"$where": {"a": 1}}, "JavaScript is never run"),
        ({"$set": {}}, "takes an object of properties"),
        ({"$set": 5}, "takes an object of properties"),
        ({"$set": {"owner": "x"}}, "Write content.owner"),
        ({"$unset": {"id": ""}}, "cannot be set"),
        ({"$inc": {"createdOn": 1}}, "cannot be set"),
        ({"$rename": {"a": "updatedOn"}}, "cannot be set"),
        ({"$rename": {"a": 1}}, "the new name"),
        ({"$set": {"content": {"a": 1}}}, "replace the whole content"),
        ({"$set": {"a.$": 1}}, "not documented"),
        ({"$set": {"a.$[].b": 1}}, "not documented"),
        ({"$set": {"a..b": 1}}, "is not a property"),
        ({"$set": {"a": {"$inc": 1}}}, "does nothing within a value"),
        ({"$set": {"a": [{"$date": "2026-01-31T00:00:00.000Z"}]}}, "Dates are ISO text"),
        ({"$inc": {"a": "1"}}, "takes a number"),
        ({"$mul": {"a": True}}, "takes a number"),
        ({"$pop": {"a": 2}}, "1 for the last"),
        ({"$pop": {"a": [1]}}, "1 for the last"),
        ({"$pullAll": {"a": 1}}, "takes a list"),
        ({"$currentDate": {"a": "now"}}, "$currentDate takes true"),
        ({"$push": {"a": {"$each": 1}}}, "takes its values in $each"),
        ({"$push": {"a": {"$position": 1}}}, "takes its values in $each"),
        ({"$push": {"a": {"$each": [1], "$slise": 1}}}, "Nearest: $slice"),
        ({"$push": {"a": {"$each": [1], "$slice": 1.5}}}, "takes a whole number"),
        ({"$push": {"a": {"$each": [1], "$sort": {"b": 2}}}}, "$sort takes"),
        ({"$push": {"a": {"$each": [{"$x": 1}]}}}, "does nothing"),
        ({"$addToSet": {"a": {"$each": [1], "$slice": 1}}}, "$slice is not an operator of $addToSet"),
        ({"$set": {"a": 1}, "$inc": {"a": 1}}, "change content.a"),
        ({"$set": {"a": 1, "content.a": 2}}, "change content.a"),
        ({"$set": {"a": 1, "a.b": 2, "a-x": 1}}, "change content.a"),
        ({"$rename": {"a": "b"}, "$set": {"b.c": 1}}, "change content.b"),
        ({"$set": {"a": math.nan}}, "NaN"),
    ],
)
def test_what_an_update_does_not_take_is_refused_with_the_way_out(operation: dict[str, JsonValue], told: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_operation(operation)
    assert told in str(error.value)


def test_the_names_of_an_operation_are_as_appdb_has_them() -> None:
    assert names_in_operation({"$set": {"a": 1, "content.b": 2}, "$rename": {"c": "d"}}) == [
        "content.a",
        "content.b",
        "content.c",
        "content.d",
    ]


def test_a_content_may_hold_any_json_but_operators_and_numbers_that_are_none() -> None:
    check_content({"a": {"b": [{"c.d": None}]}, "": 1})
    with pytest.raises(InvalidInput, match="cannot have a property"):
        check_content({"a": [{"$set": 1}]})
    with pytest.raises(InvalidInput, match="NaN"):
        check_content({"a": [math.inf]})
