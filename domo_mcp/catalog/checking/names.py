"""Names in a statement that no column has: spelled in another case, beast modes, or unknown."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.beast_modes import plain_formula
from domo_mcp.catalog.checking.findings import MOST_PROBLEMS, Change, Doubt, Edit, Finding, Problem
from domo_mcp.catalog.checking.reading import NamedFormula, Reading, Schema, span
from domo_mcp.catalog.checking.values import meant_as_value
from domo_mcp.catalog.nearness import nearest
from domo_mcp.sql import OWN_TABLE_NAMES, Select, quoted
from domo_mcp.sql.scopes import base_tables
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp

_MOST_LISTED = 30
_LONGEST_FORMULA = 2000

_NO_NAMES = frozenset({
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "dow", "doy", "weekday", "dayofyear",
    "curdate", "curtime", "now", "sysdate", "localtime", "localtimestamp", "utc_date", "utc_time", "utc_timestamp",
    "current_date", "current_time", "current_timestamp",
})  # fmt: skip
"""Words that are units or moments without brackets, which the parser takes for columns."""


def foreign_tables(select: Select, names: Iterable[str]) -> list[str]:
    """The tables of FROM that are not the dataset, whose id and names are given."""
    own = OWN_TABLE_NAMES | {_folded(name) for name in names}
    return [table for table in select.tables if _folded(table) not in own]


def unquoted_names(select: Select) -> Iterator[str]:
    """What a name in FROM and the alias right after it may be together: a name of several words without backticks."""
    from sqlglot import exp

    for table in base_tables(select.tree):
        alias = table.args.get("alias")
        if not isinstance(alias, exp.TableAlias):
            continue
        first, second = span(table.this), span(alias.this)
        if first and second and select.text[first[1] : second[0]].isspace():
            both = select.text[first[0] : second[1]]
            columns = ", ".join(column.name for column in alias.columns)
            yield f"{both} ({columns})" if columns else both


def names(reading: Reading) -> Iterator[Finding]:
    """Every name that is no column's, once, and those in another case than their column."""
    named: dict[str, list[exp.Column]] = defaultdict(list)
    for node in reading.columns:
        if not reading.is_made(node):
            named[node.name].append(node)
    told = Counter[type[Problem]]()
    for name, nodes in named.items():
        if not reading.schema.knows(name):
            yield from _unknown(reading, name, nodes, told)
        elif found := _in_another_case(reading, name, nodes):
            yield found


def _in_another_case(reading: Reading, name: str, nodes: Sequence[exp.Column]) -> Change | None:
    column = reading.schema.column(name)
    spans = [span(node) for node in nodes]
    if column is None or column.name == name or not all(spans):
        return None
    bare = re.fullmatch(r"\w+", column.name, re.ASCII)
    edits = [
        Edit(*place, column.name if bare and not node.this.args.get("quoted") else quoted(column.name))
        for node, place in zip(nodes, spans, strict=True)
        if place
    ]
    told = f"`{foreign(name, 60)}` → `{foreign(column.name, 60)}`"
    return Change(Problem(f"The column is called `{foreign(column.name, 60)}`."), told, tuple(edits))


def _unknown(
    reading: Reading, name: str, nodes: Sequence[exp.Column], told: Counter[type[Problem]]
) -> Iterator[Finding]:
    kind = Problem if reading.schema.complete and not _may_be_no_name(name.casefold(), nodes) else Doubt
    if change := _in_two_words(reading, nodes):
        yield change
    elif formula := reading.schema.formula(name):
        yield _beast_mode(reading, formula, nodes)
    elif reading.schema.columns and told[kind] < MOST_PROBLEMS:
        told[kind] += 1
        value, others = meant_as_value(reading, nodes), _others(reading.schema, name)
        fix = f"{value} {others}" if value and others.startswith("Nearest") else value or others
        yield kind(f"There is no column `{foreign(name, 60)}`.", fix)


def _others(schema: Schema, name: str) -> str:
    """The columns and beast modes like `name`; where there are none, the columns that there are."""
    formulas = {formula.name for formula in schema.formulas}
    near = nearest(name, [*formulas, *schema.names])
    listed = ", ".join(
        f"`{foreign(each, 60)}`{' (a beast mode)' if each in formulas else ''}"
        for each in near or schema.names[:_MOST_LISTED]
    )
    more = ", …" if not near and len(schema.names) > _MOST_LISTED else ""
    return f"{'Nearest' if near else 'The columns are'}: {listed}{more}."


def _may_be_no_name(fold: str, nodes: Iterable[exp.Column]) -> bool:
    return fold in _NO_NAMES and not any(node.this.args.get("quoted") for node in nodes)


def _in_two_words(reading: Reading, nodes: Sequence[exp.Column]) -> Change | None:
    """A column of two words without backticks: its second word looks like an alias."""
    from sqlglot import exp

    for node in nodes:
        alias = node.parent.args.get("alias") if isinstance(node.parent, exp.Alias) else None
        first, second = span(node), span(alias) if isinstance(alias, exp.Identifier) else None
        if node.table or not first or not second or not reading.select.text[first[1] : second[0]].isspace():
            continue
        words = f"{node.name} {alias.name if alias else ''}"
        column = reading.schema.column(words)
        if column and reading.select.text[first[0] : second[1]].count("`") == 0:
            told = f"{foreign(words, 60)} → `{foreign(column.name, 60)}`"
            problem = Problem(f"`{foreign(column.name, 60)}` needs backticks.")
            return Change(problem, told, (Edit(first[0], second[1], quoted(column.name)),))
    return None


def _beast_mode(reading: Reading, formula: NamedFormula, nodes: Sequence[exp.Column]) -> Finding:
    from sqlglot import exp

    problem = Problem(
        f"`{foreign(formula.name, 60)}` is a beast mode, which SQL does not know.",
        f"Write its formula: {foreign(formula.formula, _LONGEST_FORMULA)}.",
    )
    plain = plain_formula(formula.formula, reading)
    spans = [(span(node), node) for node in nodes]
    if plain is None or not all(place and _is_of_the_dataset(reading, node) for place, node in spans):
        return problem
    edits = tuple(
        Edit(*place, f"({plain})" + (f" AS {quoted(formula.name)}" if isinstance(node.parent, exp.Select) else ""))
        for place, node in spans
        if place
    )
    return Change(problem, f"the beast mode `{foreign(formula.name, 60)}` → ({foreign(plain, 500)})", edits)


def _is_of_the_dataset(reading: Reading, node: exp.Column) -> bool:
    """Whether the SELECT around `node` reads the dataset itself and nothing else."""
    from sqlglot import exp

    select = node.find_ancestor(exp.Select)
    source = select.args.get("from_") if select else None
    if source is None or node.table or (select and select.args.get("joins")):
        return False
    return id(source.this) in reading.base


def _folded(name: str) -> str:
    """`name` without case, letter by letter: no letter becomes two, and none beyond ASCII one of ASCII.

    Python's casefold makes an s of the long s, so that another dataset could pass for this one.
    """
    lower = [(letter, letter.lower()) for letter in name]
    return "".join(small if len(small) == 1 and small.isascii() is big.isascii() else big for big, small in lower)
