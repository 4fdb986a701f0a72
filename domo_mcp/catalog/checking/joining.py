"""`||`, which joins texts in other dialects and is OR in MySQL's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.operands import first_of, last_of
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.sql import quoted
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_MAKE_TEXTS = frozenset({
    "concat", "date_format", "dayname", "left", "lower", "monthname", "replace", "right", "substr", "substring",
    "time_format", "trim", "upper",
})  # fmt: skip
_COMPARING = frozenset({
    "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "NULLSAFE_EQ", "LIKE", "ILIKE", "RLIKE", "IN", "IS", "BETWEEN", "NOT", "AND",
})  # fmt: skip
_BINDING = frozenset({
    "PLUS", "DASH", "STAR", "SLASH", "MOD", "DIV", "AMP", "PIPE", "CARET", "TILDE", "DCOLON", "DOT", "COLLATE", "DPIPE",
    "LT_LT", "GT_GT",
})  # fmt: skip


@dataclass(frozen=True)
class _Operand:
    """From its first token to its last; it is `bare` where it is not a side of a comparison."""

    first: int
    last: int
    text: bool
    bare: bool


def joining(reading: Reading) -> Iterator[Finding]:
    """Every chain of `a || b || …`."""
    kinds = [token.token_type.name for token in reading.tokens]
    done = 0
    for place, kind in enumerate(kinds):
        if kind == "DPIPE" and place >= done:
            chain, done = _chain(reading, kinds, place)
            yield _judged(reading, kinds, chain) if chain else Note("`||` may be OR to Domo.", _HOW)


_HOW = "Write CONCAT(a, b) to join texts."


def _chain(reading: Reading, kinds: Sequence[str], pipe: int) -> tuple[list[_Operand], int]:
    """The operands of the chain that begins with this `||`, none where one is not plain; and how far it was read."""
    found, chain = reading.tokens, list[_Operand]()
    first, last = first_of(found, pipe - 1), pipe - 1
    while first is not None:
        around = {*kinds[max(first - 1, 0) : first], *kinds[last + 1 : last + 2]}
        text = _is_text(reading, found[first : last + 1])
        chain.append(_Operand(first, last, text, bare=not around & _COMPARING))
        if kinds[last + 1 : last + 2] != ["DPIPE"]:
            return chain, last + 1
        first, end = last + 2, last_of(found, last + 2)
        if end is None:
            break
        last = end
    return [], last + 2


def _judged(reading: Reading, kinds: Sequence[str], chain: Sequence[_Operand]) -> Finding:
    """As OR it takes conditions: where an operand that is no side of a comparison is a text, texts are joined."""
    found = reading.tokens
    if not any(operand.text and operand.bare for operand in chain):
        return Note("`||` may be OR to Domo.", _HOW)
    parts = [_written(reading, found[each.first : each.last + 1]) for each in chain]
    written = f"CONCAT({', '.join(parts)})"
    problem = Problem("`||` is OR in SQL like MySQL's and joins no texts.", f"Write {foreign(written, 200)}.")
    start, end = chain[0].first, chain[-1].last
    around = {*kinds[max(start - 1, 0) : start], *kinds[end + 1 : end + 2]}
    if around & _BINDING or not all(each.text for each in chain):
        return problem
    pipes = [Edit(found[each.last + 1].start, found[each.last + 1].end + 1, ",") for each in chain[:-1]]
    opened = Edit(found[start].start, found[start].start, "CONCAT(")
    closed = Edit(found[end].end + 1, found[end].end + 1, ")")
    return Change(problem, "|| → CONCAT", (opened, *pipes, closed))


def _written(reading: Reading, operand: Sequence[Token]) -> str:
    """The operand as CONCAT takes it: a column in double quotes, as other dialects have it, in backticks."""
    if _may_be_column(reading, operand[-1]):
        return quoted(operand[-1].text)
    return reading.select.text[operand[0].start : operand[-1].end + 1]


def _may_be_column(reading: Reading, token: Token) -> bool:
    return reading.select.text[token.start] == '"' and reading.schema.knows(token.text)


def _is_text(reading: Reading, operand: Sequence[Token]) -> bool:
    """Whether it surely is a text: a literal, a column of texts, a function that makes one."""
    first, last = operand[0], operand[-1]
    if last.token_type.name == "R_PAREN":
        return len(operand) > 1 and operand[1].token_type.name == "L_PAREN" and first.text.casefold() in _MAKE_TEXTS
    if last.token_type.name == "STRING":
        return len(operand) == 1 and not _may_be_column(reading, last)
    column = None if reading.makes(last.text) else reading.schema.column(last.text)
    return column is not None and column.type == "STRING"
