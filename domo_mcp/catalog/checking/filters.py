"""`SUM(x) FILTER (WHERE …)`, which MySQL does not know: written as CASE inside of the aggregate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.calls import Call, brackets, calls
from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Problem
from domo_mcp.catalog.checking.reading import Reading

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_TAKE_CASE = frozenset({
    "sum", "avg", "min", "max", "count", "stddev_pop", "var_pop", "approximate_count_distinct",
})  # fmt: skip


def filters(reading: Reading) -> Iterator[Finding]:
    """Of every aggregate that has one."""
    found = reading.tokens
    kinds = [token.token_type.name for token in found]
    places = [place for place, kind in enumerate(kinds) if kind == "FILTER" and kinds[place + 1 : place + 2] == _OPEN]
    if not places:
        return
    by_end = {call.tokens[-1].start: call for call in calls(reading)}
    inside = brackets(found)
    for place in places:
        call = by_end.get(found[place - 1].start)
        if call is not None and kinds[place + 2] == "WHERE" and place + 1 in inside:
            clause = found[place : inside[place + 1].close + 1]
            yield from _written_as_case(reading, call, clause)


_OPEN = ["L_PAREN"]


def _written_as_case(reading: Reading, call: Call, clause: list[Token]) -> Iterator[Finding]:
    problem = Problem("Domo's SQL has no FILTER (WHERE …).", "Write SUM(CASE WHEN … THEN x END).")
    if call.name not in _TAKE_CASE or call.count != 1:
        yield problem
        return
    condition = reading.select.text[clause[3].start : clause[-1].start].rstrip()
    first = call.tokens[3 if call.tokens[2].token_type.name == "DISTINCT" else 2]
    every = first.token_type.name == "STAR"
    when = Edit(first.start, first.end + 1 if every else first.start, f"CASE WHEN {condition} THEN {'1' * every}")
    closed = Edit(call.tokens[-1].start, clause[-1].end + 1, " END)")
    yield Change(problem, f"FILTER → {call.name.upper()}(CASE WHEN … THEN … END)", (when, closed))
