"""Which documents a collection's filter rules leave: App Framework APIs, Document Level Security Filtering. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from domo_mcp.sandbox.appdb.definitions import Condition, Content, FilterRule, Operation
from domo_mcp.sandbox.appdb.permissions import Visitor
from domo_mcp.sandbox.mongo import predicate

USER, GROUPS = "%userId%", "%groupIds%"


def restricted(query: Content, rules: Sequence[FilterRule], operation: Operation, visitor: Visitor) -> Content:
    """Give the query with the rules for an operation and a visitor added to it.

    Rules that do not apply are skipped; those that do are an OR. The document names nobody who is exempt, so none is.
    """
    applying = [rule for rule in rules if operation in rule.apply_on and _applies(rule, visitor)]
    if not applying:
        return query
    either: list[JsonValue] = [_limit(rule, visitor) for rule in applying]
    return {"$and": [query, {"$or": either}]}


def check(rules: Sequence[FilterRule]) -> None:
    """Raise `mongo.BadQuery` for a rule whose query is none."""
    for rule in rules:
        predicate(_limit(rule, Visitor(0)))


def _applies(rule: FilterRule, visitor: Visitor) -> bool:
    return rule.apply_to_all or any(_meets(condition, visitor) for condition in rule.apply_to)


def _meets(condition: Condition, visitor: Visitor) -> bool:
    values = _filled(list(condition.values), visitor)
    allowed = {str(value) for value in values} if isinstance(values, list) else set()
    own = {str(visitor.user_id)} if condition.type == "USER_ID" else set(map(str, visitor.groups))
    return bool(allowed & own)


def _limit(rule: FilterRule, visitor: Visitor) -> Content:
    query = {name: _filled(value, visitor) for name, value in rule.query.items()}
    own: Content = {"owner": str(visitor.user_id)}
    return {"$and": [query, own]} if rule.limit_to_owner else query


def _filled(value: JsonValue, visitor: Visitor) -> JsonValue:
    """Put the visitor's ids, as text, where wildcards stand; in a list the groups take the wildcard's place.

    %groupIds% as a value of its own means any of the groups (assumed).
    """
    groups: list[JsonValue] = [str(group) for group in visitor.groups]
    if value == GROUPS:
        return {"$in": groups}
    if isinstance(value, str):
        return value.replace(USER, str(visitor.user_id))
    if isinstance(value, list):
        parts = [groups if part == GROUPS else [_filled(part, visitor)] for part in value]
        return [filled for part in parts for filled in part]
    if isinstance(value, dict):
        return {
            name: groups if name in ("$in", "$nin") and part == GROUPS else _filled(part, visitor)
            for name, part in value.items()
        }
    return value
