"""Whether a statement only reads one dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused

if TYPE_CHECKING:
    from sqlglot import exp

MAX_NODES = 5_000
MAX_CTES = 50

_HARMFUL_FUNCTIONS = frozenset({"benchmark", "get_lock", "load_file", "release_lock", "sleep", "sys_eval", "sys_exec"})


def check_nodes(tree: exp.Expr) -> None:
    """Raise SqlRefused for anything in the statement that is not plain reading of one dataset."""
    from sqlglot import exp

    forbidden: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], str, str], ...] = (
        (exp.Join, "Domo's SQL has no JOIN.", "Query each dataset by itself and combine the two answers."),
        (
            (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.DDL, exp.Command),
            "Only reading is possible.",
            "",
        ),
        ((exp.Into, exp.Lock), "INTO and locks are not reading.", "Leave the clause out."),
        (
            (exp.Parameter, exp.SessionParameter, exp.Placeholder),
            "Variables and placeholders are not sent.",
            "Write the value.",
        ),
        (
            (exp.Lateral, exp.Unnest, exp.Values, exp.Fetch),
            "FROM takes a dataset, nothing else.",
            "Use LIMIT for row counts.",
        ),
    )
    for count, node in enumerate(tree.walk()):
        if count > MAX_NODES:
            raise SqlRefused("The SQL is too large.", "Ask for less in one statement.")
        for kinds, message, hint in forbidden:
            if isinstance(node, kinds):
                raise SqlRefused(message, hint)
        if isinstance(node, exp.With) and len(node.expressions) > MAX_CTES:
            raise SqlRefused(f"More than {MAX_CTES} common table expressions in one WITH.", "Ask in smaller steps.")
        if isinstance(node, exp.With) and node.args.get("recursive"):
            raise SqlRefused("Recursive common table expressions are not sent.", "Use a plain WITH or a subselect.")
        if isinstance(node, exp.Anonymous) and node.name.lower() in _HARMFUL_FUNCTIONS:
            raise SqlRefused(f"The function {node.name.upper()} does not read data.", "Leave it out.")
        if isinstance(node, exp.Table):
            _check_table(node)


def _check_table(table: exp.Table) -> None:
    from sqlglot import exp

    if not isinstance(table.this, exp.Identifier):
        raise SqlRefused("FROM takes a dataset, not a function.", "Name the dataset by name or id, in backticks.")
    if table.args.get("db") or table.args.get("catalog"):
        raise SqlRefused(
            "A dataset has no schema or database in front of its name.",
            "Put a name that has dots or spaces in backticks.",
        )
