"""Which datasets matter to a question: words that names, columns, meanings and the question share. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# fmt: off
_STOP = frozenset(
    {
        "a", "about", "all", "an", "and", "are", "as", "at", "average", "be", "been", "by", "can", "compare",
        "count", "did", "do", "does", "each", "every", "find", "for", "from", "get", "give", "had", "has",
        "have", "how", "i", "in", "is", "it", "its", "last", "list", "many", "max", "me", "min", "month",
        "months", "most", "much", "my", "number", "of", "on", "one", "or", "our", "over", "per", "quarter",
        "show", "since", "sum", "tell", "than", "that", "the", "their", "there", "these", "they", "this", "to",
        "top", "total", "us", "was", "we", "week", "weeks", "were", "what", "when", "where", "which", "who",
        "why", "will", "with", "year", "years",
    }
)
# fmt: on
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAME, _COLUMN, _MEANING, _DESCRIPTION = 4.0, 3.0, 1.5, 1.0
_AS_LIKELY = 0.9


@dataclass(frozen=True)
class Candidate:
    """What ranking looks at; `columns` are pairs of name and meaning (description and synonyms)."""

    id: str
    name: str
    description: str
    columns: tuple[tuple[str, str], ...]
    cards: int
    rows: int


@dataclass(frozen=True)
class Ranked:
    """A candidate's place: `score` grows with shared words, `matched` are the question's words that it knows."""

    id: str
    name: str
    score: float
    matched: frozenset[str]


def keywords(question: str) -> frozenset[str]:
    """The words of a question that may name data."""
    return frozenset(word for word in words(question) if word not in _STOP and not word.isdigit())


def rank(question: str, candidates: Sequence[Candidate]) -> list[Ranked]:
    """The candidates, best first; words that few candidates know weigh more, and use of a dataset settles near ties."""
    asked = keywords(question)
    known = [_known(candidate) for candidate in candidates]
    spread = {word: sum(word in told for told in known) for word in asked}
    ranked = [
        _ranked(candidate, asked, told, spread, len(candidates))
        for candidate, told in zip(candidates, known, strict=True)
    ]
    return sorted(ranked, key=lambda entry: (-entry.score, entry.name, entry.id))


def as_likely(ranked: Sequence[Ranked]) -> bool:
    """Whether the first two are about as likely, so that choosing one would be a guess."""
    return len(ranked) > 1 and ranked[0].score > 0 and ranked[1].score >= _AS_LIKELY * ranked[0].score


def _ranked(
    candidate: Candidate, asked: frozenset[str], known: Mapping[str, float], spread: Mapping[str, int], total: int
) -> Ranked:
    matched = frozenset(word for word in asked if word in known)
    shared = sum(known[word] * math.log(1 + total / spread[word]) for word in matched)
    use = 0.15 * min(1.0, candidate.cards / 5) + 0.05 * min(1.0, math.log10(1 + candidate.rows) / 6)
    return Ranked(candidate.id, candidate.name, shared * (1 + use), matched)


@lru_cache(maxsize=2000)
def _known(candidate: Candidate) -> Mapping[str, float]:
    """The words that tell about a candidate, each at its best weight."""
    return {
        **dict.fromkeys(words(candidate.description), _DESCRIPTION),
        **dict.fromkeys(words(" ".join(meaning for _, meaning in candidate.columns)), _MEANING),
        **dict.fromkeys(words(" ".join(name for name, _ in candidate.columns)), _COLUMN),
        **dict.fromkeys(words(candidate.name), _NAME),
    }


def words(text: str) -> frozenset[str]:
    """The words of a text, each in its singular."""
    return frozenset(_singular(word) for word in set(re.findall(r"[^\W_]+", _HUMP.sub(" ", text).casefold())))


@lru_cache(maxsize=20_000)
def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
