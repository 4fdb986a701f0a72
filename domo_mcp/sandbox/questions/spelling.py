"""Words that are one slip of the hand from exactly one word that means something: proft, departement, Germnay."""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 5  # shorter words have too many neighbours: sale and sole
_SAFE = 8  # so long that another letter instead of one is a slip as well


def corrected(word: str, known: Iterable[str]) -> str | None:
    """The one known word that `word` misspells; None where it is short, or where there are several."""
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    found = {each for each in known if each[:1] == word[:1] and len(each) >= _SHORTEST and _is_slip(word, each)}
    return found.pop() if len(found) == 1 else None


def _is_slip(word: str, meant: str) -> bool:
    """Whether a letter is missing, doubled, too much or in its neighbour's place; in long words also another one."""
    if abs(len(word) - len(meant)) > 1 or word == meant:
        return False
    at = next(
        (i for i, pair in enumerate(zip(word, meant, strict=False)) if pair[0] != pair[1]), min(len(word), len(meant))
    )
    if len(word) != len(meant):
        longer, shorter = sorted((word, meant), key=len, reverse=True)
        return longer[at + 1 :] == shorter[at:] and not (longer[:-1] == shorter and longer[-1] in "sdry")
    swapped = word[at : at + 2] == meant[at : at + 2][::-1] and word[at + 2 :] == meant[at + 2 :]
    return swapped or (len(word) >= _SAFE and word[at + 1 :] == meant[at + 1 :])
