"""Refuses what could be said of each row or of a thing as a whole: customers who `did not buy`."""

from __future__ import annotations

import re

from domo_mcp.sandbox.questions.draft import DEFAULT, Draft
from domo_mcp.sandbox.questions.filtering import is_row
from domo_mcp.sandbox.questions.linking import Happened, Named
from domo_mcp.sandbox.questions.reading import Reading
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, root

_BETTER = {"best", "worst", "leading", "best first", "worst first"}
_TIMES = re.compile(r"minute|second|hour|duration|time|days", re.IGNORECASE)
_PRICES = re.compile(r"price|cost", re.IGNORECASE)
_LESS_IS_BETTER = re.compile(r"minute|hour|cost|price|spend|discount|days", re.IGNORECASE)
_OF_TIMES = {"longest", "shortest", "fastest", "slowest", "quickest"}
PRICED = {"most expensive", "least expensive", "priciest", "dearest", "cheapest"}


def check_things(draft: Draft, schema: Schema) -> None:
    """Refuse a `not` or an `and` about things that have several rows, and a count of what was sold."""
    for thing in _things(draft, schema):
        if draft.whole:
            others = "or" if draft.whole == "and" else "excluding"
            reason = f"`{draft.whole}` could be said of some rows of `{thing.text}` or of all: for some say `{others}`"
            raise NotUnderstood(reason, (draft.whole,))


def check_divided(draft: Draft, schema: Schema) -> None:
    """Refuse `revenue per order` where a row is an order, and `sessions per order`: a line for each, or a division."""
    for word, named in [*draft.divided]:
        if word == "per" and _is_per_row(draft, named, schema):
            draft.groups.remove(named)
            draft.ratio.append(named)
            continue
        is_bare_key = word == "per" and named.key == named.column and phrase(named.column.name)[-1:] == ("id",)
        if is_row(named, schema) or is_bare_key:
            key = f" of `{named.key.name}`" if named.key else ""
            reason = f"`{word} {named.text}` could be a line for each value{key}, or a division"
            raise NotUnderstood(f"{reason}: say `for each`, or ask for an average", (named.text,))


def _is_per_row(draft: Draft, named: Named, schema: Schema) -> bool:
    """Whether an amount is divided by the rows: `pages per visit`; `list the revenue per order` could be lines."""
    amounts = [n for function, n in draft.figures if function in {DEFAULT, "SUM"} and n.columns]
    is_amount = len(amounts) == len(draft.figures) == 1 and amounts[0].column.is_additive
    is_own = is_amount and not amounts[0].column.is_aggregate and is_row(named, schema) and not named.is_plural
    return is_own and not (draft.listing or draft.share or draft.ratio) and named in draft.groups


def check_used(draft: Draft, *, is_list: bool) -> None:
    """Refuse what a list cannot take up: growth, two periods, a division, an order by nothing."""
    if draft.ago and not (draft.change or draft.contrast):
        raise NotUnderstood("I do not know what is set beside the year before")
    if is_list and (draft.change or draft.ratio or draft.elapsed or (draft.contrast and len(draft.periods) > 1)):
        raise NotUnderstood("what is compared or divided needs a figure")
    if draft.split and not (draft.groups or draft.grains):
        raise NotUnderstood(f"`{draft.split.text}` does not say by what", (draft.split.text,))
    if draft.wide and not is_list:
        raise NotUnderstood("all columns can only be listed of rows")
    if is_list and draft.sort and not draft.figures:
        raise NotUnderstood("I do not know by what to put the list in order")


def check_rank(draft: Draft) -> None:
    """Refuse `best response time`, where less is better, and `fastest` of what is no time."""
    numbers = [named.column for _, named in draft.figures if named.columns and named.column.is_number]
    if draft.rank in _BETTER and any(_LESS_IS_BETTER.search(c.name) for c in numbers):
        raise NotUnderstood(f"`{draft.rank}` could be the highest or the lowest: say which", (draft.rank,))
    wanted = _TIMES if draft.rank in _OF_TIMES else _PRICES if draft.rank in PRICED else None
    if wanted and not (numbers and all(wanted.search(c.name) for c in numbers)):
        raise NotUnderstood(f"I do not know by which column something is the `{draft.rank}`", (draft.rank,))


def check_only(draft: Draft, schema: Schema) -> None:
    """Refuse customers who `only` bought online: each of their rows would have to be looked at."""
    if draft.only and _things(draft, schema):
        raise NotUnderstood("`only` could be said of some rows of a thing or of all of them", ("only",))


def check_counts(draft: Draft) -> None:
    """Refuse to count the different values of a column of which only one is asked for."""
    one = {c.column for c in draft.conditions if c.operator == "IN" and len(c.values) == 1}
    for function, named in draft.figures:
        if function.startswith("COUNT") and named.columns and (named.key or named.column) in one:
            raise NotUnderstood(f"there is only one `{named.text}` to count", (named.text,))


def check_percent(reading: Reading, draft: Draft) -> None:
    """Refuse amounts `in percent` that do not say of what."""
    rates = all(m.column and (m.column.is_fraction or m.column.is_aggregate) for m in reading.measures)
    named = " ".join(m.column.name if m.column else "" for m in reading.measures).casefold()
    if draft.unit and draft.unit not in named:
        raise NotUnderstood(f"the figure is not in {draft.unit}s", (draft.unit,))
    if draft.percent and not (draft.share or draft.change or rates):
        raise NotUnderstood(f"`{draft.percent.text}` does not say of what", (draft.percent.text,))


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
