"""Refuses what could be said of each row or of a thing as a whole: customers who `did not buy`."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Happened, Named
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, root


def check_things(draft: Draft, schema: Schema) -> None:
    """Refuse a `not` or an `and` about things that have several rows, and a count of what was sold."""
    for thing in _things(draft, schema):
        if draft.whole:
            others = "or" if draft.whole == "and" else "excluding"
            reason = f"`{draft.whole}` could be said of some rows of `{thing.text}` or of all: for some say `{others}`"
            raise NotUnderstood(reason, (draft.whole,))


def check_divided(draft: Draft, schema: Schema) -> None:
    """Refuse `revenue per order` where a row is an order, and `sessions per order`: a line for each, or a division."""
    for word, named in draft.divided:
        is_bare_key = word == "per" and named.key == named.column and phrase(named.column.name)[-1:] == ("id",)
        if is_row(named, schema) or is_bare_key:
            key = f" of `{named.key.name}`" if named.key else ""
            reason = f"`{word} {named.text}` could be a line for each value{key}, or a division"
            raise NotUnderstood(f"{reason}: say `for each`, or ask for an average", (named.text,))


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
