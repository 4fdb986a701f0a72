"""A statement beside what is known of its dataset: which column each name in it surely means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from domo_mcp.sql import Select
from domo_mcp.sql.data_select import TypedColumn
from domo_mcp.sql.scopes import base_tables, folded
from domo_mcp.sql.tokens import tokens

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token


T = TypeVar("T")


class NamedFormula(Protocol):
    """A beast mode: a formula that has a name, and is no column in SQL."""

    @property
    def name(self) -> str: ...

    @property
    def formula(self) -> str: ...


@dataclass(frozen=True)
class Schema:
    """What is known of the dataset that a statement is about.

    `unlisted` are further names that a query may use, `values` what columns are known to hold. Where the list is not
    `complete`, or nothing is known, an unknown name may be right. Of a dataset that is not `native` a cloud warehouse
    reads the statement, in its own dialect.
    """

    columns: Sequence[TypedColumn] = ()
    formulas: Sequence[NamedFormula] = ()
    unlisted: frozenset[str] = frozenset()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    complete: bool = True
    native: bool = True

    @property
    def names(self) -> list[str]:
        """The columns to tell of."""
        return [column.name for column in self.columns]

    def knows(self, name: str) -> bool:
        """Whether some engine may take `name` for one of the columns."""
        return name.casefold() in self._folds

    def column(self, name: str) -> TypedColumn | None:
        """The column that is called so: exactly, or the only one when the case of ASCII letters does not count."""
        same = self._by_name.get(name) or self._by_fold.get(folded(name), ())
        return same[0] if len(same) == 1 else None

    def formula(self, name: str) -> NamedFormula | None:
        """The beast mode that is called so, case aside."""
        return self._formulas.get(name.casefold())

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[TypedColumn]]:
        return _grouped((column.name, column) for column in self.columns)

    @cached_property
    def _by_fold(self) -> Mapping[str, Sequence[TypedColumn]]:
        return _grouped((folded(column.name), column) for column in self.columns)

    @cached_property
    def _formulas(self) -> Mapping[str, NamedFormula]:
        return {formula.name.casefold(): formula for formula in reversed(self.formulas)}

    @cached_property
    def _folds(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in (*self.names, *self.unlisted))


class Reading:
    """One statement and the schema; what finders look at."""

    def __init__(self, select: Select, schema: Schema) -> None:
        from sqlglot import exp

        self.select = select
        self.schema = schema
        self.tree = select.tree
        self.columns = [node for node in self.tree.find_all(exp.Column) if not isinstance(node.this, exp.Star)]
        self._makers = _makers(self.tree)

    @cached_property
    def _aliases_around(self) -> Mapping[int, set[int]]:
        """For each column the aliases that it is a part of, which have no meaning there yet."""
        from sqlglot import exp

        around: dict[int, set[int]] = defaultdict(set)
        for alias in self.tree.find_all(exp.Alias):
            for column in alias.find_all(exp.Column):
                around[id(column)].add(id(alias))
        return around

    @cached_property
    def named(self) -> frozenset[str]:
        """The dataset's columns that are named somewhere, without double quotes."""
        found = (self.schema.column(name) for name in {node.name for node in self.columns})
        return frozenset(column.name for column in found if column)

    @cached_property
    def base(self) -> frozenset[int]:
        """The tables that are the dataset, by the ids of their nodes."""
        return frozenset(map(id, base_tables(self.tree)))

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of the text."""
        return tokens(self.select.text)

    def is_made(self, node: exp.Column) -> bool:
        """Whether the statement itself may give the name a meaning, elsewhere than around it."""
        around = self._aliases_around.get(id(node), ())
        return any(id(maker) not in around for maker in self._makers.get(node.name.casefold(), ()))

    def makes(self, name: str) -> bool:
        """Whether the statement gives the name to something."""
        return name.casefold() in self._makers

    def column(self, node: exp.Expr | None) -> TypedColumn | None:
        """The dataset's column that `node` is, brackets aside, where that is sure."""
        from sqlglot import exp

        inner = node.unnest() if node is not None else None
        if not isinstance(inner, exp.Column) or isinstance(inner.this, exp.Star) or self.is_made(inner):
            return None
        return self.schema.column(inner.name)

    def written(self, node: exp.Expr) -> str:
        """The characters of a name or literal."""
        place = span(node)
        return self.select.text[slice(*place)] if place else ""


def names_columns(select: Select) -> bool:
    """Whether a statement may name a column, so that it matters which there are."""
    from sqlglot import exp

    return bool(select.double_quoted) or any(not column.is_star for column in select.tree.find_all(exp.Column))


def span(node: exp.Expr) -> tuple[int, int] | None:
    """From where up to where a name or literal stands in the text, as far as the parser tells."""
    from sqlglot import exp

    meta = node.this.meta if isinstance(node, exp.Column) else node.meta
    return (meta["start"], meta["end"] + 1) if "start" in meta and "end" in meta else None


def _makers(tree: exp.Expr) -> Mapping[str, Sequence[exp.Expr]]:
    """What gives names: aliases, common table expressions and their columns."""
    return _grouped((name.casefold(), node) for name, node in _given_names(tree))


def _grouped(pairs: Iterable[tuple[str, T]]) -> Mapping[str, Sequence[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for key, each in pairs:
        groups[key].append(each)
    return groups


def _given_names(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    from sqlglot import exp

    for node in tree.find_all(exp.Alias, exp.TableAlias, exp.CTE):
        if not isinstance(node, exp.TableAlias):
            yield node.alias, node
            continue
        yield node.name, node
        yield from ((column.name, node) for column in node.columns)
