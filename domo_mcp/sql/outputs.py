"""What the columns of an answer surely are, as the statement tells it: named by it, shares, periods. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domo_mcp.charts.columns import Told
from domo_mcp.sql.grouped import Period, period_of
from domo_mcp.sql.select import Select
from domo_mcp.sql.shares import number_of, whole_of

if TYPE_CHECKING:
    from sqlglot import exp

_HUNDRED = 100.0
_PARTS = frozenset({"year", "quarter", "month", "week", "dayofweek", "hour", "yearweek"})


@dataclass(frozen=True)
class Output(Told):
    """One column: what charts are told of it, and which periods of which column of dates it stands for."""

    period: Period | None = None


def outputs(select: Select, today: date | None = None) -> list[Output]:
    """What each column of the answer is; none where the statement does not list them.

    Without `today` what WHERE says by the current date stays unknown.
    """
    from sqlglot import exp

    tree = select.tree
    if not isinstance(tree, exp.Select) or any(item.is_star for item in tree.selects):
        return []
    plain = isinstance(_from(tree), exp.Table) and not tree.ctes
    groups = tree.args.get("group") is not None
    try:
        return [_output(item, tree if plain else None, today, groups=groups) for item in tree.selects]
    except RecursionError:
        return []  # a formula of thousands of parts is nothing that is surely known


def _output(item: exp.Expr, tree: exp.Select | None, today: date | None, *, groups: bool) -> Output:
    from sqlglot import exp

    inner = item.unalias()
    hundredfold = any(number_of(literal) == _HUNDRED for literal in inner.find_all(exp.Literal))
    return Output(
        named=isinstance(item, exp.Alias),
        whole=whole_of(inner),
        divides=not hundredfold and inner.find(exp.Div) is not None,
        hundredfold=hundredfold,
        part=_part(inner),
        grouped=groups and inner.find(exp.AggFunc) is None,
        period=period_of(inner, tree, today) if tree else None,
    )


def _part(node: exp.Expr) -> str:
    from sqlglot import exp

    name = node.name.lower() if isinstance(node, exp.Anonymous) else node.key
    return name if name in _PARTS else ""


def _from(tree: exp.Select) -> exp.Expr | None:
    clause = tree.args.get("from_") or tree.args.get("from")
    return clause.this if clause else None
