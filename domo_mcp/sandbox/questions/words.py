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
_IRREGULAR = {
    "left": "leave",
    "sold": "sell",
    "began": "begin",
    "people": "person",
    "bought": "buy",
    "spent": "spend",
    "sent": "send",
    "paid": "pay",
    "won": "win",
    "shipment": "ship",
}
_SPELLED = (
    (r"\bcannot\b", "can not"),
    (r"\bwhats\b", "what"),
    (r"'ll\b", " will"),
    (r"'(?:d|ve|re|m)\b", " "),
    (r"\bthru\b", "through"),
    (r"(?<=\w)\s*&\s*(?=\w)", " and "),
    (r"\bi\.e\.|\be\.g\.", " "),
    (r"(?<=\d)\+(?!\w)", " or more"),
    (r"\bun(?=(?:resolved|solved|shipped|delivered|dispatched|subscribed|returned|completed|closed)\b)", "not "),
    (r"\b(?:a|one) million\b", "1m"),
    (r"(?<=\d) ?(?:million|mio)\b", "m"),
    (r"(?<=\d) ?thousand\b", "k"),
    (r"\bnegative (\w+)", r"\1 below 0"),
    (r"\bb2b\b", "business"),
    (r"\bb2c\b", "consumer"),
    (r"\bvalued at(?= (?:at|over|more|above|less|under|below)\b)", "worth"),
    (r"\bonce\b", "1 times"),
    (r"\btwice\b", "2 times"),
    (r"\bout of stock\b", "with stock exactly 0"),
    (r"\bhead ?counts?\b", "number of employees"),
    (r"\bclick(?:[- ]?through)?[- ]rates?\b|\bCTR\b", "clicks per impression"),
    (r"\bratio (?:of|between) ((?:\w+ ){0,2}?\w+) (?:to|and) (?=\w)", r"\1 per "),
    (r"\b(\w+)[- ]to[- ](\w+)[- ]ratio\b", r"\1 per \2"),
    (r"\b[\w-]+ \(([^()]* (?:minus|times|divided by|multiplied by) [^()]*)\)", r"\1"),  # a word and what it means
    (r"^\W*for (?:\S+ ){0,4}?(?:review|meeting|report|presentation|deck|slides?|update),? (?=i |we |please )", ""),
)


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
    for pattern, spelling in _SPELLED:
        plain = re.sub(pattern, spelling, plain, flags=re.IGNORECASE)
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
    stem = re.sub(r"(?<=\w{3})(ation|ing|ed|e)$|(?<=\w{5}t)ion$", "", stem)
    return re.sub(r"([^aeious])\1$", r"\1", stem)


def quoted(names: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Return names as a sentence lists them, in backticks."""
    marked = [f"`{name}`" for name in names]
    return f" {last} ".join(filter(None, [", ".join(marked[:-1]), *marked[-1:]]))
