"""Refuses what could be said of each row or of a thing as a whole: customers who `did not buy`."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Happened, Named
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import root


def check_things(draft: Draft, schema: Schema) -> None:
    """Refuse a `not` or an `and` about things that have several rows, and a count of what was sold."""
    for thing in _things(draft, schema):
        if draft.whole:
            others = "or" if draft.whole == "and" else "excluding"
            reason = f"`{draft.whole}` could be said of some rows of `{thing.text}` or of all: for some say `{others}`"
            raise NotUnderstood(reason, (draft.whole,))


def check_sold(draft: Draft) -> None:
    """Refuse `how many products were sold`: how many different ones, or how many pieces."""
    sold = any(isinstance(mark, Happened) and root(mark.text.casefold()) == root("sold") for mark in draft.happened)
    for function, named in draft.figures:
        if sold and function == "COUNT" and named.key and not named.is_row:
            raise NotUnderstood(f"say `how many different {named.text}`, or count what was sold of them", (named.text,))


def _things(draft: Draft, schema: Schema) -> list[Named]:
    """Return what is listed or counted, where that is not the rows themselves."""
    listed = [*draft.heads, *draft.groups] if not draft.figures else []
    counted = [named for function, named in draft.figures if function in {"COUNT", "COUNT DISTINCT"}]
    return [named for named in (*listed, *counted) if not is_row(named, schema)]
