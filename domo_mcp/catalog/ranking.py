"""Which datasets matter to a question: words that names, columns, meanings, values and the question share. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domo_mcp.catalog.words import Vocabulary, hints, keywords, phrases, words

__all__ = ["Candidate", "Ranked", "as_likely", "keywords", "named_first", "rank"]

_NAME, _WHOLE_NAME, _COLUMN, _VALUE, _MEANING, _DESCRIPTION = 2.8, 1.2, 2.5, 2.5, 1.5, 1.0
"""What a word counts by where it stands; in a dataset's name the more, the fewer other words are in it."""

_AS_LIKELY = 0.9


@dataclass(frozen=True)
class Candidate:
    """What ranking looks at; `columns` are pairs of name and meaning (description and synonyms).

    `values` are texts that are known to stand in its columns: a question that says one may be about it.
    """

    id: str
    name: str
    description: str
    columns: tuple[tuple[str, str], ...]
    cards: int
    rows: int
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """A candidate's place: `score` grows with shared words, `matched` are the question's words that it knows.

    `use` grows with cards and rows: it decides between equals.
    """

    id: str
    name: str
    score: float
    matched: frozenset[str]
    use: float = 0.0


def rank(question: str, candidates: Sequence[Candidate]) -> list[Ranked]:
    """The candidates, best first; words that few candidates know weigh more, and use of a dataset settles near ties."""
    told = [_told(candidate) for candidate in candidates]
    asking = _Asking(question, frozenset[str]().union(*(part for each in told for part, _ in each.parts)))
    known = _rarest_most([asking.known(each.parts) for each in told])
    said = phrases(question)
    values = _rarest_most([dict.fromkeys(said & each.values, _VALUE) for each in told])
    ranked = [
        _ranked(candidate, asking.score(about), found)
        for candidate, about, found in zip(candidates, known, values, strict=True)
    ]
    return sorted(ranked, key=lambda entry: (-entry.score, -entry.use, entry.name, entry.id))


def _rarest_most(known: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """What each candidate knows, weighing the more the fewer know it."""
    spread = Counter(word for weights in known for word in weights)
    rarity = {word: math.log(1 + len(known) / count) for word, count in spread.items()}
    return [{word: weight * rarity[word] for word, weight in weights.items()} for weights in known]


def named_first(question: str, names: Sequence[str]) -> list[int]:
    """The places of names, those that share most with the question first; else in the order given."""
    parts = [frozenset(words(name)) for name in names]
    asking = _Asking(question, frozenset[str]().union(*parts))

    def shared(place: int) -> float:
        return asking.score(asking.known([(parts[place], 1.0)]))[0] / (1 + 0.1 * len(parts[place]))

    return sorted(range(len(names)), key=lambda place: -shared(place))


def as_likely(ranked: Sequence[Ranked]) -> bool:
    """Whether the first two are about as likely, so that choosing one would be a guess."""
    return len(ranked) > 1 and ranked[0].score > 0 and ranked[1].score >= _AS_LIKELY * ranked[0].score


class _Asking:
    """A question over a vocabulary: for each word asked the words told that may mean it."""

    def __init__(self, question: str, told: frozenset[str]) -> None:
        vocabulary = Vocabulary(told)
        self._near = {word: vocabulary.near(word) for word in keywords(question)}
        self._hinted = [vocabulary.hinted(word) for word in hints(question)]
        meant = frozenset[str]().union(*self._near.values(), *self._hinted)
        self._written = vocabulary.written(meant)
        self._matter = frozenset(self._written)

    def known(self, told: Iterable[tuple[frozenset[str], float]]) -> dict[str, float]:
        """Of words told, those of the best weight first, the ones that matter, in the singular."""
        known: dict[str, float] = {}
        for part, weight in told:
            for word in part & self._matter:
                known.setdefault(self._written[word], weight)
        return known

    def score(self, known: Mapping[str, float]) -> tuple[float, frozenset[str]]:
        """For each word asked the best of those known that may mean it: their sum, and the words asked with one."""
        if not known:
            return 0.0, frozenset()
        best = {asked: _best(known, near) for asked, near in self._near.items()}
        total = sum(best.values()) + sum(_best(known, near) for near in self._hinted)
        return total, frozenset(asked for asked, worth in best.items() if worth)


def _best(known: Mapping[str, float], near: Mapping[str, float]) -> float:
    return max([weight * near[word] for word, weight in known.items() if word in near], default=0.0)


def _ranked(candidate: Candidate, scored: tuple[float, frozenset[str]], values: Mapping[str, float]) -> Ranked:
    use = 0.15 * min(1.0, candidate.cards / 5) + 0.05 * min(1.0, math.log10(1 + candidate.rows) / 6)
    score = scored[0] + sum(values.values())
    return Ranked(candidate.id, candidate.name, score * (1 + use), scored[1].union(*map(keywords, values)), use)


@dataclass(frozen=True)
class _Told:
    """What is told of a candidate: words with their weight by where they stand, best first, and values."""

    parts: tuple[tuple[frozenset[str], float], ...]
    values: frozenset[str]


@lru_cache(maxsize=2000)
def _told(candidate: Candidate) -> _Told:
    name = frozenset(words(candidate.name))
    columns, meanings = zip(*candidate.columns, strict=True) if candidate.columns else ((), ())
    parts = (
        (name, _NAME + _WHOLE_NAME / max(1, len(name))),
        (frozenset(words("\n".join(columns))), _COLUMN),
        (frozenset(words("\n".join(meanings))), _MEANING),
        (frozenset(words(candidate.description)), _DESCRIPTION),
    )
    return _Told(parts, frozenset(" ".join(words(value)) for value in candidate.values))
