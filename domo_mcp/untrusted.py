"""Texts from elsewhere, shown so that nothing in them hides or moves."""

from __future__ import annotations

import unicodedata

_SHOWN = frozenset("\n\t")
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""`text` with control and invisible characters as escapes (`\u200b`), line breaks and tabs kept."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character in _SHOWN or unicodedata.category(character) not in _HIDDEN_KINDS else _escape(character)
        for character in text
    )


def one_line(text: str, most: int = 200) -> str:
    """`text` shown on one line of at most `most` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
