"""What names mean in a statement: which tables are the dataset, which rows an order tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def folded(name: str) -> str:
    """`name` as SQL compares names: ASCII letters without case, anything else as it is.

    Python's casefold goes further than engines do (the long s becomes an s): a name could then pass for another one
    here and not there.
    """
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def base_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that stand for the dataset: those that no common table expression in sight gives a meaning to."""
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        if _meant(table) is None:
            yield table


def reads(tree: exp.Expr) -> int:
    """How often the dataset is read once every common table expression stands where its name stands."""
    from sqlglot import exp

    known: dict[int, int] = {}

    def within(node: exp.Expr) -> int:
        if id(node) not in known:
            known[id(node)] = sum(map(at, node.find_all(exp.Table)))
        return known[id(node)]

    def at(table: exp.Table) -> int:
        meant = _meant(table)
        return 1 if meant is None else within(meant)

    return within(tree)


def _meant(table: exp.Table) -> exp.CTE | None:
    """The common table expression that the name in FROM means; None for the dataset."""
    return next((cte for cte in _visible_ctes(table) if _same(table.this, cte.args["alias"].this)), None)


def _same(name: exp.Expr, other: exp.Expr) -> bool:
    """Whether every engine takes the two identifiers for one: quoted ones differ by case for some."""
    quoted = name.args.get("quoted") or other.args.get("quoted")
    return name.name == other.name if quoted else folded(name.name) == folded(other.name)


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
    """Whether ORDER BY tells every two different rows apart, so that pages fit together.

    True when it covers all GROUP BY expressions or all selected columns: rows that are still equal then are the same.
    Texts that differ in nothing but case count as equal. False for anything that may give other rows the next time:
    chance, windows, a limit inside, ROLLUP.
    """
    from sqlglot import exp

    if not isinstance(tree, exp.Select) or not tree.args.get("order") or _may_vary(tree) or _shadows(tree):
        return False
    keys = set(_resolved(tree, [term.this for term in tree.args["order"].expressions]))
    group = tree.args.get("group")
    wanted = _resolved(tree, group.expressions) if group else [_key(item) for item in tree.selects]
    return bool(wanted) and "*" not in wanted and set(wanted) <= keys


def _may_vary(tree: exp.Select) -> bool:
    from sqlglot import exp

    group = tree.args.get("group")
    if group and any(group.args.get(kind) for kind in ("rollup", "cube", "grouping_sets", "all")):
        return True
    return any(
        isinstance(node, exp.Window | exp.Rand | exp.Uuid | exp.CurrentTimestamp)
        or (isinstance(node, exp.Anonymous) and node.name.casefold() in {"rand", "uuid", "uuid_short", "sysdate"})
        or (isinstance(node, exp.Limit | exp.Offset) and node.parent is not tree)
        for node in tree.walk()
    )


def _shadows(tree: exp.Select) -> bool:
    """Whether an alias is also the name of a column that is not what the alias stands for."""
    from sqlglot import exp

    where = [tree.args["where"]] if tree.args.get("where") else []
    columns = {folded(column.name) for part in (*tree.selects, *where) for column in part.find_all(exp.Column)}
    return any(
        isinstance(item, exp.Alias) and folded(item.alias) in columns and _key(item) != folded(item.alias)
        for item in tree.selects
    )


def _key(node: exp.Expr) -> str:
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel

    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(inner, exp.Star):
        return "*"
    if isinstance(inner, exp.Column):
        return folded(inner.name)
    return f"={folded(inner.sql(unsupported_level=ErrorLevel.IGNORE))}"


def _resolved(tree: exp.Select, terms: Sequence[exp.Expr]) -> list[str]:
    """Each term of GROUP BY or ORDER BY as the expression that it stands for (alias or position)."""
    from sqlglot import exp

    by_alias = {folded(item.alias): _key(item) for item in tree.selects if item.alias}
    keys = []
    for term in terms:
        position = int(term.this) if isinstance(term, exp.Literal) and term.is_int else 0
        if 0 < position <= len(tree.selects):
            keys.append(_key(tree.selects[position - 1]))
        else:
            keys.append(by_alias.get(_key(term), _key(term)))
    return keys
