"""Queries that this server sends, and those that it does not."""

from __future__ import annotations

import math

import pytest
from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.mongo.checking import check_query, dates_in_content

DATE: JsonValue = {"$date": "2026-01-31T00:00:00.000Z"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"a": 1},
        {"a": None, "b": [1, "x"], "c": {"d": {"e": True}}},
        {"$or": [{"comments": {"$regex": "happy"}}, {"username": {"$ne": "Eeyore"}}]},
        {"createdOn": {"$lte": DATE}},
        {"updatedOn": DATE},
        {"createdOn": {"$in": [DATE]}},
        {"content.createdOn": "2026-01-31"},
        {"$nor": [{"a": {"$in": [1, "x", None]}}, {"b": {"$nin": []}}]},
        {"$and": [{"a": {"$exists": True}}, {"b": {"$exists": False}}]},
        {"a": {"$not": {"$gt": 5}}},
        {"a": {"$not": {"$regex": "^x", "$options": "i"}}},
        {"a": {"$size": 0}},
        {"a": {"$mod": [4, 0]}},
        {"a": {"$all": ["x", "y"]}},
        {"a": {"$all": [{"$elemMatch": {"q": {"$gt": 1}}}, {"$elemMatch": {"q": 2}}]}},
        {"a": {"$elemMatch": {"q": {"$gte": 1}, "r": 2}}},
        {"a": {"$elemMatch": {"$gte": 1, "$lt": 5}}},
        {"a": {"$elemMatch": {"$or": [{"q": 1}, {"r": 1}]}}},
        {"a": {"$type": "string"}},
        {"a": {"$type": ["string", 10]}},
        {"a": {"$bitsAllSet": 6}},
        {"a": {"$bitsAnyClear": [1, 5]}},
        {"a": {"$geoWithin": {"$box": [[0, 0], [1, 1]]}}},
        {"$expr": {"$gt": ["$spend", {"$cond": [{"$eq": ["$a", 1]}, 5, 6]}]}},
        {"$jsonSchema": {"required": ["a"], "properties": {"a": {"bsonType": "int"}}}},
        {"a": {"$regex": r"\p{Lu}(?<name>x)"}},
        {"a": {"$eq": {"b": 1}}},
        {"$comment": "why"},
    ],
)
def test_what_find_takes_passes(query: dict[str, JsonValue]) -> None:
    check_query(query)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"a": {"$gtt": 1}}, "$gtt is not an operator for a. Nearest: $gt"),
        ({"a": {"$regexp": "x"}}, "Nearest: $regex"),
        ({"$orr": []}, "Nearest: $or"),
        ({"$where": "sleep(1)"}, "JavaScript is never run"),
        ({"$or": [{"$and": [{"$where": "1"}]}]}, "JavaScript is never run"),
        ({"$expr": {"$gt": [{"$function": {"body": "x"}}, 1]}}, "JavaScript is never run"),
        ({"a": {"$near": {}}}, "$near is not available"),
        ({"a": {"$nearSphere": {}}}, "$nearSphere is not available"),
        ({"$text": {"$search": "x"}}, "write $regex"),
        ({"$gt": 5}, "$gt belongs to a property"),
        ({"a": {"$or": [1]}}, "$or stands around properties"),
        ({"a": {"$gt": 1, "b": 2}}, "b is not an operator for a"),
        ({"a": {"b": {"$gt": 1}}}, 'Write {"a.b": {"$gt": …}}'),
        ({"a": {"$in": "x"}}, "a list of values"),
        ({"a": {"$in": [{"$gt": 1}]}}, "$gt does nothing within a value"),
        ({"$and": {"a": 1}}, "$and takes a list"),
        ({"$or": []}, "$or takes a list"),
        ({"$or": ["a"]}, "each an object"),
        ({"a": {"$not": 5}}, "$not takes an object"),
        ({"a": {"$not": {"b": 1}}}, "$not takes an object"),
        ({"a": {"$exists": 1}}, "true or false"),
        ({"a": {"$size": True}}, "a count"),
        ({"a": {"$size": 1.5}}, "a count"),
        ({"a": {"$size": -1}}, "a count"),
        ({"a": {"$regex": "(a"}}, "$regex is not a pattern"),
        ({"a": {"$regex": "*a"}}, "$regex is not a pattern"),
        ({"a": {"$regex": "a" * 1001}}, "at most 1000"),
        ({"a": {"$regex": 5}}, "$regex takes a pattern"),
        ({"a": {"$options": "i"}}, "goes with $regex"),
        ({"a": {"$regex": "a", "$options": "g"}}, "$options takes"),
        ({"a": {"$mod": [0, 1]}}, "divisor"),
        ({"a": {"$mod": [2]}}, "divisor"),
        ({"a": {"$mod": [2, "1"]}}, "divisor"),
        ({"a": {"$elemMatch": [1]}}, "$elemMatch takes an object"),
        ({"a": {"$elemMatch": {"q": {"$gtt": 1}}}}, "$gtt"),
        ({"a": {"$type": True}}, "a type's name"),
        ({"a": {"$bitsAllSet": "x"}}, "a bit mask"),
        ({"a": {"$oid": "x"}}, "$oid is not an operator"),
        ({"": 1}, "is not a property"),
        ({"a..b": 1}, "is not a property"),
        ({"a": math.inf}, "NaN or infinity"),
        ({"a": [math.nan]}, "NaN or infinity"),
    ],
)
def test_what_find_does_not_take_is_refused_with_the_way_out(query: dict[str, JsonValue], told: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_query(query)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("2026-02-03", "2026-02-03T00:00:00.000Z"),
        ("2026-02", "2026-02-01T00:00:00.000Z"),
        ("2026-02-03T04:05:06Z", "2026-02-03T04:05:06.000Z"),
        ("2026-02-03T04:05:06.7+02:00", "2026-02-03T02:05:06.700Z"),
        ("yesterday", "2026-01-31T00:00:00.000Z"),
    ],
)
@pytest.mark.parametrize("field", ["createdOn", "updatedOn"])
def test_a_date_as_text_is_refused_with_the_moment_that_was_meant(field: str, value: str, meant: str) -> None:
    conditions: list[JsonValue] = [value, {"$gt": value}, {"$in": [value]}, {"$not": {"$lt": value}}]
    for condition in conditions:
        with pytest.raises(InvalidInput, match="is a date, not text") as error:
            check_query({"$and": [{field: condition}]})
        assert f'{{"$date": "{meant}"}}' in error.value.hint


