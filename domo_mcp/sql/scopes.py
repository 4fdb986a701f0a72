"""What names mean in a statement: which tables are the dataset, which rows an order tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def base_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that stand for the dataset: those that no common table expression in sight gives a meaning to."""
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        if not any(table.name.casefold() == cte.alias.casefold() for cte in _visible_ctes(table)):
            yield table


def _visible_ctes(table: exp.Table) -> Iterator[exp.CTE]:
    """The common table expressions that a name in FROM can mean: of every query around it, those defined before it."""
    from sqlglot import exp

    inside: exp.Expr = table
    around: list[exp.Expr] = [table]
    while inside.parent is not None:
        inside = inside.parent
        if isinstance(inside, exp.Query):
            ctes = inside.ctes
            own = next((place for place, cte in enumerate(ctes) if any(cte is node for node in around)), len(ctes))
            yield from ctes[:own]
        around.append(inside)


def has_total_order(tree: exp.Expr) -> bool:
    """Whether ORDER BY tells every two different rows apart.

    True when it covers all GROUP BY expressions or all selected columns: rows that are still equal then are the same.
    """
    from sqlglot import exp

    if not isinstance(tree, exp.Select) or not tree.args.get("order"):
        return False
    selected = [_key(item) for item in tree.selects]
    keys = set(_resolved(tree, [term.this for term in tree.args["order"].expressions]))
    group = tree.args.get("group")
    wanted = _resolved(tree, group.expressions) if group else selected
    return bool(wanted) and "*" not in wanted and set(wanted) <= keys


def _key(node: exp.Expr) -> str:
    from sqlglot import exp

    inner = node.this if isinstance(node, exp.Alias) else node
    return inner.name.casefold() if isinstance(inner, exp.Column) else inner.sql().casefold()


def _resolved(tree: exp.Select, terms: Sequence[exp.Expr]) -> list[str]:
    """Each term of GROUP BY or ORDER BY as the expression that it stands for (alias or position)."""
    from sqlglot import exp

    by_alias = {item.alias.casefold(): _key(item) for item in tree.selects if item.alias}
    keys = []
    for term in terms:
        if isinstance(term, exp.Literal) and term.this.isdigit() and 0 < int(term.this) <= len(tree.selects):
            keys.append(_key(tree.selects[int(term.this) - 1]))
        else:
            keys.append(by_alias.get(_key(term), _key(term)))
    return keys
