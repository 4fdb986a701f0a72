"""The statement as a value, and the splices that make what is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused
from domo_mcp.sql.columns import MASK, ColumnRules
from domo_mcp.sql.scopes import has_total_order
from domo_mcp.sql.tokens import tokens

if TYPE_CHECKING:
    from sqlglot import exp


_NO_RULES = ColumnRules()


@dataclass(frozen=True)
class Select:
    """Exactly one SELECT that reads; made by `parse` only.

    `text` is the caller's statement without comments and closing semicolon; `tables` names what stands in FROM, common
    table expressions left out; `double_quoted` lists texts in double quotes, which are strings to Domo. `changes`
    had to be made to the caller's statement before it could be read.
    """

    text: str
    tables: tuple[str, ...]
    double_quoted: tuple[str, ...]
    limit: int | None
    offset: int
    tree: exp.Expr = field(repr=False, compare=False)
    _table_spans: tuple[tuple[int, int, bool], ...] = field(repr=False, compare=False)
    _limit_start: int | None = field(repr=False, compare=False)
    changes: tuple[str, ...] = ()

    def to_send(
        self,
        *,
        limit: int | None = None,
        offset: int = 0,
        rules: ColumnRules = _NO_RULES,
        columns: Sequence[str] = (),
        table: str | None = None,
    ) -> str:
        """The statement for Domo: at most `limit` rows from `offset` on, under `rules` over the dataset's `columns`.

        `table` takes the place of whatever FROM calls the dataset, where Domo knows it by one name only.
        """
        body = self.text if self._limit_start is None else self.text[: self._limit_start].rstrip()
        if table is not None and not rules:
            for start, end, _ in reversed(self._table_spans):
                body = body[:start] + _from_name(table) + body[end:]
        if rules:
            body = self._under(rules, columns, body, table)
        rows = self.limit if limit is None else limit
        if self.limit is not None and limit is not None:
            rows = max(0, min(limit, self.limit - offset))
        start = self.offset + offset
        return body + (f" LIMIT {rows}" if rows is not None else "") + (f" OFFSET {start}" if start else "")

    def _under(self, rules: ColumnRules, columns: Sequence[str], body: str, table: str | None) -> str:
        seen = ", ".join(
            f"'{MASK}' AS {quoted(name)}" if rules.masks(name) else quoted(name)
            for name in columns
            if not rules.hides(name)
        )
        if not seen:
            raise SqlRefused("Every column of this dataset is hidden by policy.")
        for start, end, aliased in reversed(self._table_spans):
            name = body[start:end]
            view = f"(SELECT {seen} FROM {_from_name(table) if table else name})" + ("" if aliased else f" AS {name}")
            body = body[:start] + view + body[end:]
        return body

    def has_total_order(self) -> bool:
        """Whether pages of this statement fit together: ORDER BY tells every two different rows apart."""
        return has_total_order(self.tree)

    def is_ordered(self) -> bool:
        """Whether the rows come in an order that the statement asks for."""
        return self.tree.args.get("order") is not None

    def shape(self) -> str:
        """The statement with its literals as `?`: what an audit line may keep."""
        out, last = [], 0
        for token in tokens(self.text):
            if token.token_type.name in {"STRING", "NUMBER", "NATIONAL_STRING", "HEX_STRING", "BIT_STRING"}:
                out += [self.text[last : token.start], "?"]
                last = token.end + 1
        return "".join(out) + self.text[last:]


def _from_name(table: str) -> str:
    """`table` as FROM takes it: bare where it is a plain word, as the examples of the SQL API document write it."""
    return table if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", table) else quoted(table)


def quoted(name: str) -> str:
    """`name` as Domo's SQL quotes an identifier."""
    return "`" + name.replace("`", "``") + "`"
