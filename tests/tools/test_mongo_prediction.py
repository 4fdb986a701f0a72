"""What an update makes of a content: as the sandbox's own engine does it, and nothing where that is not sure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import JsonValue

from domo_mcp.sandbox.mongo import updater
from domo_mcp.tools.appdb.mongo.operations import check_operation
from domo_mcp.tools.appdb.mongo.paths import operation_in_domo
from domo_mcp.tools.appdb.mongo.prediction import predicted
from domo_mcp.tools.change import UNKNOWN_VALUE

UNKNOWN = dict(UNKNOWN_VALUE)
CONTENT: dict[str, JsonValue] = {
    "n": 5,
    "x": 0.1,
    "s": "m",
    "flag": True,
    "nothing": None,
    "o": {"p": {"q": 1}, "l": [1, 2]},
    "l": [3, 1, 2],
    "mixed": [1, 1.0, "1", True, {"a": 1, "b": 2}, {"b": 2, "a": 1}, [1]],
    "rows": [{"k": 2, "v": "b"}, {"k": 1, "v": "a"}],
}


def _after(operation: Mapping[str, JsonValue]) -> dict[str, Any]:
    check_operation(operation)
    return predicted(CONTENT, operation_in_domo(operation))


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"$set": {"n": 6}}, {"n": 6}),
        ({"$set": {"o.p.r": 2}}, {"o": {"p": {"q": 1, "r": 2}, "l": [1, 2]}}),
        ({"$set": {"new.deep.er": 1}}, {"new": {"deep": {"er": 1}}}),
        ({"$set": {"l.1": 9}}, {"l": [3, 9, 2]}),
        ({"$set": {"rows.0.v": "z"}}, {"rows": [{"k": 2, "v": "z"}, {"k": 1, "v": "a"}]}),
        ({"$set": {"content.owner": "Kim"}}, {"owner": "Kim"}),
        ({"$unset": {"o.p": ""}}, {"o": {"l": [1, 2]}}),
        ({"$unset": {"l.0": ""}}, {"l": [None, 1, 2]}),
        ({"$unset": {"absent.deep": "", "s.x": ""}}, {}),
        ({"$inc": {"n": 2, "x": 0.2, "fresh": 3}}, {"n": 7, "x": 0.1 + 0.2, "fresh": 3}),
        ({"$mul": {"n": 2, "fresh": 3}}, {"n": 10, "fresh": 0}),
        ({"$min": {"n": 4, "s": "a", "fresh": 1}}, {"n": 4, "s": "a", "fresh": 1}),
        ({"$max": {"n": 4, "s": "z"}}, {"s": "z"}),
        ({"$rename": {"n": "m", "absent": "y"}}, {"n": ..., "m": 5}),
        ({"$rename": {"o.p.q": "q"}}, {"o": {"p": {}, "l": [1, 2]}, "q": 1}),
        ({"$push": {"l": 4}}, {"l": [3, 1, 2, 4]}),
        ({"$push": {"fresh": 4}}, {"fresh": [4]}),
        ({"$push": {"l": [4]}}, {"l": [3, 1, 2, [4]]}),
        ({"$push": {"l": {"$each": [9, 8], "$position": 1}}}, {"l": [3, 9, 8, 1, 2]}),
        ({"$push": {"l": {"$each": [9], "$position": -1}}}, {"l": [3, 1, 9, 2]}),
        ({"$push": {"l": {"$each": [9], "$slice": -2}}}, {"l": [2, 9]}),
        ({"$push": {"l": {"$each": [9], "$slice": 2}}}, {"l": [3, 1]}),
        ({"$push": {"l": {"$each": [], "$slice": 0}}}, {"l": []}),
        ({"$push": {"l": {"$each": [0], "$sort": 1}}}, {"l": [0, 1, 2, 3]}),
        ({"$push": {"l": {"$each": [0], "$sort": -1, "$slice": 2}}}, {"l": [3, 2]}),
        (
            {"$push": {"rows": {"$each": [{"k": 0}], "$sort": {"k": 1}}}},
            {"rows": [{"k": 0}, {"k": 1, "v": "a"}, {"k": 2, "v": "b"}]},
        ),
        ({"$addToSet": {"l": 3}}, {}),
        ({"$addToSet": {"l": 3.0}}, {}),
        ({"$addToSet": {"l": {"$each": [4, 4, 1]}}}, {"l": [3, 1, 2, 4]}),
        ({"$addToSet": {"l": True}}, {"l": [3, 1, 2, True]}),
        ({"$addToSet": {"fresh": {"$each": [1, 1]}}}, {"fresh": [1]}),
        ({"$pop": {"l": 1}}, {"l": [3, 1]}),
        ({"$pop": {"l": -1, "absent": 1}}, {"l": [1, 2]}),
        ({"$pullAll": {"l": [1, 2.0]}}, {"l": [3]}),
        (
            {"$pullAll": {"mixed": [1, {"a": 1, "b": 2}]}},
            {"mixed": ["1", True, {"b": 2, "a": 1}, [1]]},
        ),
        (
            {"$set": {"s": "a"}, "$inc": {"o.p.q": 1}, "$push": {"o.l": 3}},
            {"s": "a", "o": {"p": {"q": 2}, "l": [1, 2, 3]}},
        ),
    ],
)
def test_an_update_is_foreseen_as_the_sandbox_does_it(operation: dict[str, JsonValue], changed: dict[str, Any]) -> None:
    expected = {name: value for name, value in {**CONTENT, **changed}.items() if value is not ...}
    assert _after(operation) == expected
    done = updater(operation_in_domo(operation), now=lambda: datetime(2026, 11, 22, tzinfo=UTC))(
        {"id": "x", "content": deepcopy(CONTENT)}
    )
    assert done["content"] == expected


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"$currentDate": {"seen": True, "n": True}}, {"seen": UNKNOWN, "n": UNKNOWN}),
        ({"$inc": {"s": 1}}, {"s": UNKNOWN}),
        ({"$inc": {"n": 2**60}}, {"n": UNKNOWN}),
        ({"$min": {"s": 1}}, {"s": UNKNOWN}),
        ({"$max": {"nothing": 1}}, {"nothing": UNKNOWN}),
        ({"$push": {"n": 1}}, {"n": UNKNOWN}),
        ({"$addToSet": {"s": 1}}, {"s": UNKNOWN}),
        ({"$pop": {"s": 1}}, {"s": UNKNOWN}),
        ({"$push": {"l": {"$each": ["a"], "$sort": 1}}}, {"l": UNKNOWN}),
        ({"$push": {"rows": {"$each": [{"k": 1, "v": "other"}], "$sort": {"k": 1}}}}, {"rows": UNKNOWN}),
        ({"$set": {"l.9": 1}}, {"l": UNKNOWN}),
        ({"$set": {"rows.v": 1}}, {"rows": UNKNOWN}),
        ({"$set": {"s.x": 1}}, {"s": UNKNOWN}),
        ({"$rename": {"rows.0.v": "w"}}, {"rows": [{"k": 2, "v": UNKNOWN}, {"k": 1, "v": "a"}], "w": UNKNOWN}),
    ],
)
def test_where_the_content_does_not_tell_the_value_is_left_to_domo(
    operation: dict[str, JsonValue], changed: dict[str, Any]
) -> None:
    assert _after(operation) == {**CONTENT, **changed}


def test_the_content_itself_stays_as_it_is() -> None:
    before = deepcopy(CONTENT)
    _after({"$set": {"o.p.q": 2}, "$push": {"l": 1}, "$unset": {"rows.0.k": ""}})
    assert before == CONTENT
