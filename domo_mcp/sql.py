"""One readable SELECT: parsed, judged, limited, and still the caller's own text.

Domo receives the text as it was written, since a parser's output is not Domo's SQL: sqlglot turns IFNULL into COALESCE
and `a || b` into `a OR b`, which Domo does not list (Beast Mode functions, KB 360043429933). So every edit (comments
out, limit in, hidden columns away) is a splice at token positions.

sqlglot is imported where it is used: it costs more than the rest of a start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

MAX_CHARACTERS = 20_000
MAX_NODES = 5_000
OWN_TABLE_NAMES = frozenset({"table", "dataset"})
"""What FROM may call the dataset of the call, beside its id and name (SQL API examples of Domo's documents)."""

_EXECUTED = ("/*!", "/*+", "/*M!")
_HARMFUL_FUNCTIONS = frozenset({"benchmark", "get_lock", "load_file", "release_lock", "sleep", "sys_eval", "sys_exec"})


@dataclass(frozen=True)
class ColumnRules:
    """Which columns may not be seen (`hide`) or only as asterisks (`mask`), by name pattern without regard to case."""

    hide: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hide or self.mask)

    def hides(self, column: str) -> bool:
        return _matches(column, self.hide)

    def masks(self, column: str) -> bool:
        return _matches(column, self.mask)


@dataclass(frozen=True)
class Select:
    """Exactly one SELECT that reads; made by `parse` only.

    `text` is the caller's statement without comments and closing semicolon; `tables` names what stands in FROM, common
    table expressions left out; `double_quoted` lists texts in double quotes, which are strings to Domo.
    """

    text: str
    tables: tuple[str, ...]
    double_quoted: tuple[str, ...]
    limit: int | None
    offset: int
    tree: exp.Expr = field(repr=False, compare=False)
    _table_spans: tuple[tuple[int, int, bool], ...] = field(repr=False, compare=False)
    _limit_start: int | None = field(repr=False, compare=False)

    def to_send(
        self,
        *,
        limit: int | None = None,
        offset: int = 0,
        rules: ColumnRules = ColumnRules(),
        columns: Sequence[str] = (),
    ) -> str:
        """The statement for Domo: at most `limit` rows from `offset` on, under `rules` over the dataset's `columns`."""
        body = self.text if self._limit_start is None else self.text[: self._limit_start].rstrip()
        if rules:
            body = self._under(rules, columns, body)
        rows = self.limit if limit is None else limit
        if self.limit is not None and limit is not None:
            rows = max(0, min(limit, self.limit - offset))
        start = self.offset + offset
        return body + (f" LIMIT {rows}" if rows is not None else "") + (f" OFFSET {start}" if start else "")

    def _under(self, rules: ColumnRules, columns: Sequence[str], body: str) -> str:
        seen = ", ".join(
            f"'***' AS {quoted(name)}" if rules.masks(name) else quoted(name)
            for name in columns
            if not rules.hides(name)
        )
        if not seen:
            raise SqlRefused("Every column of this dataset is hidden by policy.")
        for start, end, aliased in reversed(self._table_spans):
            name = body[start:end]
            view = f"(SELECT {seen} FROM {name})" + ("" if aliased else f" AS {name}")
            body = body[:start] + view + body[end:]
        return body

    def has_total_order(self) -> bool:
        """Whether pages of this statement fit together: ORDER BY tells every two different rows apart.

        True when ORDER BY covers all GROUP BY expressions or all selected columns: rows that are still equal then are
        the same row.
        """
        from sqlglot import exp

        tree = self.tree
        if not isinstance(tree, exp.Select) or not tree.args.get("order"):
            return False
        selected = [_key(item) for item in tree.selects]
        keys = set(_resolved(tree, [term.this for term in tree.args["order"].expressions]))
        group = tree.args.get("group")
        wanted = _resolved(tree, group.expressions) if group else selected
        return bool(wanted) and "*" not in wanted and set(wanted) <= keys

    def counted(self) -> Select:
        """The statement that counts this one's rows."""
        return parse(f"SELECT COUNT(*) FROM ({self.text}) AS counted")

    def shape(self) -> str:
        """The statement with its literals as `?`: what an audit line may keep."""
        out, last = [], 0
        for token in _tokens(self.text):
            if token.token_type.name in {"STRING", "NUMBER", "NATIONAL_STRING", "HEX_STRING", "BIT_STRING"}:
                out += [self.text[last : token.start], "?"]
                last = token.end + 1
        return "".join(out) + self.text[last:]


def quoted(name: str) -> str:
    """`name` as Domo's SQL quotes an identifier."""
    return "`" + name.replace("`", "``") + "`"


def parse(text: str) -> Select:
    """The one SELECT that `text` holds.

    Raises SqlRefused: empty, too long, not one statement, not a SELECT, or with something in it that is not plain
    reading of one dataset (JOIN, recursive CTE, table function, lock, INTO, executable comment).
    """
    if len(text) > MAX_CHARACTERS:
        raise SqlRefused(
            f"The SQL has {len(text):,} characters; at most {MAX_CHARACTERS:,} are sent.",
            "Filter by a condition instead of listing values.",
        )
    clean = _without_comments(text)
    tree = _one_query(clean)
    _check_nodes(tree)
    tokens = _tokens(clean)
    limit, offset, limit_start = _own_limit(tree, tokens)
    tables = list(_base_tables(tree))
    spans = sorted((t.this.meta["start"], t.this.meta["end"] + 1, bool(t.alias)) for t in tables)
    return Select(
        text=clean,
        tables=tuple(dict.fromkeys(table.name for table in tables)),
        double_quoted=tuple(t.text for t in tokens if clean[t.start] == '"'),
        limit=limit,
        offset=offset,
        tree=tree,
        _table_spans=tuple(spans),
        _limit_start=limit_start,
    )


