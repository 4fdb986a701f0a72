"""Names what a question leaves to its form: counts of groups, extremes, what sells, the grain of a trend."""

from __future__ import annotations

from domo_mcp.sandbox.questions.dating import date_column
from domo_mcp.sandbox.questions.doubts import PRICED
from domo_mcp.sandbox.questions.draft import DEFAULT, Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Named, row_head, row_thing
from domo_mcp.sandbox.questions.measuring import selling_column
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, quoted, root

_TRADES = {root(verb) for verb in ("sold", "bought", "ordered")}
_COMMON = {
    *("most common", "most frequent", "most often", "most frequently"),
    *("least common", "rarest", "least often", "least frequent"),
}


def priced(draft: Draft, schema: Schema) -> None:
    """Let the cheapest products be those of the lowest price, the longest sessions those of the longest duration."""
    word = "price" if draft.rank in PRICED else "duration" if draft.rank in {"longest", "shortest"} else ""
    meant = [c for c in schema.columns if c.is_number and not c.formula and word in phrase(c.name)]
    head = row_head(schema)
    if draft.rank in _COMMON and not draft.figures and not any(is_row(h, schema) for h in draft.heads):
        draft.figures.append(("COUNT", head))
    if draft.figures or len(meant) != 1 or any(not is_row(h, schema) for h in draft.heads):
        return
    if draft.heads or (_are_goods(draft) and head == row_thing(schema)):
        draft.figures.append((DEFAULT, Named((meant[0],), 0)))
        draft.heads = draft.heads or [head]


def complete(draft: Draft, schema: Schema) -> None:
    """Add the figures and the heads that the form of the question means."""
    if draft.trend and not draft.grains:
        draft.grains.append("month")
    _meant(draft, schema)
    if draft.rated:
        _rated(draft, schema)
    if (draft.best_selling or _trades_most(draft)) and not draft.figures:
        draft.figures.append((DEFAULT, Named((selling_column(schema),), 0)))
    _superlative(draft, schema)
    if not draft.figures and (draft.groups or draft.grains or draft.share):
        if len(draft.heads) != 1:
            raise NotUnderstood("no figure is asked for")
        draft.figures.append(("COUNT", draft.heads.pop()))
    if draft.recent or draft.asked == "when":
        _recent(draft, schema)


def _meant(draft: Draft, schema: Schema) -> None:
    """Let `which tents` and `who` mean the rows, and `share of subscribers` that of the rows."""
    thing = row_thing(schema)
    if draft.heads or draft.figures:
        return
    if thing and (draft.whom == "who" or (draft.whom == "which" and _are_goods(draft))):
        draft.heads.append(thing)
    elif draft.share and len(draft.conditions) == 1 and not draft.happened:
        flagged = draft.conditions[0]
        draft.rated = flagged if flagged.column.flag is not None else draft.rated


def _superlative(draft: Draft, schema: Schema) -> None:
    if not draft.superlative or draft.heads or (draft.grains and draft.asked):
        return
    if draft.asked == "which":
        draft.heads.append(_asked(draft, schema))
    else:
        _extremes(draft)


def _are_goods(draft: Draft) -> bool:
    return any({"category", "product", "brand"} & set(phrase(c.column.name)) for c in draft.conditions)


def _trades_most(draft: Draft) -> bool:
    """Whether somebody bought or sold the most of some goods: their pieces are added up."""
    deeds = {root(mark.text.casefold()) for mark in draft.happened}
    return draft.rank in {"most", "fewest"} and bool(draft.heads and deeds & _TRADES) and _are_goods(draft)


def _rated(draft: Draft, schema: Schema) -> None:
    """Count the rows of a `return rate`."""
    things = [h for h in draft.heads if not is_row(h, schema)]
    if draft.figures or (things and not (draft.direction or draft.asked)):
        raise NotUnderstood("I do not know of what the rate is")
    draft.heads = things
    draft.figures.append(("COUNT", row_head(schema)))


def _asked(draft: Draft, schema: Schema) -> Named:
    """Return whom `who has the highest salary` asks for: what a row is, if that has a name."""
    thing = row_thing(schema)
    if thing is None or draft.happened or draft.groups or any(f.startswith("COUNT") for f, _ in draft.figures):
        raise NotUnderstood("I do not know who or which is asked for: name it, as in `which customer`")
    return thing


def _extremes(draft: Draft) -> None:
    """Read `the highest discount` as the maximum; of an amount by group it could be the highest total."""
    if counted := [named.text for function, named in draft.figures if function.startswith("COUNT")]:
        raise NotUnderstood(f"I do not know whose number of {quoted(counted)} is the highest or the lowest")
    if any(named.column.is_additive for _, named in draft.figures) and (draft.groups or draft.grains):
        raise NotUnderstood("the highest could be of rows or of totals: say `maximum`, or `which ... has the highest`")
    extreme = "MAX" if draft.direction == "DESC" else "MIN"
    draft.figures = [(function or extreme, named) for function, named in draft.figures]
    draft.direction = ""


def _recent(draft: Draft, schema: Schema) -> None:
    """Read `latest order date` and `when was the last order` as a date; `latest orders` stay rows."""
    if draft.figures or not draft.recent:
        raise NotUnderstood("I do not know what should be the first or the last")
    if things := [h.text for h in draft.heads if not is_row(h, schema)]:
        raise NotUnderstood(
            f"{quoted(things)} can have many rows: the first or the last of each could be meant", tuple(things)
        )
    if draft.asked != "when" and draft.heads:
        if draft.both:
            raise NotUnderstood("the first and the last are two questions")
        return
    if draft.asked == "which":
        raise NotUnderstood("I do not know whose first or last date is meant")
    column = date_column(draft, schema)
    asked = ("MIN", "MAX") if draft.both else (draft.recent,)
    draft.figures += [(function, Named((column,), 0)) for function in asked]
    draft.heads = []
