"""Functions of other dialects: written as Domo's where there is exactly one way, else told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.dialect import DOMO_HAS, DOMO_WAY
from domo_mcp.catalog.checking.findings import Change, Doubt, Edit, Finding, Problem
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_RENAMED = {("nvl", 2): "IFNULL", ("isnull", 2): "IFNULL", ("len", 1): "LENGTH", ("getdate", 0): "NOW"}
_PARTS = frozenset({"year", "quarter", "month", "day", "hour", "minute"})
_TRUNCATED = {"year": "%Y-01-01", "month": "%Y-%m-01"}


@dataclass(frozen=True)
class _Call:
    """`name(…)` in the text: its tokens from the name to the closing bracket, and where its own commas are in them."""

    tokens: Sequence[Token]
    commas: tuple[int, ...]

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
    def calculates(self) -> bool:
        """Whether the second argument adds or subtracts, other than an interval: that makes no date."""
        depth = -sum(1 for _ in takewhile(lambda token: token.text == "(", self.tokens[4:]))
        for token, after in pairwise(self.tokens[4:]):
            kind = token.token_type.name
            depth += (kind == "L_PAREN") - (kind == "R_PAREN")
            if depth <= 0 and kind in {"DASH", "PLUS"} and after.token_type.name != "INTERVAL":
                return True
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


def functions(reading: Reading) -> Iterator[Finding]:
    """What Domo's SQL does not have, or reads otherwise."""
    seen = set[str]()
    for call in _calls(reading.tokens):
        change = _change(call)
        if change:
            yield change
        elif call.name in DOMO_WAY and call.name not in seen:
            lacking = _lacking(call.name)
            yield Doubt(lacking.message, lacking.fix) if call.name == "extract" else lacking  # MySQL has it
        elif call.name == "datediff" and call.count == 3:
            yield Problem("Domo's DATEDIFF takes two dates.", "Write DATEDIFF(later, earlier): it counts days.")
        seen.add(call.name)
    yield from _unheard(reading)


def _calls(found: Sequence[Token]) -> Iterator[_Call]:
    """The calls in the text, but for those of functions that have a schema or quotes around their name."""
    for place, token in enumerate(found[:-2]):
        is_name = found[place + 1].token_type.name == "L_PAREN" and re.fullmatch(r"[a-z_]\w*", token.text.casefold())
        if not is_name or token.token_type.name in {"STRING", "IDENTIFIER"}:
            continue
        if place and found[place - 1].token_type.name == "DOT":
            continue
        depth, commas = 0, list[int]()
        for offset, each in enumerate(found[place + 1 :], 1):
            depth += (each.token_type.name == "L_PAREN") - (each.token_type.name == "R_PAREN")
            if depth == 1 and each.token_type.name == "COMMA":
                commas.append(offset)
            if depth == 0:
                if [next_one.token_type.name for next_one in found[place + offset + 1 :][:2]] == ["ALIAS", "L_PAREN"]:
                    break  # a common table expression with its columns
                yield _Call(found[place : place + offset + 1], tuple(commas))
                break


def _change(call: _Call) -> Change | None:
    told, edits = "", list[Edit]()
    match call.name, call.count:
        case key if key in _RENAMED:
            told, edits = _RENAMED[key], [call.at(0, _RENAMED[key])]
        case "sqrt", 1:
            told, edits = "POWER(…, 0.5)", [call.at(0, "POWER"), call.closed(", 0.5)")]
        case "iif", 3:
            words = zip(call.commas, (" THEN ", " ELSE "), strict=True)
            between = [call.up_to_next(place, word) for place, word in words]
            told, edits = "CASE WHEN", [call.opened("CASE WHEN "), *between, call.closed(" END")]
        case "extract" | "date_part" | "datepart", _ if call.calculates:
            return None
        case "extract", 1 if call.unit in _PARTS and call.tokens[3].token_type.name == "FROM":
            told, edits = call.unit.upper(), [call.opened(f"{call.unit.upper()}(", 3)]
        case "date_part" | "datepart", 2 if call.unit in _PARTS and call.commas == (3,):
            told, edits = call.unit.upper(), [call.opened(f"{call.unit.upper()}(", 3)]
        case "date_trunc", 2 if call.unit in {"day", *_TRUNCATED} and call.commas == (3,):
            told, edits = _truncated(call)
    if not edits:
        return None
    return Change(_lacking(call.name), f"{call.name.upper()} → {told}", tuple(edits))


def _truncated(call: _Call) -> tuple[str, list[Edit]]:
    """The first day of the period: as a date, so that it compares as one."""
    if call.unit == "day":
        return "DATE", [call.opened("DATE(", 3)]
    pattern = _TRUNCATED[call.unit]
    told = f"DATE(DATE_FORMAT(…, '{pattern}'))"
    return told, [call.opened("DATE(DATE_FORMAT(", 3), call.closed(f", '{pattern}'))")]


def _lacking(name: str) -> Problem:
    return Problem(f"Domo's SQL has no {name.upper()}.", DOMO_WAY.get(name, "Write IFNULL(value, other)."))


def _unheard(reading: Reading) -> Iterator[Doubt]:
    """Functions that Domo does not list: it may have them."""
    from sqlglot import exp

    nodes: Iterable[exp.Expr] = reading.tree.find_all(exp.Func)
    for name in dict.fromkeys(reading.written(node).casefold() for node in nodes):
        if name and name not in DOMO_HAS and name not in DOMO_WAY:
            yield Doubt(f"Domo does not list the function {foreign(name.upper(), 40)}.")