@pytest.mark.parametrize(
    "value", ["2026-01-31", "2026-01-31T00:00:00Z", 5, {"$numberLong": "1"}, "2026-13-31T00:00:00.000Z"]
)
def test_a_moment_has_one_spelling(value: JsonValue) -> None:
    with pytest.raises(InvalidInput, match="with milliseconds and Z"):
        check_query({"createdOn": {"$gt": {"$date": value}}})


def test_a_query_may_be_twenty_levels_deep_and_not_deeper() -> None:
    def nested(levels: int) -> dict[str, JsonValue]:
        query: dict[str, JsonValue] = {"a": 1}
        for _ in range(levels):
            query = {"$or": [query]}
        return query

    check_query(nested(9))
    with pytest.raises(InvalidInput, match="20 levels"):
        check_query(nested(10))
    with pytest.raises(InvalidInput, match="20 levels"):
        check_query(nested(100_000))


def test_a_query_may_have_a_thousand_parts_and_not_more() -> None:
    check_query({"a": {"$in": [*range(997)]}})
    with pytest.raises(InvalidInput, match="1,000 parts"):
        check_query({"a": {"$in": [*range(998)]}})


def test_a_content_property_compared_with_a_moment_is_found_wherever_it_stands() -> None:
    query: dict[str, JsonValue] = {
        "createdOn": {"$gt": DATE},
        "$or": [{"content.due": {"$lt": DATE}}, {"content.a": {"$not": {"$in": [DATE]}}}, {"content.b": 1}],
    }
    assert dates_in_content(query) == ["content.due", "content.a"]
