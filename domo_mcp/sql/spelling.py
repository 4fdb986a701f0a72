"""Spellings that engines read in different ways: refused, since Domo must read what was judged here.

Which engine reads is not ours to know: Domo's own is like MySQL, and a dataset of a cloud warehouse is read there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

MAX_DEPTH = 50

_EXECUTED = ("/*!", "/*+", "/*M!")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`", re.DOTALL)
_TEXTS = frozenset({"STRING", "NATIONAL_STRING", "IDENTIFIER", "HEX_STRING", "BIT_STRING"})
_NOT_MYSQL = frozenset({"L_BRACE", "R_BRACE", "PIPE_GT", "COLON_EQ"})
_OPENING = frozenset({"L_PAREN", "L_BRACKET", "CASE"})
_CLOSING = frozenset({"R_PAREN", "R_BRACKET", "END"})


def check_spelling(text: str, found: Sequence[Token]) -> None:
    """Raise SqlRefused where the tokens `found` in `text` are not what every engine would find there."""
    gaps = _gaps(text, found)
    _check_comments(text, found, gaps)
    for gap in filter(str.isspace, gaps):
        _check_letters(gap)
    for token in found:
        raw = text[token.start : token.end + 1]
        if token.token_type.name in _TEXTS:
            _check_quoted(raw)
        else:
            _check_bare(raw, token.token_type.name)
    _check_depth(found)


def _check_comments(text: str, found: Sequence[Token], gaps: Sequence[str]) -> None:
    if any(mark in gap for gap in gaps for mark in _EXECUTED) or any(each.token_type.name == "HINT" for each in found):
        raise SqlRefused(
            "Comments that a server would execute (/*! … */, /*+ … */) are not sent.", "Leave the comment out."
        )
    if any(re.search(r"/\*(?:(?!\*/).)*/\*", gap, re.DOTALL) for gap in gaps):
        raise SqlRefused("A comment inside a comment ends at another place for each engine.", "Leave one of them out.")
    if any(text[token.start : token.start + 2] == "--" for token in found):
        raise SqlRefused(
            "`--` without a space after it is a comment to some and two minus signs to others.",
            "Write `-- comment` or `- -1`.",
        )


def _gaps(text: str, found: Sequence[Token]) -> list[str]:
    """What stands around the tokens: white space and comments."""
    ends = [0, *(token.end + 1 for token in found)]
    starts = [*(token.start for token in found), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def _check_quoted(raw: str) -> None:
    quote = min((place for place in map(raw.find, "'\"`") if place >= 0), default=len(raw))
    if quote < len(raw) and not _QUOTED.fullmatch(raw[quote:]):
        raise SqlRefused(
            "A backslash before a quote ends the text for some engines and not for others.",
            "Write the quote twice: 'it''s'.",
        )
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\t\r\n" for letter in raw):
        raise SqlRefused("Control characters in quoted text are not sent.", "Leave them out.")


def _check_bare(raw: str, kind: str) -> None:
    if kind in _NOT_MYSQL or raw.startswith("$"):
        raise SqlRefused(f"{raw[:20]!r} is not Domo's SQL: variables, placeholders and pipes are not sent.")
    if not raw.isascii() and (kind != "VAR" or raw[0].isdecimal()):
        raise SqlRefused(f"{raw[:40]!r} only looks like a word or number of SQL.", "Put names in backticks.")
    _check_letters(raw)


def _check_letters(raw: str) -> None:
    """Raise SqlRefused for what is, outside quotes, neither a plain space nor a letter or sign of SQL or of a name."""
    for letter in raw:
        if letter.isascii():
            odd = not (letter.isprintable() or letter in "\t\r\n")
        else:
            odd = unicodedata.category(letter)[0] in "ZCP" or (
                not letter.isalnum() and unicodedata.normalize("NFKC", letter).isascii()
            )
        if odd:
            raise SqlRefused(
                f"The character U+{ord(letter):04X} outside quotes means something else to each engine.",
                "Use plain spaces and signs, and put names with odd letters in backticks.",
            )


def _check_depth(found: Sequence[Token]) -> None:
    depth = 0
    for token in found:
        depth += (token.token_type.name in _OPENING) - (token.token_type.name in _CLOSING)
        if depth > MAX_DEPTH:
            raise SqlRefused(
                f"The SQL is too large: nested more than {MAX_DEPTH} deep.", "Ask for less in one statement."
            )
