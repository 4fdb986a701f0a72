"""Filter rules, as App Framework APIs, Document Level Security Filtering describes them."""

from __future__ import annotations

from typing import Any

import pytest

from domo_mcp.sandbox.appdb.definitions import Content, FilterRule, Operation
from domo_mcp.sandbox.appdb.filters import check, restricted
from domo_mcp.sandbox.appdb.permissions import Visitor
from domo_mcp.sandbox.mongo import BadQuery

US: Content = {"content.country": "US"}
WEST: Content = {"content.region": "West"}
MEMBER, STRANGER = Visitor(123456, groups=(12, 40)), Visitor(7, groups=(13,))


def rule(**also: Any) -> FilterRule:
    """The document's own rule, with some properties changed."""
    printed = {
        "name": "defaultFilter",
        "applyOn": ["READ", "UPDATE", "DELETE"],
        "applyTo": [{"type": "GROUP_ID", "values": [12, 15]}],
        "applyToAll": False,
        "limitToOwner": False,
        "query": WEST,
    }
    return FilterRule.model_validate(printed | also)


def limited(*rules: FilterRule, visitor: Visitor = MEMBER, operation: Operation = "READ") -> Content:
    return restricted(US, rules, operation, visitor)


def test_the_rule_of_a_group_is_added_for_its_members_only() -> None:
    assert limited(rule()) == {"$and": [US, {"$or": [WEST]}]}
    assert limited(rule(), visitor=STRANGER) == US
    assert limited() == US


def test_a_rule_for_everybody_overrides_whom_it_names() -> None:
    assert limited(rule(applyToAll=True), visitor=STRANGER) == {"$and": [US, {"$or": [WEST]}]}


def test_a_rule_holds_for_its_operations_only() -> None:
    reading = rule(applyOn=["READ"])
    assert limited(reading, operation="DELETE") == US
    assert limited(reading, operation="READ") != US


def test_several_rules_are_an_or_and_those_that_do_not_apply_are_skipped() -> None:
    own = rule(applyTo=[{"type": "USER_ID", "values": ["123456"]}], query={"content.a": 1})
    others = rule(applyTo=[{"type": "USER_ID", "values": [99]}], query={"content.b": 1})
    assert limited(rule(), own, others) == {"$and": [US, {"$or": [WEST, {"content.a": 1}]}]}


def test_limiting_to_the_owner_adds_the_users_id_as_text() -> None:
    assert limited(rule(limitToOwner=True)) == {"$and": [US, {"$or": [{"$and": [WEST, {"owner": "123456"}]}]}]}


@pytest.mark.parametrize(
    ("query", "filled"),
    [
        ({"content.user": "%userId%"}, {"content.user": "123456"}),
        ({"content.group": {"$in": "%groupIds%"}}, {"content.group": {"$in": ["12", "40"]}}),
        ({"content.group": {"$in": ["%groupIds%", "all"]}}, {"content.group": {"$in": ["12", "40", "all"]}}),
        ({"content.group": "%groupIds%"}, {"content.group": {"$in": ["12", "40"]}}),
        ({"$or": [{"content.a": "%userId%"}, {"content.b": 1}]}, {"$or": [{"content.a": "123456"}, {"content.b": 1}]}),
    ],
)
def test_wildcards_in_a_query_stand_for_the_visitors_ids(query: Content, filled: Content) -> None:
    assert limited(rule(query=query)) == {"$and": [US, {"$or": [filled]}]}


@pytest.mark.parametrize(("kind", "value"), [("USER_ID", "%userId%"), ("GROUP_ID", "%groupIds%")])
def test_wildcards_in_a_condition_stand_for_the_visitors_ids(kind: str, value: str) -> None:
    named = rule(applyTo=[{"type": kind, "values": [value]}])
    assert limited(named) == {"$and": [US, {"$or": [WEST]}]}
    assert limited(named, visitor=Visitor(7)) == (US if kind == "GROUP_ID" else {"$and": [US, {"$or": [WEST]}]})


def test_a_rule_whose_query_is_none_is_told() -> None:
    check([rule(), rule(query={"content.group": {"$in": "%groupIds%"}})])
    with pytest.raises(BadQuery):
        check([rule(query={"content.a": {"$foo": 1}})])
