"""The text as tokens with their places in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_EXECUTED = ("/*!", "/*+", "/*M!")


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
    _check_comments(text, found)
    out, last = [], found[0].start
    for token in found:
        gap = text[last : token.start]
        out += [gap if gap.isspace() else " " * bool(gap), text[token.start : token.end + 1]]
        last = token.end + 1
    return "".join(out)


def _check_comments(text: str, found: Sequence[Token]) -> None:
    ends = [0, *(token.end + 1 for token in found)]
    starts = [*(token.start for token in found), len(text)]
    executed = any(mark in text[end:start] for end, start in zip(ends, starts, strict=True) for mark in _EXECUTED)
    if executed or any(token.token_type.name == "HINT" for token in found):
        raise SqlRefused(
            "Comments that a server would execute (/*! … */, /*+ … */) are not sent.", "Leave the comment out."
        )
    if any(text[token.start : token.start + 2] == "--" for token in found):
        raise SqlRefused(
            "`--` without a space after it is a comment to some and two minus signs to others.",
            "Write `-- comment` or `- -1`.",
        )
