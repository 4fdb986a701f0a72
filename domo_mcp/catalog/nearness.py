"""Which names somebody may have meant by one that nothing has. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from domo_mcp.catalog.words import words

_ALIKE, _ALIKE_WORDS = 0.6, 0.75
_SHORTEST_WORD = 3


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like `name`, case aside: by their letters, else by words alike; none where none is."""
    by_fold = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=most, cutoff=_ALIKE)
    wanted = {word for word in words(name) if len(word) >= _SHORTEST_WORD}
    shared = {fold: _shared(wanted, words(by_fold[fold])) for fold in by_fold if fold not in close}
    by_words = sorted((fold for fold, count in shared.items() if count), key=lambda fold: -shared[fold])
    return [by_fold[fold] for fold in (close + by_words)[:most]]


def _shared(wanted: set[str], there: list[str]) -> int:
    """How many words somebody wrote are there, or one letter or two beside."""
    return sum(bool(difflib.get_close_matches(word, there, n=1, cutoff=_ALIKE_WORDS)) for word in wanted)
