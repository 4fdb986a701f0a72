"""Where a plain operand begins and ends in the text: a name, a literal, a call or something in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.calls import brackets

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


def first_of(found: Sequence[Token], last: int) -> int | None:
    """The place where the operand begins that ends at `last`; None where that is not plain."""
    first = last
    if found[last].token_type.name == "R_PAREN":
        depth = 0
        for first in range(last, -1, -1):
            depth += (found[first].token_type.name == "R_PAREN") - opens(found[first])
            if depth == 0:
                break
        if first and found[first - 1].end + 1 == found[first].start and found[first - 1].text.isidentifier():
            first -= 1
    elif not is_word(found[last]):
        return None
    while first > 1 and found[first - 1].token_type.name == "DOT":
        first -= 2
    return (
        None
        if first and (found[first - 1].token_type.name == "DCOLON" or _introduces(*found[first - 1 : first + 1]))
        else first
    )


def _introduces(one: Token, text: Token) -> bool:
    """`_utf8'text'`: the character set belongs to the text."""
    return text.token_type.name == "STRING" and one.end + 1 == text.start and one.text.isidentifier()


def last_of(found: Sequence[Token], first: int) -> int | None:
    """The place where the operand ends that begins at `first`; None where that is not plain."""
    last = first
    if last >= len(found):
        return None
    while last + 2 < len(found) and found[last + 1].token_type.name == "DOT":
        last += 2
    opening = last if opens(found[last]) else last + 1
    if opening < len(found) and opens(found[opening]):
        bracket = brackets(found, opening).get(opening)
        return bracket.close if bracket and (opening == last or found[last].text.isidentifier()) else None
    return last if is_word(found[last]) and found[last].text.casefold() != "case" else None


def is_word(token: Token) -> bool:
    """Whether the token may be a value of its own: a name, a number, a text."""
    plain = token.token_type.name in {"STRING", "IDENTIFIER"} or re.match(r"\w", token.text)
    return bool(plain) and token.text.casefold() != "end"


def opens(token: Token) -> bool:
    return token.token_type.name == "L_PAREN"
