"""Calls of functions in the text, with the places of their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.findings import Edit
from domo_mcp.catalog.checking.reading import Reading, span

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_ARITHMETIC = frozenset({"DASH", "PLUS", "STAR", "SLASH", "MOD", "DIV"})
_MAKE_DATES = frozenset({
    "adddate", "cast", "date", "date_add", "date_sub", "from_days", "from_unixtime", "last_day", "str_to_date",
    "subdate", "timestamp",
})  # fmt: skip


@dataclass(frozen=True)
class Call:
    """`name(…)` in the text: its tokens from the name to the closing bracket, and where its own commas are in them."""

    tokens: Sequence[Token]
    commas: Sequence[int]

    @property
    def name(self) -> str:
        return self.tokens[0].text.casefold()

    @property
    def count(self) -> int:
        """How many arguments there are."""
        return len(self.commas) + 1 if len(self.tokens) > 3 else 0

    @property
    def unit(self) -> str:
        """The first argument where it is one word, quoted or not."""
        word = self.tokens[2].text.casefold()
        return word if len(self.tokens) > 4 and re.fullmatch("[a-z]+", word) else ""

    @property
    def last_text(self) -> str:
        """The last argument where it is one text; else empty."""
        token = self.tokens[-2]
        alone = self.count > 1 and self.commas[-1] == len(self.tokens) - 3
        return token.text if alone and token.token_type.name == "STRING" else ""

    @property
    def calculates(self) -> bool:
        """Whether the second argument calculates, other than with an interval: that makes no date."""
        place, last = 4, len(self.tokens) - 1
        while place < last:
            kind, after = self.tokens[place].token_type.name, self.tokens[place + 1]
            if self.tokens[place].text.casefold() in _MAKE_DATES and after.token_type.name == "L_PAREN":
                place = brackets(self.tokens, place + 1)[place + 1].close
            elif kind in _ARITHMETIC and after.token_type.name != "INTERVAL":
                return True
            place += 1
        return False

    def opened(self, text: str, first: int = 1) -> Edit:
        """`text` in place of everything up to the token `first`, which stays out as well."""
        return Edit(self.tokens[0].start, self.tokens[first + 1].start, text)

    def at(self, place: int, text: str) -> Edit:
        token = self.tokens[place]
        return Edit(token.start, token.end + 1, text)

    def up_to_next(self, place: int, text: str) -> Edit:
        return Edit(self.tokens[place].start, self.tokens[place + 1].start, text)

    def closed(self, text: str) -> Edit:
        return self.at(-1, text)


@dataclass
class Bracket:
    """Where a bracket closes, and the commas that are its own."""

    close: int
    commas: list[int]


def brackets(found: Sequence[Token], first: int = 0) -> dict[int, Bracket]:
    """The brackets from `first` on by the place where each opens; up to the end of that one if it is one."""
    done, opened = dict[int, Bracket](), list[int]()
    commas: list[list[int]] = [[]]
    for place in range(first, len(found)):
        kind = found[place].token_type.name
        if kind == "L_PAREN":
            opened.append(place)
            commas.append([])
        elif kind == "COMMA":
            commas[-1].append(place)
        elif kind == "R_PAREN" and opened:
            done[opened.pop()] = Bracket(place, commas.pop())
            if first in done:
                break
    return done


def calls(reading: Reading) -> Iterator[Call]:
    """The calls in the text, but for those of functions that have a schema or quotes around their name."""
    found, names = reading.tokens, _names_with_columns(reading)
    for place, bracket in sorted(brackets(found).items()):
        name = found[place - 1] if place else None
        if name is None or not re.fullmatch(r"[a-z_]\w*", name.text.casefold()) or name.start in names:
            continue
        if name.token_type.name in {"STRING", "IDENTIFIER"} or (place > 1 and _is_dot(found[place - 2])):
            continue
        yield Call(found[place - 1 : bracket.close + 1], [comma - place + 1 for comma in bracket.commas])


def _is_dot(token: Token) -> bool:
    return token.token_type.name == "DOT"


def _names_with_columns(reading: Reading) -> set[int]:
    """Where the names of derived tables start that list their columns, like a call its arguments."""
    from sqlglot import exp

    spans = (span(alias.this) for alias in reading.tree.find_all(exp.TableAlias) if alias.columns)
    return {place[0] for place in spans if place}
