"""Beast modes whose formula can stand in place of their name."""

from __future__ import annotations

from domo_mcp.catalog.checking.aggregates import AGGREGATES
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.errors import SqlRefused
from domo_mcp.sql import parse

_BEFORE, _AFTER = "SELECT ", "FROM table"
_ONE_VALUE = frozenset({"expressions", "from_"})


def plain_formula(formula: str, reading: Reading) -> str | None:
    """The formula without comments, if it is one value of each row made of the dataset's columns; else None.

    Where the statement gives one of their names to something, the formula might read that instead.
    """
    from sqlglot import exp

    try:
        select = parse(f"{_BEFORE}{formula}\n{_AFTER}")
    except SqlRefused:
        return None
    tree = select.tree
    if not isinstance(tree, exp.Select) or {name for name, part in tree.args.items() if part} - _ONE_VALUE:
        return None
    whole = select.tables == ("table",) and select.text.endswith(_AFTER) and len(tree.selects) == 1
    names = {column.name for column in tree.find_all(exp.Column)}
    if not whole or not all(reading.schema.column(name) and not reading.makes(name) for name in names):
        return None
    more = (exp.Alias, exp.AggFunc, exp.Window, exp.Subquery, exp.Star)
    aggregates = any(node.name.casefold() in AGGREGATES for node in tree.find_all(exp.Anonymous))
    if aggregates or tree.find(*more) or sum(1 for _ in tree.find_all(exp.Select)) > 1:
        return None
    return select.text[len(_BEFORE) : -len(_AFTER)].strip()
