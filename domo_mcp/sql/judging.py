"""Whether a statement only reads one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused
from domo_mcp.sql.functions import check_costs
from domo_mcp.sql.scopes import reads

if TYPE_CHECKING:
    from sqlglot import exp

    _Kinds = tuple[type[exp.Expr], ...]

MAX_NODES = 5_000
MAX_CTES = 50
MAX_READS = 200
"""How often a statement may read the dataset, each common table expression counted wherever its name stands."""


def check_nodes(tree: exp.Expr) -> None:
    """Raise SqlRefused for anything in the statement that is not plain reading of one dataset."""
    from sqlglot import exp

    for count, node in enumerate(tree.walk()):
        if count > MAX_NODES:
            raise SqlRefused("The SQL is too large.", "Ask for less in one statement.")
        _check_kind(node)
        if isinstance(node, exp.Table):
            _check_table(node)
    if sum(1 for _ in tree.find_all(exp.CTE)) > MAX_CTES:
        raise SqlRefused(f"More than {MAX_CTES} common table expressions.", "Ask in smaller steps.")
    if reads(tree) > MAX_READS:
        raise SqlRefused(f"The statement reads the dataset more than {MAX_READS} times.", "Ask in smaller steps.")
    check_costs(tree)


def _check_kind(node: exp.Expr) -> None:
    from sqlglot import exp

    for kinds, message, hint in _forbidden():
        if isinstance(node, kinds):
            raise SqlRefused(message, hint)
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise SqlRefused("Recursive common table expressions are not sent.", "Use a plain WITH or a subselect.")
    if isinstance(node, exp.In) and node.args.get("field"):
        raise SqlRefused("IN takes a list in parentheses, not a name.", "Write IN ('a', 'b') or IN (SELECT …).")
    if isinstance(node, exp.CTE) and not isinstance(node.this, exp.Query):
        raise SqlRefused(
            "Only reading is possible: a common table expression is a SELECT.", "Write WITH x AS (SELECT …)."
        )
    if isinstance(node, exp.Select) and not node.selects:
        raise SqlRefused("A SELECT names no columns.", "Write SELECT `column`, … or SELECT *.")
    if node.args.get("operation_modifiers"):
        raise SqlRefused(f"SELECT {node.args['operation_modifiers'][0].name} is not Domo's SQL.", "Leave the word out.")
    if not isinstance(node, _admitted()):
        raise SqlRefused(f"{type(node).__name__.upper()} is not part of Domo's SQL.", "Leave the clause out.")


@cache
def _forbidden() -> Sequence[tuple[_Kinds, str, str]]:
    """What is refused with words of its own."""
    from sqlglot import exp

    return (
        ((exp.Join,), "Domo's SQL has no JOIN.", "Query each dataset by itself and combine the two answers."),
        ((exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.DDL, exp.Command), "Only reading is possible.", ""),
        ((exp.Into, exp.Lock), "INTO and locks are not reading.", "Leave the clause out."),
        (
            (exp.Parameter, exp.SessionParameter, exp.Placeholder, exp.PropertyEQ),
            "Variables and placeholders are not sent.",
            "Write the value.",
        ),
        (
            (exp.Lateral, exp.Unnest, exp.Values, exp.Fetch),
            "FROM takes a dataset, nothing else.",
            "Use LIMIT for row counts.",
        ),
        ((exp.CurrentUser,), "CURRENT_USER does not read data.", "Leave it out."),
    )


@cache
def _admitted() -> _Kinds:
    """The clauses of a SELECT, and everything that has a value; what else a parser may learn is refused."""
    from sqlglot import exp

    return (
        exp.Condition, exp.Select, exp.SetOperation, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Table,
        exp.TableAlias, exp.Where, exp.Group, exp.Rollup, exp.Cube, exp.GroupingSets, exp.Having, exp.Qualify,
        exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Star, exp.Identifier, exp.Alias, exp.Tuple,
        exp.Var, exp.Interval, exp.IntervalSpan, exp.TimeUnit, exp.WindowSpec, exp.Filter, exp.IgnoreNulls,
        exp.RespectNulls, exp.WithinGroup, exp.DataType, exp.DataTypeParam, exp.CharacterSet, exp.Introducer,
        exp.National, exp.JSONPath, exp.JSONPathPart, exp.AtTimeZone,
    )  # fmt: skip


def _check_table(table: exp.Table) -> None:
    from sqlglot import exp

    if not isinstance(table.this, exp.Identifier):
        raise SqlRefused("FROM takes a dataset, not a function.", "Name the dataset by name or id, in backticks.")
    if table.args.get("db") or table.args.get("catalog"):
        raise SqlRefused(
            "A dataset has no schema or database in front of its name.",
            "Put a name that has dots or spaces in backticks.",
        )
    if any(part for name, part in table.args.items() if name not in {"this", "alias"}):
        raise SqlRefused(
            "FROM takes a dataset, without hints, partitions, samples or versions.", "Leave the clause out."
        )
