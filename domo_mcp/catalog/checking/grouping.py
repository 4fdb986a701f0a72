"""Groups and aggregates: columns that are neither grouped nor aggregated, aggregates where no groups are yet.

That a column must be one of both: App-Framework document, Data API, Beast Modes, which prints the engine's error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.aggregates import aggregates_of
from domo_mcp.catalog.checking.findings import Doubt, Finding, Problem
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.sql.scopes import folded
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp


_LONGEST_POSITION = 6


def grouping(reading: Reading) -> Iterator[Finding]:
    """Of every SELECT in the statement."""
    from sqlglot import exp

    for select in reading.tree.find_all(exp.Select):
        yield from _misplaced(reading, select)
        yield from _Groups(reading, select).ungrouped()


def _misplaced(reading: Reading, select: exp.Select) -> Iterator[Problem]:
    where, group = select.args.get("where"), select.args.get("group")
    named = [f"{reading.written(each).upper()}(…)" for each in (aggregates_of(where, select) if where else ())]
    named += [f"`{foreign(name, 60)}`, an aggregate," for name in _aggregates_named(reading, select, where)]
    if named:
        yield Problem(f"{named[0]} in WHERE: there are no groups yet.", "Put the condition into HAVING.")
    terms = _resolved(select, group.expressions) if group else []
    if found := next((each for term in terms for each in aggregates_of(term, select)), None):
        said = f"{reading.written(found).upper()}(…) in GROUP BY cannot be grouped by."
        yield Problem(said, "Group by plain columns or expressions.")


def _aggregates_named(reading: Reading, select: exp.Select, where: exp.Expr | None) -> Iterator[str]:
    """The aliases of aggregates that WHERE names, where no column is called so."""
    from sqlglot import exp

    aliases = {folded(item.alias) for item in select.selects if item.alias and any(aggregates_of(item, select))}
    for column in where.find_all(exp.Column) if where and aliases else ():
        own = column.find_ancestor(exp.Select) is select and not column.table
        if own and folded(column.name) in aliases and not _else_given(reading, select, column.name):
            yield column.name


def _else_given(reading: Reading, select: exp.Select, name: str) -> bool:
    """Whether something other than this SELECT's own list may give the name a meaning."""
    from sqlglot import exp

    source = select.args.get("from_")
    plain = source is not None and isinstance(source.this, exp.Table) and source.this.name in reading.select.tables
    return not plain or reading.schema.knows(name) or not reading.schema.complete or select.parent is not None


class _Groups:
    """What one SELECT is grouped by."""

    def __init__(self, reading: Reading, select: exp.Select) -> None:
        from sqlglot import exp

        self._reading, self._select = reading, select
        group = select.args.get("group")
        self._terms = _resolved(select, group.expressions) if group else []
        self._keys = {_key(term) for term in self._terms}
        self._alike = {(type(plain), _sizes(plain)[id(plain)]) for plain in (term.unnest() for term in self._terms)}
        parts = [*self._terms, *([group] if group else [])]
        self._mentioned = {folded(column.name) for part in parts for column in part.find_all(exp.Column)}
        odd = ("rollup", "cube", "grouping_sets", "all", "totals")
        self._odd = group is not None and any(group.args.get(kind) for kind in odd)

    def ungrouped(self) -> Iterator[Finding]:
        """The columns selected or named in HAVING that are neither grouped nor aggregated."""
        items, having = self._select.selects, self._select.args.get("having")
        if self._odd or not (self._terms or any(any(aggregates_of(item, self._select)) for item in items)):
            return
        names = {name: maybe for item in items for name, maybe in self._bare(item)}
        for name, maybe in names.items():
            where = "Add it to GROUP BY" if self._terms else f"Add GROUP BY `{foreign(name, 60)}`"
            yield _neither(name, "is selected and", f"{where}, or aggregate it, like MAX", maybe=maybe)
        for name, maybe in dict(self._bare(having) if having else ()).items():
            if name not in names:
                fix = "Put what is asked of each row into WHERE, or aggregate it, like SUM"
                yield _neither(name, "in HAVING is", fix, maybe=maybe)

    def _bare(self, node: exp.Expr) -> Iterator[tuple[str, bool]]:
        """Columns outside of groups and aggregates, and whether they are a part of what is grouped by."""
        from sqlglot import exp

        # A function that the parser does not know may be an aggregate.
        closed = exp.AggFunc | exp.Anonymous | exp.Filter | exp.Window | exp.Query | exp.Star
        parts, sizes = [node], _sizes(node)
        while parts:
            part = parts.pop()
            alike = (type(part), sizes[id(part)]) in self._alike
            if isinstance(part, closed) or (alike and _key(part) in self._keys):
                continue
            if not isinstance(part, exp.Column):
                parts += part.iter_expressions()
            elif (column := self._reading.column(part)) and not (part.table and self._select.parent is not None):
                yield column.name, folded(column.name) in self._mentioned


def _neither(name: str, said: str, fix: str, *, maybe: bool) -> Problem:
    column = f"`{foreign(name, 60)}`"
    kind = Doubt if maybe else Problem
    return kind(f"{column} {said} neither grouped nor aggregated.", f"{fix}({column}).")


def _resolved(select: exp.Select, terms: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Each term, and beside it what it stands for where it is a position or an alias."""
    from sqlglot import exp

    items, found = select.selects, list[exp.Expr]()
    aliased: dict[str, list[exp.Expr]] = defaultdict(list)
    for item in items:
        aliased[folded(item.alias)].append(item.unalias())
    for term in terms:
        is_position = isinstance(term, exp.Literal) and term.is_int and len(term.name) < _LONGEST_POSITION
        position = int(term.name) if is_position else 0
        found.append(items[position - 1].unalias() if 0 < position <= len(items) else term)
        if isinstance(term, exp.Column) and not term.table:
            found += aliased.pop(folded(term.name), ())
    return list({id(each): each for each in found}.values())


def _sizes(tree: exp.Expr) -> Mapping[int, int]:
    """How many parts each part has, itself among them; names, and tables before them, do not count."""
    from sqlglot import exp

    sizes: dict[int, int] = Counter()
    for node in reversed(list(tree.walk())):
        sizes[id(node)] += not isinstance(node, exp.Identifier)
        sizes[id(node.parent)] += sizes[id(node)]
    return sizes


def _key(node: exp.Expr) -> str:
    """An expression as it compares: without tables in front of columns, and without case."""
    from sqlglot import exp
    from sqlglot.errors import ErrorLevel

    plain = node.unnest().copy()
    for column in [plain] if isinstance(plain, exp.Column) else plain.find_all(exp.Column):
        column.set("table", None)
    return folded(plain.sql(dialect="mysql", identify=True, unsupported_level=ErrorLevel.IGNORE))
