"""What is compared with what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def comparisons(tree: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Each operand with each value, brackets aside, that it is compared with; of two sides either is an operand."""
    from sqlglot import exp

    comparison = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.Between, exp.In)
    for node in tree.find_all(*comparison):
        if isinstance(node, exp.Between):
            pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
        elif isinstance(node, exp.In):
            pairs = [(node.this, each) for each in node.expressions]
        else:
            pairs = [(node.this, node.expression), (node.expression, node.this)]
        yield from ((operand, each.unnest()) for operand, each in pairs)
