"""Words of questions and of names: cut, brought to one form, and how near two of them are. English; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import punctuation

from domo_mcp.catalog.thesaurus import ALIKE, ASKED, SHORT

# fmt: off
_STOP = frozenset(
    {
        "a", "about", "all", "also", "am", "among", "an", "and", "any", "are", "as", "at", "average", "be", "been",
        "both", "but", "by", "can", "compare", "could", "count", "did", "different", "distinct", "do", "does", "each",
        "either", "ever", "every", "find", "for", "from", "get", "give", "had", "has", "have", "having", "he", "her",
        "his", "how", "i", "if", "in", "into", "is", "it", "its", "last", "least", "list", "many", "max", "me", "min",
        "month", "months", "more", "most", "much", "my", "no", "not", "number", "of", "on", "one", "only", "or",
        "other", "our", "over", "per", "please", "quarter", "s", "she", "should", "show", "since", "some", "sum", "t",
        "tell", "than", "that", "the", "their", "them", "there", "these", "they", "this", "those", "to", "top",
        "total", "us", "was", "we", "week", "weeks", "were", "what", "when", "where", "which", "who", "whose", "why",
        "will", "with", "would", "year", "years", "you", "your",
    }
)
_IRREGULAR = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "feet": "foot", "bought": "buy",
    "sold": "sell", "sale": "sell", "paid": "pay", "spent": "spend", "left": "leave", "born": "birth", "won": "win",
    "held": "hold", "built": "build", "made": "make", "taught": "teach", "sent": "send", "wrote": "write",
    "written": "write", "flew": "fly", "flown": "fly", "flight": "fly", "died": "die", "dead": "die", "death": "die",
    "began": "begin", "begun": "begin", "ran": "run", "grew": "grow", "growth": "grow", "lost": "lose",
    "loss": "lose", "met": "meet", "chosen": "choose", "choice": "choose", "best": "good",
    "better": "good", "worst": "bad", "worse": "bad",
}
# fmt: on
_SAME, _FORM, _ALIKE, _SHORT, _PART, _NEAR, _HINT = 1.0, 0.9, 0.5, 0.6, 0.6, 0.5, 0.3
"""What a word of a name counts: as asked, another form of it, a synonym, an abbreviation, a compound with it, one that
begins like it, and what a question word asks for."""

_HUMP = re.compile(r"(?=[A-Z])(?:(?<=[a-z\d])|(?<=[A-Z])(?=[A-Z][a-z]))")
_MORE_SIGNS = "\u2018\u2019\u201c\u201d\u00ab\u00bb\u2013\u2014\u2026\u00b7\u2022\u00b4\u00bf\u00a1\u00b0\u20ac\u00a3"
_SIGNS = str.maketrans(dict.fromkeys(punctuation + _MORE_SIGNS, " "))
_ENDINGS = {
    "ions": 5, "ion": 5, "als": 5, "al": 5, "ment": 4, "ness": 4, "ance": 4, "ence": 4, "ity": 4, "ee": 4, "ly": 4,
    "y": 4, "iest": 3, "ier": 3, "ied": 3, "ing": 3, "est": 3, "ed": 3, "er": 3, "or": 3, "e": 3,
}  # fmt: skip
"""What a stem does without, and how many letters have to be left."""

_ANY_ENDING = tuple(_ENDINGS)


def words(text: str) -> list[str]:
    """The words of a text as they stand, in lower case, its camelCase taken apart."""
    plain = text if text.islower() or text.istitle() else _HUMP.sub(" ", text)
    return plain.casefold().translate(_SIGNS).split()


def phrases(text: str, most: int = 4) -> frozenset[str]:
    """What a text says in up to `most` words that stand together, unless none of them may name data."""
    said = words(text)
    runs = (said[start : start + length] for length in range(1, most + 1) for start in range(len(said)))
    return frozenset(" ".join(run) for run in runs if any(map(_tells, run)))


def _tells(word: str) -> bool:
    return word not in _STOP and not word.isdigit()


def keywords(question: str) -> frozenset[str]:
    """The words of a question that may name data, each in its singular."""
    return frozenset(singular(word) for word in words(question) if _tells(word))


def hints(question: str) -> frozenset[str]:
    """Words of the columns that question words ask for: a name for "who", a date for "when"."""
    said = frozenset(words(question))
    return frozenset(word for asking, names in ASKED.items() if asking in said for word in names)


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of a noun, near enough to compare."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """What the forms of a word share: manager, manages and managing agree."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return _cut_short(_cut_short(word))


def _cut_short(word: str) -> str:
    """A word without its ending, and without the second of two letters that stood before it."""
    if not word.endswith(_ANY_ENDING):
        return word
    for ending, least in _ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "aeious" else word
    return word


def _grouped(groups: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """For each word's stem those of the words that mean about the same."""
    others: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        stems = {stem(singular(word)) for word in group.split()}
        for each in stems:
            others[each] |= stems - {each}
    return {word: frozenset(alike) for word, alike in others.items()}


_MEANT = _grouped(ALIKE)
_SHORTENED = _grouped(SHORT)


class Vocabulary:
    """The words that some names are made of."""

    def __init__(self, told: Iterable[str]) -> None:
        self._singular = {word: singular(word) for word in told}
        self._told = frozenset(self._singular.values())
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for word in self._told:
            self._by_start[word[:2]].append(word)

    def near(self, asked: str) -> dict[str, float]:
        """The words, in the singular, that may mean what is asked, and how much each counts, from 0 to 1."""
        root = stem(asked)
        found = dict.fromkeys(self._forms([root]), _FORM)
        _add(found, self._forms(_SHORTENED.get(root, ())), _SHORT)
        _add(found, self._forms(_MEANT.get(root, ())), _ALIKE)
        if len(asked) > 3:
            _add(found, [word for word in self._told if word.endswith(asked)], _PART)
        for word in self._by_start.get(asked[:2], ()):
            if word.startswith(asked[:3]):
                _add(found, [word], _likeness(asked, word))
        return {**found, asked: _SAME} if asked in self._told else found

    def hinted(self, asked: str) -> dict[str, float]:
        """The words of names that are what a question word asks for."""
        return dict.fromkeys(self._forms([stem(asked)]), _HINT)

    def written(self, meant: frozenset[str]) -> dict[str, str]:
        """The words as they are written whose singular is one of `meant`, with it."""
        return {word: one for word, one in self._singular.items() if one in meant}

    def _forms(self, stems: Iterable[str]) -> list[str]:
        """The words that have one of the stems: few are cut, since a stem begins as its word does, but for some."""
        unlike = self._told.intersection(_IRREGULAR)
        return [word for each in stems for word in (*self._by_start.get(each[:2], ()), *unlike) if stem(word) == each]


def _add(found: dict[str, float], told: Iterable[str], worth: float) -> None:
    for word in told:
        if worth > found.get(word, 0.0):
            found[word] = worth


@lru_cache(maxsize=50_000)
def _likeness(asked: str, told: str) -> float:
    """How near two words are that begin alike: one is cut short or goes on, or their stems are."""
    shorter, longer = sorted((asked, told), key=len)
    if longer.startswith(shorter) and len(shorter) >= (3 if shorter == told else 4):
        return _PART
    shorter, longer = sorted((stem(asked), stem(told)), key=len)
    return _NEAR if len(shorter) >= 6 and longer.startswith(shorter) else 0.0
