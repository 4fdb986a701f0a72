"""Texts from elsewhere, shown so that nothing in them hides or moves, and marked where they stand in a text of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_SHOWN = frozenset("\n\t")
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt of Unicode) outside those kinds: fillers, selectors, joiners.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_UNSEEN_BLANK = re.compile("(?<= ) |[^\\S ]|\u2800")

# Private characters, which `visible` shows as escapes: nothing from elsewhere can hold a mark.
_START, _END = "\ue000", "\ue001"
_MARKED = re.compile(f"{_START}([^{_START}{_END}]*){_END}")
_MARKS = str.maketrans("", "", _START + _END)


def visible(text: str) -> str:
    r"""`text` with control and invisible characters as escapes (`\u200b`), line breaks and tabs kept."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) if _hides(character) else character for character in text)


def exact(text: str) -> str:
    r"""`text` shown on one line with nothing left out: blanks after a blank, and all but the common one, as escapes."""
    return _UNSEEN_BLANK.sub(lambda blank: _escape(blank[0]), visible(text))


def one_line(text: str, most: int = 200) -> str:
    """`text` shown on one line of at most `most` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def in_quotes(name: str, most: int = 60) -> str:
    """A name on one line in double quotes, which nothing in it can close."""
    return f'"{one_line(name, most).replace(chr(34), chr(39))}"'


def foreign(text: str, most: int = 200) -> str:
    """`text` from elsewhere on one line, to stand in a sentence of ours: marked, so that it can be fenced there."""
    return f"{_START}{one_line(text, most)}{_END}"


def all_foreign(text: str) -> str:
    """A text of ours that is made of such parts, as one of them."""
    return f"{_START}{plain(text)}{_END}"


def plain(text: str) -> str:
    """A text of ours without the marks of what is foreign in it."""
    return text.translate(_MARKS)


def fenced(text: str, fence: Callable[[str], str]) -> str:
    """A text of ours with `fence` around each foreign part, and nothing in it that hides."""
    parts = _MARKED.split(text)  # what is ours and what is foreign in turns
    return "".join(
        (fence(part) if part else "") if place % 2 else visible(plain(part)) for place, part in enumerate(parts)
    )


def _hides(character: str) -> bool:
    if character in _SHOWN:
        return False
    return unicodedata.category(character) in _HIDDEN_KINDS or bool(_IGNORABLE.match(character))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
