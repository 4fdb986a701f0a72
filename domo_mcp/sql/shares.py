"""Whether an expression is surely a share of a whole, and what 100 % are then. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def whole_of(node: exp.Expr) -> float:
    """What 100 % are: 1, or 100 where the share is multiplied by it; 0 where it is not surely a share."""
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Mul):
        for factor, other in ((node.this, node.expression), (node.expression, node.this)):
            number = number_of(bare(factor))
            if number in {1, 100}:
                return number * (whole_of(other) == 1)
    if isinstance(node, exp.Div):
        times, part = _times(node.this)
        return times if times in {1, 100} and _is_part(part, bare(node.expression)) else 0
    return float(isinstance(node, exp.Avg) and _counts_ones(node.this))


def _times(node: exp.Expr) -> tuple[float, exp.Expr]:
    """A product as its number and the rest."""
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Mul):
        for factor, other in ((node.this, node.expression), (node.expression, node.this)):
            if number := number_of(bare(factor)):
                return number, bare(other)
    return 1, node


def _is_part(part: exp.Expr, total: exp.Expr) -> bool:
    """Whether `total` is that of all groups, or `part` counts some of the same rows."""
    from sqlglot import exp

    if isinstance(total, exp.Nullif):
        total = bare(total.this)
    if isinstance(total, exp.Window):
        inner = bare(total.this)
        return not total.args.get("order") and isinstance(inner, exp.Sum) and bare(inner.this) == part
    if isinstance(total, exp.Subquery) and isinstance(total.this, exp.Select):
        return len(total.this.selects) == 1 and bare(total.this.selects[0].unalias()) == part
    if not isinstance(part, exp.Sum) or not isinstance(part.this, exp.Case):
        return False
    if isinstance(total, exp.Count) and isinstance(total.this, exp.Star):
        return _counts_ones(part.this)
    whens = [bare(when.args["true"]) for when in part.this.args["ifs"]]
    return isinstance(total, exp.Sum) and all(when == bare(total.this) for when in whens) and _else_none(part.this)


def _counts_ones(node: exp.Expr) -> bool:
    """CASE WHEN … THEN 1 ELSE 0 END."""
    from sqlglot import exp

    if not isinstance(node, exp.Case):
        return False
    return _else_none(node) and all(number_of(bare(when.args["true"])) in {0, 1} for when in node.args["ifs"])


def _else_none(case: exp.Case) -> bool:
    default = case.args.get("default")
    return default is None or number_of(default) == 0


def bare(node: exp.Expr) -> exp.Expr:
    """What stands in brackets, is rounded or cast."""
    from sqlglot import exp

    while isinstance(node, exp.Paren | exp.Round | exp.Cast | exp.Coalesce):
        node = node.this
    return node


def number_of(node: exp.Expr) -> float | None:
    from sqlglot import exp

    return float(node.this) if isinstance(node, exp.Literal) and not node.is_string else None
