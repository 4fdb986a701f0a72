"""NULL in conditions: it is neither equal nor unequal to anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Problem, Reminder
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp

_AFTER_NULL = frozenset({
    "R_PAREN", "AND", "OR", "THEN", "COMMA", "GROUP_BY", "ORDER_BY", "HAVING", "LIMIT", "OFFSET", "UNION", "ELSE",
    "END", "ALIAS", "",
})  # fmt: skip
_MOST_NAMED = 3


def nulls(reading: Reading) -> Iterator[Finding]:
    """Comparisons with NULL, and conditions that leave out rows that have no value."""
    yield from _equal_to_null(reading)
    yield from _not_in_null(reading)
    yield from _left_out(reading)


def _equal_to_null(reading: Reading) -> Iterator[Change]:
    found = reading.tokens
    kinds = [*(token.token_type.name for token in found), ""]
    for place, token in enumerate(found[:-1]):
        if kinds[place] in {"EQ", "NEQ"} and kinds[place + 1] == "NULL" and kinds[place + 2] in _AFTER_NULL:
            word = "IS" if kinds[place] == "EQ" else "IS NOT"
            told = f"{token.text} NULL → {word} NULL"
            before = "" if reading.select.text[token.start - 1].isspace() else " "
            after = "" if reading.select.text[token.end + 1].isspace() else " "
            edit = Edit(token.start, token.end + 1, f"{before}{word}{after}")
            yield Change(Problem(f"{token.text} NULL is never true.", f"Write {word} NULL."), told, (edit,))


def _not_in_null(reading: Reading) -> Iterator[Problem]:
    from sqlglot import exp

    for node in reading.tree.find_all(exp.In):
        if isinstance(node.parent, exp.Not) and any(isinstance(each, exp.Null) for each in node.expressions):
            yield Problem("NOT IN with NULL in its list is never true.", "Leave NULL out, and add AND … IS NOT NULL.")


def _left_out(reading: Reading) -> Iterator[Reminder]:
    """One note for all columns that <> or NOT is used on and nothing asks for NULL of."""
    from sqlglot import exp

    cared_for = {
        column.name.casefold()
        for node in reading.tree.find_all(exp.Is, exp.Coalesce, exp.NullSafeEQ)
        for column in node.find_all(exp.Column)
    }
    names = dict.fromkeys(
        column.name
        for node in _negations(reading.tree)
        if (column := reading.column(node.this))
        and column.name.casefold() not in cared_for
        and isinstance(node.find_ancestor(exp.Where, exp.Having, exp.Case, exp.Select), exp.Where)
    )
    if names:
        listed = [f"`{foreign(name, 60)}`" for name in [*names][:_MOST_NAMED]]
        yield Reminder(
            f"Rows where {' or '.join(listed)} is NULL are left out by <> or NOT.",
            f"To keep them: OR {listed[0]} IS NULL.",
        )


def _negations(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Conditions of the kind `column <> 'a'`, `column NOT IN ('a', 'b')`, `column NOT LIKE 'a%'`."""
    from sqlglot import exp

    for node in tree.find_all(exp.NEQ, exp.EQ, exp.In, exp.Like):
        negated = isinstance(node, exp.NEQ) or isinstance(node.parent, exp.Not) or node.args.get("negate")
        others = [node.args.get("expression"), *node.args.get("expressions", [])]
        if negated and any(isinstance(other, exp.Literal) for other in others):
            yield node
