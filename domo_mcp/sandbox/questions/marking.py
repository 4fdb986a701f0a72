"""A question's words -> marks: each keyword, period, number, name and value, longest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from domo_mcp.sandbox.questions.keywords import KEYWORDS, LONGEST, WORDS, Keyword, Kind
from domo_mcp.sandbox.questions.lexicon import Lexicon
from domo_mcp.sandbox.questions.linking import Ambiguous, Happened, Link, Named, Titled, Valued
from domo_mcp.sandbox.questions.periods import Period, period_at
from domo_mcp.sandbox.questions.spelling import corrected
from domo_mcp.sandbox.questions.thesaurus import LONGEST_MEANT, MEANT, MEANT_VERBS
from domo_mcp.sandbox.questions.words import Token, root, tokens

_CURRENCIES = {"euro", "euros", "eur", "dollar", "dollars", "usd", "pound", "pounds", "gbp"}
_PLURALS = {"people", "staff", "personnel"}
_DOERS = {"by", "to", "for", "under"}
_TIMES = {"second", "minute", "hour"}
_PERCENT = {"%", "percent"}
_HOLDING = {"with", "have", "has", "had", "having", "used", "use", "uses", "using", "carry", "carries", "carried"}
_TO_DATE = ("to date", "so far", "ytd", "qtd", "mtd")
_ARTICLES = {"a", "an", "any", "the", "some"}


@dataclass(frozen=True)
class Number:
    """A number that is no year and no part of a name; `20 %` is a percentage."""

    value: Decimal
    text: str
    percent: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Timed:
    """A time expression."""

    period: Period
    text: str
    is_over: bool = True


@dataclass(frozen=True)
class Unknown:
    """A word that means nothing here."""

    text: str


Mark = Keyword | Number | Timed | Named | Valued | Happened | Ambiguous | Titled | Unknown


Spoken = tuple[tuple[tuple[Mark, int], ...], ...]


def spoken(words: tuple[Token, ...], today: date) -> Spoken:
    """Return, for each word, the keyword and the period that begin there, with their lengths: true of any schema."""
    found = ((_keyword(words[at:]), _timed(words[at:], today)) for at in range(len(words)))
    return tuple(tuple(mark for mark in pair if mark) for pair in found)


def marks(
    words: tuple[Token, ...], common: Spoken, lexicon: Lexicon, familiar: frozenset[str] = frozenset()
) -> tuple[Mark, ...]:
    """Read the words from left to right, each time the longest expression that means something; drop fillers.

    `familiar` are words that mean something in some schema, so that no other word can be meant by them.
    """
    found: list[Mark] = []
    at, beside, held = 0, False, ""  # beside: whether the last mark ends right here
    while at < len(words):
        mark, length = _longest(words[at:], common[at], lexicon, found, familiar)
        at += length
        if isinstance(mark, Keyword) and mark.kind is Kind.FILLER:
            beside = False
            held = held if mark.text in _ARTICLES else mark.text if mark.text in _HOLDING else ""
            continue
        if held and isinstance(mark, Named):
            mark = replace(mark, held=held)
        held = ""
        if beside and _is_compound(found[-1], mark, lexicon):
            found.pop()
        found.append(mark)
        beside = True
        if isinstance(mark, Number):
            at += _unit(words[at:], found, lexicon)
    return tuple(found)


def _unit(words: tuple[Token, ...], found: list[Mark], lexicon: Lexicon) -> int:
    """Take the currency, the unit of time or the `%` after a number; return how many words it has."""
    unit = words[0].word if words else ""
    number = found[-1]
    if words and words[0].singular in _TIMES and _compares(found[:-1]) and lexicon.match(words[:1]) is None:
        found[-1] = replace(number, unit=words[0].singular) if isinstance(number, Number) else number
        return 1
    if unit in _PERCENT and isinstance(number, Number):
        found[-1] = replace(number, percent=True)
    return int(unit in _CURRENCIES or unit in _PERCENT)


def _is_compound(first: Mark, mark: Mark, lexicon: Lexicon) -> bool:
    """Whether the first of two names only says whose the second is: `customer country`, `order revenue`."""
    if not (isinstance(first, Named) and isinstance(mark, Named) and mark.columns) or first.is_plural or mark.is_row:
        return False
    if mark.text.casefold().split()[-1] in _DOERS:
        return False  # `employees managed by` is no compound
    is_owner = first.is_row or lexicon.describes(mark.column, first.text)
    return is_owner and not set(first.columns) & set(mark.columns)


def _compares(found: list[Mark]) -> bool:
    """Whether a number must come next, so that 2000 is no year."""
    match found:
        case [*_, Keyword(kind=Kind.TREND), Keyword(text="over")]:
            return False  # `how did revenue develop over 2025`
        case [*_, Keyword(kind=Kind.COMPARE | Kind.BETWEEN)]:
            return True
        case [*_, Number(), Keyword(kind=Kind.JOIN)]:
            return True
    return False


def _longest(
    words: tuple[Token, ...],
    common: tuple[tuple[Mark, int], ...],
    lexicon: Lexicon,
    found: list[Mark],
    familiar: frozenset[str],
) -> tuple[Mark, int]:
    number = words[0].number
    if number is not None and _compares(found):
        return Number(number, words[0].text), 1
    is_range = words[0].word == "between" and len(words) > 1 and words[1].number is not None
    if is_range and found and _is_number(found[-1]) and not any(map(_is_change, found)):
        common = tuple(c for c in common if not isinstance(c[0], Timed))  # between 2000 and 2100 are no years then
    candidates = [c for c in (*common, _linked(words, lexicon)) if c]
    if (other := _meant(words, lexicon)) and other[1] > max((c[1] for c in candidates), default=0):
        candidates = [other]
    is_strange = number is None and familiar.isdisjoint({words[0].word, words[0].singular})
    if not candidates and is_strange and (spelt := _misspelt(words, lexicon)):
        candidates = [spelt]
    if candidates:
        return max(candidates, key=lambda c: (c[1], isinstance(c[0], Named), _is_value_within(c[0], found)))
    return (Unknown(words[0].text) if number is None else Number(number, words[0].text)), 1


def _is_value_within(mark: Mark, found: list[Mark]) -> bool:
    """Whether a value may win over a keyword: `display` begins a question as a verb, and is a channel within one."""
    return isinstance(mark, Valued) and bool(found) and mark.text.casefold() in {"display", "direct"}


def _is_change(mark: Mark) -> bool:
    return isinstance(mark, Keyword) and mark.kind is Kind.CHANGE


def _is_number(mark: Mark) -> bool:
    return isinstance(mark, Named) and mark.columns != () and mark.column.is_number


def _keyword(words: tuple[Token, ...]) -> tuple[Mark, int] | None:
    for length in range(min(LONGEST, len(words)), 0, -1):
        if keyword := KEYWORDS.get(tuple(t.word for t in words[:length])):
            return keyword, length
    return None


def _timed(words: tuple[Token, ...], today: date) -> tuple[Mark, int] | None:
    found = period_at([t.word for t in words], today)
    if not found:
        return None
    period, length = found
    text = _text(words[:length])
    is_cut = period.end == today + timedelta(days=1) and any(said in text.casefold() for said in _TO_DATE)
    is_over = period.end is not None and (period.end <= today or is_cut)
    return Timed(period, text, is_over), length


def _linked(words: tuple[Token, ...], lexicon: Lexicon) -> tuple[Mark, int] | None:
    for length in range(min(lexicon.longest, len(words)), 0, -1):
        if link := lexicon.match(words[:length]):
            return link, length
    return None


def _meant(words: tuple[Token, ...], lexicon: Lexicon) -> tuple[Mark, int] | None:
    """Find what these words mean under another name of the same thing."""
    for length in range(min(LONGEST_MEANT, len(words)), 0, -1):
        for form in (tuple(t.singular for t in words[:length]), tuple(t.word for t in words[:length])):
            for other in MEANT.get(form, ()):
                if link := lexicon.match(tokens(other)):
                    return _renamed(link, words[:length]), length
    verb = None if words[0].word.endswith("ing") else MEANT_VERBS.get(root(words[0].word))  # who is leaving: not yet
    link = lexicon.match(tokens(verb)) if verb else None
    return (_renamed(link, words[:1]), 1) if isinstance(link, Happened) else None


def _renamed(link: Link, words: tuple[Token, ...]) -> Link:
    if not isinstance(link, Named):
        return replace(link, text=_text(words))
    last = words[-1]
    return replace(link, text=_text(words), is_plural=last.word != last.singular or last.word in _PLURALS)


def _misspelt(words: tuple[Token, ...], lexicon: Lexicon) -> tuple[Mark, int] | None:
    """Read a word as the one that it clearly misspells."""
    meant = corrected(words[0].word, lexicon.words | WORDS)
    if meant is None:
        return None
    spelt = (*tokens(meant), *words[1:])
    found = [c for c in (_linked(spelt, lexicon), _meant(spelt, lexicon), _keyword(spelt)) if c]
    return max(found, key=lambda c: c[1], default=None)


def _text(words: tuple[Token, ...]) -> str:
    return " ".join(t.text for t in words)
