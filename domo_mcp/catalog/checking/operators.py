"""Operators of other dialects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Problem
from domo_mcp.catalog.checking.operands import first_of, opens
from domo_mcp.catalog.checking.reading import Reading

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


def operators(reading: Reading) -> Iterator[Finding]:
    """ILIKE and `::`."""
    found = reading.tokens
    kinds = [token.token_type.name for token in found]
    if "ILIKE" in kinds:
        problem = Problem("Domo's SQL has no ILIKE.", "Write LIKE; it does not tell upper from lower case.")
        edits = (Edit(each.start, each.end + 1, "LIKE") for each in found if each.token_type.name == "ILIKE")
        yield Change(problem, "ILIKE → LIKE", tuple(edits))
    casts = [_cast(found, place) for place, kind in enumerate(kinds) if kind == "DCOLON"]
    if casts:
        fix = "Compare with a literal of the right kind, or use DATE(text)."
        problem = Problem("Domo's SQL has no `::` casts.", fix)
        change = Change(problem, "::date → DATE", tuple(edit for cast in casts for edit in cast))
        yield change if all(casts) else problem


def _cast(found: Sequence[Token], place: int) -> Sequence[Edit]:
    """The edits for `d::date`; none where it is another type or where `d` begins is not plain."""
    start, kind = first_of(found, place - 1), found[place + 1]
    if start is None or kind.text.casefold() != "date" or any(map(opens, found[place + 2 : place + 3])):
        return ()
    begin = found[start].start
    return Edit(begin, begin, "DATE("), Edit(found[place].start, kind.end + 1, ")")
