"""One admitted SELECT, walked from the inside out and rewritten for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlglot import exp

from domo_mcp.sandbox.dialect.expressions import rewritten
from domo_mcp.sandbox.dialect.grammar import parse, written
from domo_mcp.sandbox.dialect.kinds import Kind, condition, kind, text, typed, value
from domo_mcp.sandbox.refusals import QueryError

Columns = Mapping[str, Kind]


@dataclass(frozen=True)
class Source:
    """The dataset a statement is about: its table, the names that mean it and its columns' kinds, in lower case."""

    table: str
    names: frozenset[str]
    columns: Columns


@dataclass(frozen=True)
class _Scope:
    """What a name can mean at one place of the statement; `columns` is keyed by lower-case name."""

    source: Source
    now: datetime
    tables: Mapping[str, Columns] = field(default_factory=dict)
    qualifiers: frozenset[str] = frozenset()
    columns: Columns = field(default_factory=dict)
    outputs: Columns = field(default_factory=dict)
    outer: _Scope | None = None

    def kind_of(self, column: exp.Column) -> Kind:
        name, qualifier = column.name.lower(), column.table.lower()
        if not qualifier or qualifier in self.qualifiers:
            if name in self.columns:
                return self.columns[name]
            if not qualifier and name in self.outputs:
                return self.outputs[name]
        if self.outer is None:
            raise QueryError(f'column "{".".join(filter(None, (column.table, column.name)))}" does not exist')
        return self.outer.kind_of(column)


def translate(sql: str, source: Source, now: datetime) -> str:
    """The DuckDB statement for one statement in Domo's SQL.

    Raises:
        QueryError: the statement is not one Domo would answer.
    """
    statement = parse(sql)
    try:
        _query(statement, _Scope(source, now))
        return statement.sql(dialect="duckdb", normalize_functions=False, comments=False)
    except RecursionError:
        raise QueryError("The query is nested too deeply") from None


def _query(query: exp.Expr, scope: _Scope) -> dict[str, Kind]:
    """Lower a query in place; the names and kinds of its columns."""
    for cte in query.ctes if isinstance(query, exp.Query) else []:
        outputs = _query(cte.this, scope)
        scope = replace(scope, tables={**scope.tables, cte.alias.lower(): outputs})
    if isinstance(query, exp.Subquery):
        outputs = _query(query.this, scope)
    elif isinstance(query, exp.Union):
        return _union(query, scope)
    elif isinstance(query, exp.Select):
        return _select(query, scope)
    else:
        raise QueryError("Only SELECT is supported")
    _tail(query, replace(scope, columns=outputs))
    return outputs


def _union(query: exp.Union, scope: _Scope) -> dict[str, Kind]:
    left, right = _query(query.this, scope), _query(query.expression, scope)
    if len(left) == len(right):
        _align(query, list(left.values()), list(right.values()))
    _tail(query, replace(scope, columns=left))
    return left


def _align(query: exp.Union, left: Sequence[Kind], right: Sequence[Kind]) -> None:
    """Give both sides of a UNION text where one has numbers or dates and the other text, as MySQL does."""
    for side in (query.this, query.expression):
        for position, kinds in enumerate(zip(left, right, strict=True)):
            if len(set(kinds) - {"null", "any"}) > 1 and isinstance(side, exp.Select):
                output = side.selects[position]
                if isinstance(output, exp.Alias) and not {"date", "datetime"} >= set(kinds):
                    output.set("this", text(output.this))


def _select(select: exp.Select, scope: _Scope) -> dict[str, Kind]:
    inner = _from(select, scope)
    _filter(select, "where", inner)
    outputs = _projections(select, inner)
    named = replace(inner, outputs=outputs)
    _clause(select, "group", named)
    _filter(select, "having", named)
    _tail(select, named)
    return outputs


def _tail(query: exp.Expr, scope: _Scope) -> None:
    for clause in ("order", "limit", "offset"):
        _clause(query, clause, scope)


def _clause(query: exp.Expr, name: str, scope: _Scope) -> None:
    if found := query.args.get(name):
        query.set(name, _lower(found, scope))


def _filter(query: exp.Expr, name: str, scope: _Scope) -> None:
    if found := query.args.get(name):
        found.set("this", condition(_lower(found.this, scope)))


def _from(select: exp.Select, scope: _Scope) -> _Scope:
    outer = scope if scope.columns else scope.outer
    clause = select.args.get("from_")
    if clause is None:
        return replace(scope, qualifiers=frozenset(), columns={}, outputs={}, outer=outer)
    table = clause.this
    columns = _query(table, replace(scope, outer=outer)) if isinstance(table, exp.Subquery) else _table(table, scope)
    qualifiers = frozenset({table.alias_or_name.lower()})
    return replace(scope, qualifiers=qualifiers, columns=columns, outputs={}, outer=outer)


def _table(table: exp.Expr, scope: _Scope) -> Columns:
    name = table.name
    if not isinstance(table.this, exp.Identifier):
        raise QueryError("A table function is not supported")
    if name.lower() in scope.tables:
        return scope.tables[name.lower()]
    if name.lower() not in scope.source.names:
        raise QueryError(f'Unknown table "{name}"')
    alias = table.alias or name
    table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    table.set("this", exp.to_identifier(scope.source.table, quoted=True))
    return scope.source.columns


def _projections(select: exp.Select, scope: _Scope) -> dict[str, Kind]:
    """Lower what is selected; an expression without a name is named by its own text."""
    outputs: dict[str, Kind] = {}
    lowered: list[exp.Expr] = []
    for projection in select.selects:
        if projection.is_star:
            outputs |= scope.columns
            lowered.append(projection)
            continue
        name = _output_name(projection)
        found = value(_lower(projection.unalias(), scope))
        outputs[name.lower()] = kind(found)
        lowered.append(exp.alias_(found, name, quoted=True))
    select.set("expressions", lowered)
    return outputs


def _output_name(projection: exp.Expr) -> str:
    if isinstance(projection, exp.Alias | exp.Column):
        return projection.alias_or_name
    return written(projection)


def _lower(node: exp.Expr, scope: _Scope) -> exp.Expr:
    """The expression for DuckDB; its children first."""
    if isinstance(node, exp.Query):
        outputs = list(_query(node, scope).values())
        return typed(node, outputs[0] if len(outputs) == 1 else "any")
    if isinstance(node, exp.Column):
        return _column(node, scope)
    for key, child in list(node.args.items()):
        if isinstance(child, exp.Expr):
            node.set(key, _lower(child, scope))
        elif isinstance(child, list):
            node.set(key, [_lower(each, scope) if isinstance(each, exp.Expr) else each for each in child])
    return rewritten(node, scope.now)


def _column(column: exp.Column, scope: _Scope) -> exp.Expr:
    if isinstance(column.this, exp.Star):
        return column
    for part in (column.this, column.args.get("table")):
        if part is not None:
            part.set("quoted", True)
    return typed(column, scope.kind_of(column))
