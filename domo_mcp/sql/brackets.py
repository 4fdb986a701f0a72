"""Names in brackets, as SQL Server quotes them, where the parser cannot read them otherwise."""

from __future__ import annotations

import re

from domo_mcp.sql.tokens import tokens

_MAY_HAVE_ELEMENTS = frozenset({"VAR", "R_PAREN", "R_BRACKET", "ARRAY"})
_NAME = re.compile(r"(?!\s)[^\[\]`'\",;]{1,200}(?<!\s)")


def in_backticks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with `[Order Date]` in backticks, and what was changed; nothing that may be an element of something."""
    out, changes, last = list[str](), list[str](), 0
    opened, before = -1, ""
    for token in tokens(text):
        kind = token.token_type.name
        if kind == "L_BRACKET":
            opened = -1 if before in _MAY_HAVE_ELEMENTS else token.start
        elif kind == "R_BRACKET" and opened >= 0:
            name = text[opened + 1 : token.start]
            if _NAME.fullmatch(name):
                out += [text[last:opened], f"`{name}`"]
                changes.append(f"[{name}] → `{name}`")
                last = token.end + 1
            opened = -1
        before = kind
    return "".join(out) + text[last:], tuple(dict.fromkeys(changes))
