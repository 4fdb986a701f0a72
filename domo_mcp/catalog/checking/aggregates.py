"""Which functions make one value of many rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

AGGREGATES = frozenset({
    "approximate_count_distinct", "hll_sketch", "hll_sketch_union", "hll_sketch_estimate", "hll_sketch_combine",
    "median", "mode",
})  # fmt: skip
"""Those that the parser does not know."""


def is_aggregate(node: exp.Expr) -> bool:
    """Whether `node` surely makes one value of a group: as a window it gives every row one."""
    from sqlglot import exp

    known = (exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.StddevPop, exp.VariancePop, exp.Stddev, exp.Variance)
    if not isinstance(node, known) and not (isinstance(node, exp.Anonymous) and node.name.casefold() in AGGREGATES):
        return False
    above = node.parent
    while isinstance(above, exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
        above = above.parent
    return not isinstance(above, exp.Window)


def aggregates_of(part: exp.Expr, select: exp.Select) -> Iterator[exp.Expr]:
    """The aggregates in a part of `select` that are its own, not those of a subselect in it."""
    from sqlglot import exp

    for node in part.find_all(exp.Func):
        if is_aggregate(node) and node.find_ancestor(exp.Select) is select:
            yield node
