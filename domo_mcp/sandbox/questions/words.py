"""Words of a question and of names, cut and brought to one form so that they can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}\b)|(?P<number>(?:(?<!\w)-)?[$€£]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d+)?(?:[km]\b)?)"
    r"|(?P<word>[^\W\d_]+\d*)|(?P<sign>>=|<=|<>|!=|[<>=%,])",
    re.IGNORECASE,
)
_COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_SCALES = {"k": 1_000, "m": 1_000_000}
_IRREGULAR = {"left": "leave", "sold": "sell", "began": "begin", "people": "person", "bought": "buy"}


@dataclass(frozen=True)
class Token:
    """One word, number or sign: as written, in lower case, and in the singular."""

    text: str
    word: str
    singular: str

    @property
    def number(self) -> Decimal | None:
        """The number it stands for, if any: `1,000`, `2.5k`, `$500` and `five` are understood."""
        if self.word in _COUNTED:
            return Decimal(_COUNTED.index(self.word))
        match = re.fullmatch(r"(-?)[$€£]?(\d[\d,]*(?:\.\d+)?|\.\d+)([km]?)", self.word)
        return Decimal(match[1] + match[2].replace(",", "")) * _SCALES.get(match[3], 1) if match else None


def tokens(text: str) -> tuple[Token, ...]:
    """Cut a text; possessives, quotes and other punctuation fall away, commas between words stay."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("n't", " not")
    plain = re.sub(r"'s\b", "", plain)
    plain = re.sub(r"\bcannot\b", "can not", plain)
    found = (match.group() for match in _TOKEN.finditer(plain))
    return tuple(Token(text, text.casefold(), singular(text.casefold())) for text in found)


def phrase(text: str) -> tuple[str, ...]:
    """Return the form under which a name is looked up: its words in the singular, without commas."""
    return tuple(token.singular for token in tokens(text) if token.word != ",")


def singular(word: str) -> str:
    """Return an English noun's singular, near enough to compare two spellings of one name."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def plural(name: str) -> str:
    """Return a name's plural, for headings."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


@lru_cache(maxsize=4096)
def root(word: str) -> str:
    """Return what a verb's forms share: ship, ships, shipped and shipping agree."""
    stem = _IRREGULAR.get(word, singular(word))
    stem = re.sub(r"(?<=\w{3})(ing|ed|e)$", "", stem)
    return re.sub(r"([^aeious])\1$", r"\1", stem)


def quoted(names: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Return names as a sentence lists them, in backticks."""
    marked = [f"`{name}`" for name in names]
    return f" {last} ".join(filter(None, [", ".join(marked[:-1]), *marked[-1:]]))
