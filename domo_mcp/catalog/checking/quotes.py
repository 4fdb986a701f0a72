"""Texts in double quotes that are a column's name: Domo takes them for texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.reading import Reading, span
from domo_mcp.sql import quoted
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp


def quotes(reading: Reading) -> Iterator[Finding]:
    """Each name in double quotes: changed where nothing but the column makes sense, told where a text does."""
    from sqlglot import exp

    if not reading.select.double_quoted:
        return
    texts: dict[str, list[exp.Expr]] = {}
    for node in reading.tree.find_all(exp.Literal):
        if node.is_string and reading.written(node).startswith('"') and not reading.makes(node.name):
            texts.setdefault(node.name, []).append(node)
    for text, nodes in texts.items():
        if column := reading.schema.column(text):
            yield _judged(reading, text, column.name, nodes)


def _judged(reading: Reading, text: str, column: str, nodes: list[exp.Expr]) -> Finding:
    said = f'"{foreign(text, 60)}" in double quotes is a text to Domo, not the column.'
    fix = f"Write `{foreign(column, 60)}`."
    sure = [node for node in nodes if _can_only_be_a_column(node)]
    if sure:
        sure += [node for node in nodes if _is_selected(node)]
    else:
        sure = [node for node in nodes if _is_selected(node) and not _is_label(reading, node, column)]
    if len({id(node) for node in sure}) < len(nodes):
        return Note(said, f"For the column write `{foreign(column, 60)}`.")
    edits = tuple(Edit(*place, quoted(column)) for node in nodes if (place := span(node)))
    return Change(Problem(said, fix), f'"{foreign(text, 60)}" → `{foreign(column, 60)}`', edits)


def _can_only_be_a_column(node: exp.Expr) -> bool:
    """Whether a text makes no sense here: grouped, ordered, aggregated, calculated with, compared with a value."""
    from sqlglot import exp

    above = node.parent
    if isinstance(above, exp.Distinct) and not isinstance(above.parent, exp.Select):
        above = above.parent
    if isinstance(above, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE | exp.Like):
        return above.this is node and isinstance(above.expression, exp.Literal | exp.Neg | exp.Cast)
    if isinstance(above, exp.In | exp.Between | exp.Is):
        return above.this is node
    numbers = exp.Sum | exp.Avg | exp.Count | exp.Min | exp.Max | exp.Add | exp.Sub | exp.Mul | exp.Div
    dates = exp.Year | exp.Quarter | exp.Month | exp.Week | exp.Day | exp.TimeToStr | exp.TsOrDsToDate
    return isinstance(above, numbers | dates | exp.Group | exp.Ordered)


def _is_selected(node: exp.Expr) -> bool:
    from sqlglot import exp

    above = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    return isinstance(above, exp.Select) and any(item.unalias() is node for item in above.selects)


def _is_label(reading: Reading, node: exp.Expr, column: str) -> bool:
    """Whether the selected text may be what it seems: it has a name of its own, or stands beside the column."""
    from sqlglot import exp

    named = any(reading.schema.column(each.name) is reading.schema.column(column) for each in reading.columns)
    return isinstance(node.parent, exp.Alias) or named
