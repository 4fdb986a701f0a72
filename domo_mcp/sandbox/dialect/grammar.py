"""What a statement may be: one SELECT over one dataset, read as MySQL reads it.

Nodes are allowed by name; whatever the parser can produce beyond them is refused, so a new feature of the parser
cannot become a way around this list.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokenizer_core import Token, TokenType

from domo_mcp.sandbox.refusals import QueryError

MAX_LENGTH = 50_000
MAX_NODES = 5_000
MAX_DEPTH = 100
MAX_SELECTS = 40

_CLOCK_WORDS = (TokenType.CURRENT_DATE, TokenType.CURRENT_TIME, TokenType.CURRENT_TIMESTAMP)


class _Parser(MySQLParser):
    """Leaves every function call as it was written, for the table of functions to judge."""

    FUNCTIONS: ClassVar = {}
    FUNCTION_PARSERS: ClassVar = {
        name: parser for name, parser in MySQLParser.FUNCTION_PARSERS.items() if name in ("CAST", "SUBSTRING", "TRIM")
    }
    NO_PAREN_FUNCTIONS: ClassVar = {word: (lambda name=word.name: exp.Anonymous(this=name)) for word in _CLOCK_WORDS}
    NO_PAREN_FUNCTION_PARSERS: ClassVar = {
        name: parser for name, parser in MySQLParser.NO_PAREN_FUNCTION_PARSERS.items() if name in ("CASE", "IF")
    }

    def _parse_types(
        self,
        check_func: bool = False,
        schema: bool = False,
        allow_identifiers: bool = True,
        with_collation: bool = False,
    ) -> exp.Expr | None:
        """A type, but not where `DATE(…)` may be a call: what is in its brackets would be read twice at every level."""
        if check_func and self._next and self._next.token_type == TokenType.L_PAREN:
            return None
        return super()._parse_types(check_func, schema, allow_identifiers, with_collation)


class Domo(MySQL):
    """MySQL as Domo speaks it."""

    Parser = _Parser


_ADMITTED = {
    exp.Select, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Table, exp.TableAlias, exp.Where, exp.Group,
    exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Column, exp.Identifier, exp.Alias,
    exp.Star, exp.Paren, exp.Literal, exp.Null, exp.Boolean, exp.Anonymous, exp.Case, exp.If, exp.And, exp.Or, exp.Xor,
    exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.Between, exp.In, exp.Exists,
    exp.Like, exp.Escape, exp.Is, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Cast,
    exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var, exp.Window, exp.WindowSpec, exp.Substring, exp.Trim,
    exp.Concat,
}  # fmt: skip
_TAIL = ("with_", "joins", "order", "limit", "offset")

# The only parts these may have; a part that is itself a node is judged by its own type, so `joins` may pass here.
_PARTS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Select: ("expressions", "distinct", "from_", "where", "group", "having", "windows", *_TAIL),
    exp.Union: ("this", "expression", "distinct", *_TAIL),
    exp.Subquery: ("this", "alias", *_TAIL),
    exp.Star: (),
    exp.Table: ("this", "alias"),
    exp.TableAlias: ("this",),
    exp.Column: ("this", "table"),
    exp.With: ("expressions",),
    exp.Distinct: ("expressions",),
    exp.Group: ("expressions",),
    exp.Between: ("this", "low", "high"),
    exp.In: ("this", "expressions", "query"),
    exp.Cast: ("this", "to"),
}


def parse(sql: str) -> exp.Query:
    """The one SELECT that the text holds.

    Raises:
        QueryError: it is longer or deeper than the limits, not exactly one SELECT, or uses what Domo does not have.
    """
    if len(sql) > MAX_LENGTH:
        raise QueryError(f"The query is longer than {MAX_LENGTH} characters")
    try:
        statement = _only(_statements(_tokens(sql), sql))
    except RecursionError:
        raise QueryError("The query is nested too deeply") from None
    if not isinstance(statement, exp.Query):
        raise QueryError("Only SELECT is supported")
    _admit(statement)
    return statement


def _tokens(sql: str) -> list[Token]:
    if "/*!" in sql:
        raise QueryError("Executable comments are not supported")
    try:
        tokens: list[Token] = Domo().tokenize(sql)
    except SqlglotError:
        raise QueryError("Syntax error") from None
    if tokens and tokens[0].token_type not in (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN):
        raise QueryError("Only SELECT is supported")
    for token, following in zip_longest(tokens, tokens[1:]):
        dangling = token.token_type == TokenType.COMMA and following and following.token_type == TokenType.FROM
        if dangling or token.token_type in (TokenType.DCOLON, TokenType.PARAMETER, TokenType.INTO):
            raise QueryError(f"Syntax error near '{token.text}'")
    return tokens


def _statements(tokens: list[Token], sql: str) -> list[exp.Expr | None]:
    try:
        return Domo().parser().parse(tokens, sql)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        near = details[0].get("highlight") or "the end"
        raise QueryError(f"Syntax error near '{near[:60]}'") from None


def _only(statements: list[exp.Expr | None]) -> exp.Expr:
    found = [statement for statement in statements if statement is not None]
    if len(found) != 1:
        raise QueryError("Exactly one SELECT is needed")
    return found[0]


def _admit(statement: exp.Expr) -> None:
    selects = 0
    for count, node in enumerate(statement.walk()):
        if count > MAX_NODES:
            raise QueryError("The query is too complex")
        selects += isinstance(node, exp.Select)
        _admit_node(node)
    if selects > MAX_SELECTS or _too_deep(statement):
        raise QueryError("The query is too complex")


def _admit_node(node: exp.Expr) -> None:
    if isinstance(node, exp.Join):
        raise QueryError("JOIN is not supported")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise QueryError("WITH RECURSIVE is not supported")
    if type(node) not in _ADMITTED:
        raise QueryError(f"{type(node).__name__.upper()} is not supported")
    allowed = _PARTS.get(type(node))
    extra = [name for name, part in node.args.items() if part and allowed is not None and name not in allowed]
    if extra or (isinstance(node, exp.Select) and not node.selects):
        raise QueryError(f"Syntax error near '{written(node)[:60]}'")
    if isinstance(node, exp.Limit | exp.Offset) and not isinstance(node.expression, exp.Literal):
        raise QueryError("LIMIT needs a number")


def written(node: exp.Expr) -> str:
    """The expression in Domo's SQL, as it was written but for white space and comments."""
    return node.sql(dialect=Domo, normalize_functions=False, comments=False, unsupported_level=ErrorLevel.IGNORE)


def _too_deep(statement: exp.Expr) -> bool:
    level = [statement]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.iter_expressions()]
        if not level:
            return False
    return True
