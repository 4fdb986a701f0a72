"""The words of questions that name no column and no value: what each asks for."""

from __future__ import annotations

from dataclasses import dataclass

from domo_mcp.sandbox.questions.kinds import Kind
from domo_mcp.sandbox.questions.phrases import PHRASES

__all__ = ["KEYWORDS", "LONGEST", "WORDS", "Keyword", "Kind"]


@dataclass(frozen=True)
class Keyword:
    """A keyword as asked: its kind, what it stands for, and its text."""

    kind: Kind
    stands_for: str
    text: str


KEYWORDS: dict[tuple[str, ...], Keyword] = {
    tuple(text.split()) or (text,): Keyword(kind, stands_for, text)
    for kind, table in PHRASES.items()
    for stands_for, texts in table.items()
    for text in (texts.split(",") if texts != "," else [","])
}
LONGEST = max(map(len, KEYWORDS))
_SPELLED = {Kind.AGGREGATE, Kind.COUNT, Kind.BY, Kind.GRAIN, Kind.RANK, Kind.MOST, Kind.SHARE}
WORDS = frozenset(word for words, keyword in KEYWORDS.items() if keyword.kind in _SPELLED for word in words)
