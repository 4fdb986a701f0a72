"""Names in the quotes of other dialects: columns in double quotes or brackets, which Domo takes for something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.aggregates import aggregates_of
from domo_mcp.catalog.checking.findings import Change, Edit, Finding, Note, Problem
from domo_mcp.catalog.checking.reading import Reading, span
from domo_mcp.sql import quoted
from domo_mcp.sql.scopes import base_tables
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp


_SUBSCRIPTED = frozenset({"VAR", "IDENTIFIER", "R_BRACKET", "R_PAREN", "STRING", "ARRAY"})


def quotes(reading: Reading) -> Iterator[Finding]:
    """Each name that is quoted otherwise than with backticks."""
    yield from _sources(reading)
    yield from _in_brackets(reading)
    yield from _columns(reading)


def _sources(reading: Reading) -> Iterator[Change]:
    """The dataset in FROM as a text."""
    for table in base_tables(reading.tree):
        place = span(table.this)
        if place and reading.select.text[place[0]] in "\"'":
            written, name = reading.select.text[slice(*place)], f"`{foreign(table.name, 80)}`"
            problem = Problem(f"FROM takes a name, {foreign(written, 80)} is a text.", f"Write {name}.")
            yield Change(problem, f"{foreign(written, 80)} → {name}", (Edit(*place, quoted(table.name)),))


def _in_brackets(reading: Reading) -> Iterator[Change]:
    """`[Region]`, which is a list of one to the parser."""
    found = reading.tokens
    kinds = [token.token_type.name for token in found]
    for place, kind in enumerate(kinds[:-2]):
        alone = kind == "L_BRACKET" and kinds[place + 2] == "R_BRACKET" and kinds[place - 1] not in _SUBSCRIPTED
        column = reading.schema.column(found[place + 1].text) if alone and kinds[place + 1] != "STRING" else None
        if column:
            name = foreign(column.name, 60)
            problem = Problem("Brackets do not quote names in Domo's SQL.", f"Write `{name}`.")
            edit = Edit(found[place].start, found[place + 2].end + 1, quoted(column.name))
            yield Change(problem, f"[{name}] → `{name}`", (edit,))


def _columns(reading: Reading) -> Iterator[Finding]:
    """Each column in double quotes: changed where nothing but the column makes sense, told where a text does."""
    from sqlglot import exp

    if not reading.select.double_quoted:
        return
    texts: dict[str, list[exp.Expr]] = {}
    for node in reading.tree.find_all(exp.Literal):
        if node.is_string and reading.written(node).startswith('"') and not reading.makes(node.name):
            texts.setdefault(node.name, []).append(node)
    labelling = {id(select) for select in reading.tree.find_all(exp.Select) if _takes_labels(select)}
    for text, nodes in texts.items():
        if column := reading.schema.column(text):
            yield _judged(reading, text, column.name, nodes, labelling)


def _judged(reading: Reading, text: str, column: str, nodes: list[exp.Expr], labelling: set[int]) -> Finding:
    from sqlglot import exp

    said = f'"{foreign(text, 60)}" in double quotes is a text to Domo, not the column.'
    fix = f"Write `{foreign(column, 60)}`."
    sure = [node for node in nodes if _can_only_be_a_column(node)]
    labelling = labelling - {id(node.find_ancestor(exp.Select)) for node in sure}
    selected = [node for node in nodes if _is_selected(node) and id(node.find_ancestor(exp.Select)) not in labelling]
    sure += selected if sure else [node for node in selected if not _is_label(reading, node, column)]
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
    if isinstance(above, exp.In):
        values = above.expressions
        return above.this is node and bool(values) and all(isinstance(v, exp.Literal | exp.Neg) for v in values)
    if isinstance(above, exp.Between | exp.Is):
        return above.this is node
    numbers = exp.Sum | exp.Avg | exp.Count | exp.Min | exp.Max | exp.Add | exp.Sub | exp.Mul | exp.Div
    dates = exp.Year | exp.Quarter | exp.Month | exp.Week | exp.Day | exp.TimeToStr | exp.TsOrDsToDate
    return isinstance(above, numbers | dates | exp.Group | exp.Ordered)


def _is_selected(node: exp.Expr) -> bool:
    from sqlglot import exp

    item = node.parent if isinstance(node.parent, exp.Alias) else node
    return isinstance(item.parent, exp.Select) and item.arg_key == "expressions"


def _is_label(reading: Reading, node: exp.Expr, column: str) -> bool:
    """Whether the selected text may be what it seems: it has a name of its own, or stands beside the column."""
    from sqlglot import exp

    return isinstance(node.parent, exp.Alias) or column in reading.named


def _takes_labels(select: exp.Select) -> bool:
    """Whether texts are at home in its list: beside totals of all rows, or in a later part of a UNION."""
    from sqlglot import exp

    part: exp.Expr = select
    while isinstance(part.parent, exp.SetOperation | exp.Subquery):
        if isinstance(part.parent, exp.SetOperation) and part.arg_key == "expression":
            return True
        part = part.parent
    return not select.args.get("group") and any(any(aggregates_of(item, select)) for item in select.selects)
