"""Operators of other dialects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.reading import Reading

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


def operators(reading: Reading) -> Iterator[Finding]:
    """ILIKE, `::` and `||`."""
    found = reading.tokens
    kinds = [token.token_type.name for token in found]
    if "ILIKE" in kinds:
        problem = Problem("Domo's SQL has no ILIKE.", "Write LIKE; it does not tell upper from lower case.")
        edits = (Edit(each.start, each.end + 1, "LIKE") for each in found if each.token_type.name == "ILIKE")
        yield Change(problem, "ILIKE → LIKE", tuple(edits))
    if "DPIPE" in kinds:
        yield Note("`||` may be OR to Domo.", "Write CONCAT(a, b) to join texts.")
    casts = [_cast(found, place) for place, kind in enumerate(kinds) if kind == "DCOLON"]
    if casts:
        fix = "Compare with a literal of the right kind, or use DATE(text)."
        problem = Problem("Domo's SQL has no `::` casts.", fix)
        change = Change(problem, "::date → DATE", tuple(edit for cast in casts for edit in cast))
        yield change if all(casts) else problem


def _cast(found: Sequence[Token], place: int) -> Sequence[Edit]:
    """The edits for `d::date`; none where it is another type or where `d` begins is not plain."""
    start, kind = _operand(found, place - 1), found[place + 1]
    if start is None or kind.text.casefold() != "date" or any(map(_opens, found[place + 2 : place + 3])):
        return ()
    begin = found[start].start
    return Edit(begin, begin, "DATE("), Edit(found[place].start, kind.end + 1, ")")


def _operand(found: Sequence[Token], last: int) -> int | None:
    """Where the name, literal, call or bracket begins that ends at `last`."""
    first = last
    if found[last].token_type.name == "R_PAREN":
        depth = 0
        for first in range(last, -1, -1):
            depth += (found[first].token_type.name == "R_PAREN") - _opens(found[first])
            if depth == 0:
                break
        if first and found[first - 1].end + 1 == found[first].start and found[first - 1].text.isidentifier():
            first -= 1
    elif not re.match(r"[\w'\"`]", found[last].text) or found[last].text.casefold() == "end":
        return None
    while first > 1 and found[first - 1].token_type.name == "DOT":
        first -= 2
    return None if first and found[first - 1].token_type.name == "DCOLON" else first


def _opens(token: Token) -> bool:
    return token.token_type.name == "L_PAREN"
