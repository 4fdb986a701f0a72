"""The text as tokens with their places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused
from domo_mcp.sql.spelling import check_spelling

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


def tokens(text: str) -> list[Token]:
    """The tokens of `text`. Raises SqlRefused where a quote or comment has no end."""
    from sqlglot.dialects.mysql import MySQL
    from sqlglot.errors import SqlglotError

    try:
        return MySQL().tokenize(text)
    except SqlglotError:
        raise SqlRefused(
            "The SQL cannot be read: a quote or comment is not closed.",
            "Quote text with '…' and columns with `…`.",
        ) from None


def without_comments(text: str) -> str:
    """`text` up to its closing semicolon, each comment as one space."""
    found = tokens(text)
    while found and found[-1].token_type.name == "SEMICOLON":
        found.pop()
    if not found:
        raise SqlRefused("There is no SQL in this call.", "Give one SELECT statement.")
    check_spelling(text, found)
    out, last = [], found[0].start
    for token in found:
        gap = text[last : token.start]
        out += [gap if gap.isspace() else " " * bool(gap), text[token.start : token.end + 1]]
        last = token.end + 1
    return "".join(out)
