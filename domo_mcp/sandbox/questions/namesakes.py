"""Keeps apart the things of one name: two customers called Jonas Laurent are two."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.linking import key_beside
from domo_mcp.sandbox.questions.reading import Condition, Dimension
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema


def namesakes(draft: Draft, schema: Schema) -> tuple[Dimension, ...]:
    """Return a group by key and name for each name that a condition asks for and that several keys may share."""
    counted = {named.key for function, named in draft.figures if function.startswith("COUNT")}
    named = ((key_beside(c.column, schema), c.column) for c in draft.conditions if _may_be_several(c))
    return tuple(dict.fromkeys(Dimension(key, label=label) for key, label in named if key and key not in counted))


def check_merged(draft: Draft, apart: tuple[Dimension, ...], groups: tuple[Dimension, ...]) -> None:
    """Refuse a share or a ranking that would mix namesakes, or choose between them."""
    added = [d for d in apart if d not in groups] if draft.share or draft.direction else []
    for dimension in added:
        reason = f"the name in `{dimension.label.name}`" if dimension.label else "the name"
        raise NotUnderstood(f"{reason} can stand for several `{dimension.column.name}`: ask for the figure alone")


def _may_be_several(condition: Condition) -> bool:
    shared = condition.column.shared
    return condition.operator == "IN" and (shared is None or not set(shared).isdisjoint(map(str, condition.values)))
