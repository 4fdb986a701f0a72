"""From text to the one SELECT that it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused
from domo_mcp.sql.brackets import in_backticks
from domo_mcp.sql.functions import check_calls
from domo_mcp.sql.grammar import grammar
from domo_mcp.sql.judging import check_nodes
from domo_mcp.sql.scopes import base_tables
from domo_mcp.sql.select import Select
from domo_mcp.sql.tokens import tokens, without_comments

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

MAX_CHARACTERS = 20_000

_TOP = re.compile(r"SELECT\s+(?:DISTINCT\s+)?TOP\s+(\d{1,9})\b", re.IGNORECASE)
_TWO_WORDS = re.compile(r"\bFROM\s+([^\W\d]\w*\s+[^\W\d]\w*)\s+$", re.IGNORECASE)


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
    clean = without_comments(text)
    changes: tuple[str, ...] = ()
    try:
        tree = _one_query(clean)
    except SqlRefused:
        clean, changes = in_backticks(clean)
        if not changes:
            raise
        tree = _one_query(clean)
    found = tokens(clean)
    limit, offset, limit_start = _own_limit(tree, found)
    check_nodes(tree)
    check_calls(clean, found)
    tables = list(base_tables(tree))
    spans = sorted((t.this.meta["start"], t.this.meta["end"] + 1, bool(t.alias)) for t in tables)
    return Select(
        text=clean,
        tables=tuple(dict.fromkeys(table.name for table in tables)),
        double_quoted=tuple(t.text for t in found if clean[t.start] == '"'),
        limit=limit,
        offset=offset,
        tree=tree,
        changes=changes,
        _table_spans=tuple(spans),
        _limit_start=limit_start,
    )


def counted(select: Select) -> Select:
    """The statement that counts the rows of `select`."""
    return parse(f"SELECT COUNT(*) FROM ({select.text}) AS counted")


def _one_query(text: str) -> exp.Expr:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        statements = [tree for tree in parse(text, read=grammar()) if tree is not None]
    except SqlglotError as error:
        raise SqlRefused(*_syntax_error(error, text)) from None
    except RecursionError:
        raise SqlRefused("The SQL is too large: nested too deeply.", "Ask for less in one statement.") from None
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


def _syntax_error(error: Exception, text: str) -> tuple[str, str]:
    details = getattr(error, "errors", None) or [{}]
    if re.search(r"(?<!`)\b[0-9a-f]{8}-[0-9a-f]{4}-", text, re.IGNORECASE):
        return "The SQL cannot be parsed: an id needs backticks.", "Write FROM `5a1e0000-…`."
    if top := _TOP.match(text):
        return "The SQL cannot be parsed: Domo's SQL has no TOP.", f"Write LIMIT {top[1]} at the end."
    near = f" near {details[0]['highlight']!r}" if details[0].get("highlight") else ""
    if words := _TWO_WORDS.search(details[0].get("start_context") or ""):
        return (
            f"The SQL cannot be parsed{near}: a name of several words needs backticks.",
            f"Put the whole name in them, like FROM `{words[1]}`.",
        )
    return (
        f"The SQL cannot be parsed{near}.",
        "Domo's SQL is like MySQL's: `column` in backticks, 'text' and '2026-01-31' in single quotes, LIMIT n.",
    )


def _own_limit(tree: exp.Expr, found: Sequence[Token]) -> tuple[int | None, int, int | None]:
    """The statement's own row limit and offset, and where in the text they begin: at its very end, or nowhere."""
    if tree.args.get("limit") is None and tree.args.get("offset") is None and tree.args.get("fetch") is None:
        return None, 0, None
    places = [place for place, token in enumerate(found) if token.token_type.name == "LIMIT"]
    tail = list(found[places[-1] :]) if places else []
    match [token.text.upper() if token.token_type.name != "NUMBER" else token.text for token in tail]:
        case ["LIMIT", limit] if limit.isdecimal():
            return int(limit), 0, tail[0].start
        case ["LIMIT", limit, "OFFSET", offset] if limit.isdecimal() and offset.isdecimal():
            return int(limit), int(offset), tail[0].start
        case ["LIMIT", offset, ",", limit] if limit.isdecimal() and offset.isdecimal():
            return int(limit), int(offset), tail[0].start
    raise SqlRefused("LIMIT and OFFSET take plain numbers and stand at the very end.", "Write … LIMIT 100 OFFSET 200.")
