"""A question's words -> marks: each keyword, period, number, name and value, longest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domo_mcp.sandbox.questions.keywords import KEYWORDS, LONGEST, Keyword, Kind
from domo_mcp.sandbox.questions.linking import Ambiguous, Happened, Lexicon, Named, Titled, Valued
from domo_mcp.sandbox.questions.periods import Period, period_at
from domo_mcp.sandbox.questions.words import Token


@dataclass(frozen=True)
class Number:
    """A number that is no year and no part of a name."""

    value: Decimal
    text: str


@dataclass(frozen=True)
class Timed:
    """A time expression."""

    period: Period
    text: str


@dataclass(frozen=True)
class Unknown:
    """A word that means nothing here."""

    text: str


Mark = Keyword | Number | Timed | Named | Valued | Happened | Ambiguous | Titled | Unknown


Spoken = tuple[tuple[tuple[Mark, int], ...], ...]


def spoken(tokens: tuple[Token, ...], today: date) -> Spoken:
    """Return, for each word, the keyword and the period that begin there, with their lengths: true of any schema."""
    found = ((_keyword(tokens[at:]), _timed(tokens[at:], today)) for at in range(len(tokens)))
    return tuple(tuple(mark for mark in pair if mark) for pair in found)


def marks(tokens: tuple[Token, ...], common: Spoken, lexicon: Lexicon) -> tuple[Mark, ...]:
    """Read the words from left to right, each time the longest expression that means something; drop fillers."""
    found: list[Mark] = []
    at = 0
    while at < len(tokens):
        mark, length = _longest(tokens[at:], common[at], lexicon, found)
        at += length
        if not (isinstance(mark, Keyword) and mark.kind is Kind.FILLER):
            found.append(mark)
    return tuple(found)


def _compares(found: list[Mark]) -> bool:
    """Whether a number must come next, so that 2000 is no year."""
    match found:
        case [*_, Keyword(kind=Kind.COMPARE | Kind.BETWEEN)]:
            return True
        case [*_, Number(), Keyword(kind=Kind.JOIN)]:
            return True
    return False


def _longest(
    tokens: tuple[Token, ...], common: tuple[tuple[Mark, int], ...], lexicon: Lexicon, found: list[Mark]
) -> tuple[Mark, int]:
    number = tokens[0].number
    if number is not None and _compares(found):
        return Number(number, tokens[0].text), 1
    if tokens[0].word == "between" and found and _is_number(found[-1]):
        common = tuple(c for c in common if not isinstance(c[0], Timed))  # between 2000 and 2100 are no years then
    candidates = [c for c in (*common, _linked(tokens, lexicon)) if c]
    if candidates:
        return max(candidates, key=lambda c: (c[1], isinstance(c[0], Named)))
    return (Unknown(tokens[0].text) if number is None else Number(number, tokens[0].text)), 1


def _is_number(mark: Mark) -> bool:
    return isinstance(mark, Named) and mark.columns != () and mark.column.is_number


def _keyword(tokens: tuple[Token, ...]) -> tuple[Mark, int] | None:
    for length in range(min(LONGEST, len(tokens)), 0, -1):
        if keyword := KEYWORDS.get(tuple(t.word for t in tokens[:length])):
            return keyword, length
    return None


def _timed(tokens: tuple[Token, ...], today: date) -> tuple[Mark, int] | None:
    found = period_at([t.word for t in tokens], today)
    return (Timed(found[0], _text(tokens[: found[1]])), found[1]) if found else None


def _linked(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Mark, int] | None:
    for length in range(min(lexicon.longest, len(tokens)), 0, -1):
        if link := lexicon.match(tokens[:length]):
            return link, length
    return None


def _text(tokens: tuple[Token, ...]) -> str:
    return " ".join(t.text for t in tokens)