def _tokens(text: str) -> list[Token]:
    from sqlglot.dialects.mysql import MySQL
    from sqlglot.errors import SqlglotError

    try:
        return MySQL().tokenize(text)
    except SqlglotError:
        raise SqlRefused(
            "The SQL cannot be read: a quote or comment is not closed.",
            "Quote text with '…' and columns with `…`.",
        ) from None


def _without_comments(text: str) -> str:
    """`text` up to its closing semicolon, each comment as one space."""
    tokens = _tokens(text)
    while tokens and tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    if not tokens:
        raise SqlRefused("There is no SQL in this call.", "Give one SELECT statement.")
    out, last = [], tokens[0].start
    _check_comments(text, tokens)
    for token in tokens:
        gap = text[last : token.start]
        out += [gap if gap.isspace() else " " * bool(gap), text[token.start : token.end + 1]]
        last = token.end + 1
    return "".join(out)


def _check_comments(text: str, tokens: Sequence[Token]) -> None:
    ends = [0, *(token.end + 1 for token in tokens)]
    starts = [*(token.start for token in tokens), len(text)]
    executed = any(mark in text[end:start] for end, start in zip(ends, starts, strict=True) for mark in _EXECUTED)
    if executed or any(token.token_type.name == "HINT" for token in tokens):
        raise SqlRefused(
            "Comments that a server would execute (/*! … */, /*+ … */) are not sent.", "Leave the comment out."
        )
    if any(text[token.start : token.start + 2] == "--" for token in tokens):
        raise SqlRefused(
            "`--` without a space after it is a comment to some and two minus signs to others.",
            "Write `-- comment` or `- -1`.",
        )


def _one_query(text: str) -> exp.Expr:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        statements = [tree for tree in parse(text, read="mysql") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise SqlRefused(*_syntax_error(error)) from None
    if len(statements) != 1:
        raise SqlRefused(
            f"One statement a call: this text holds {len(statements)}.",
            "Send each SELECT in a call of its own.",
        )
    tree = statements[0]
    reads = re.match(r"\s*(\(\s*)*(SELECT|WITH)\b", text, re.IGNORECASE)
    if not reads or not isinstance(tree, exp.Query):
        raise SqlRefused(
            "Only SELECT is sent to Domo: this server reads datasets with SQL and changes nothing through it.",
            "Write one SELECT (or WITH … SELECT) statement.",
        )
    return tree


def _syntax_error(error: Exception) -> tuple[str, str]:
    details = getattr(error, "errors", None) or [{}]
    near = f" near {details[0]['highlight']!r}" if details[0].get("highlight") else ""
    return (
        f"The SQL cannot be parsed{near}.",
        "Domo's SQL is like MySQL's: `column` in backticks, 'text' and '2026-01-31' in single quotes, LIMIT n.",
    )


def _check_nodes(tree: exp.Expr) -> None:
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


def _base_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """The tables that stand for the dataset: those that no common table expression in sight gives a meaning to."""
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        if not any(table.name.casefold() == cte.alias.casefold() for cte in _visible_ctes(table)):
            yield table


def _visible_ctes(table: exp.Table) -> Iterator[exp.CTE]:
    """The common table expressions that a name in FROM can mean: of every query around it, those defined before it."""
    from sqlglot import exp

    inside: exp.Expr = table
    around: list[exp.Expr] = [table]
    while inside.parent is not None:
        inside = inside.parent
        if isinstance(inside, exp.Query):
            ctes = inside.ctes
            own = next((place for place, cte in enumerate(ctes) if any(cte is node for node in around)), len(ctes))
            yield from ctes[:own]
        around.append(inside)


def _own_limit(tree: exp.Expr, tokens: Sequence[Token]) -> tuple[int | None, int, int | None]:
    """The statement's own row limit and offset, and where in the text they begin."""
    from sqlglot import exp

    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    if limit is None and offset is None:
        return None, 0, None
    values = []
    for clause in (limit, offset):
        value = clause.args.get("expression") if clause is not None else None
        if clause is not None and not (isinstance(value, exp.Literal) and str(value.this).isdigit()):
            raise SqlRefused("LIMIT and OFFSET take plain numbers.", "Write LIMIT 100.")
        values.append(int(value.this) if isinstance(value, exp.Literal) else None)
    depth, start = 0, None
    for token in tokens:
        depth += {"L_PAREN": 1, "R_PAREN": -1}.get(token.token_type.name, 0)
        if depth == 0 and start is None and token.token_type.name in {"LIMIT", "OFFSET"}:
            start = token.start
    return values[0], values[1] or 0, start


def _key(node: exp.Expr) -> str:
    from sqlglot import exp

    inner = node.this if isinstance(node, exp.Alias) else node
    return inner.name.casefold() if isinstance(inner, exp.Column) else inner.sql().casefold()


def _resolved(tree: exp.Select, terms: Sequence[exp.Expr]) -> list[str]:
    """Each term of GROUP BY or ORDER BY as the expression that it stands for (alias or position)."""
    from sqlglot import exp

    by_alias = {item.alias.casefold(): _key(item) for item in tree.selects if item.alias}
    keys = []
    for term in terms:
        if isinstance(term, exp.Literal) and term.this.isdigit() and 0 < int(term.this) <= len(tree.selects):
            keys.append(_key(tree.selects[int(term.this) - 1]))
        else:
            keys.append(by_alias.get(_key(term), _key(term)))
    return keys


def _matches(column: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(column.casefold(), pattern.casefold()) for pattern in patterns)
