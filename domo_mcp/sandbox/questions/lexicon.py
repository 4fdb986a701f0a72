"""Every phrase that means something in one schema."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from domo_mcp.sandbox.questions.linking import (
    AMOUNTS,
    BEGINNINGS,
    ROWS,
    Ambiguous,
    Happened,
    Link,
    Named,
    Titled,
    Valued,
    beginning,
    qualifier,
    row_key,
    row_nouns,
    row_thing,
)
from domo_mcp.sandbox.questions.schema import Column, Schema
from domo_mcp.sandbox.questions.words import Token, phrase, root, tokens

_TAILS = {"name", "id", "code", "date", "at", "on", "time", "number", "key", "viewed", "second", "minute", "hour", "%"}
_TRADES = ("bought", "sold", "purchased", "ordered")
_SALES = {("sale",), ("sale", "order"), ("unit", "sold"), ("revenue",)}
_EXACT, _SHORT, _PART, _DESCRIBED = 4, 3, 2, 1
_SMALL_WORDS = {"the", "a", "an", "is", "are", "was", "were"}
_CLAUSE = {
    *("where", "who", "what", "when", "how", "whether", "is", "are", "was", "were", "has", "had"),
    *("came", "come", "left", "brought", "bought", "in", "to"),
}
_ENDED = ("no", "longer")
_FEW = 30  # of more values the words are names, which are not corrected
_SAID = frozenset((*BEGINNINGS, *_TRADES))
_Phrase = tuple[str, ...]


class Lexicon:
    """Every phrase that means something in one schema."""

    def __init__(self, schema: Schema) -> None:
        """Collect the phrases of the columns, of their values and of the table itself."""
        self._columns: dict[_Phrase, dict[Column, int]] = defaultdict(dict)
        self._values: dict[_Phrase, dict[Column, str]] = defaultdict(dict)
        self._verbs: dict[str, dict[Column, str]] = defaultdict(dict)
        self._clauses: dict[_Phrase, Column] = {}
        self._flags: dict[str, Column] = {}
        self._initials: dict[str, _Phrase] = {}
        self._codes: dict[tuple[str, int], dict[Column, str]] = defaultdict(dict)
        self._rows = set(row_nouns(schema))
        for column in schema.columns:
            self._learn(column)
        self._learn_sales(schema)
        self._learn_own(schema)
        self._learn_row(schema)
        self._titles = dict.fromkeys(phrase(schema.name), False) | dict.fromkeys(qualifier(schema), True)
        self._qualifiers = frozenset(map(root, qualifier(schema)))
        self._learn_beginning(schema)
        self._notes = _pairs(schema, self._titles, {word for words in self._columns for word in words})
        self.words = frozenset(self._spelled(schema))
        self.familiar = self.words | {word for words in self._values for word in words} | _SAID
        self.longest = max(6, *map(len, [*self._columns, *self._values, *self._rows]))

    def _spelled(self, schema: Schema) -> Iterator[str]:
        """Yield the words that a question may misspell: those of columns, of the table and of short lists of values."""
        short = (v for c in schema.columns if len(c.values) <= _FEW for v in c.values)
        names = (n for c in schema.columns for n in (c.name, *c.synonyms))
        yield from (word for text in (schema.name, *short, *names) for word in phrase(text))

    def describes(self, column: Column, text: str) -> bool:
        """Whether a column's description says whose it is: `Country of the customer`."""
        return not column.is_date and set(phrase(text)) <= set(phrase(column.description))

    def _learn(self, column: Column) -> None:
        for words, strength in _names(column):
            self._columns[words][column] = max(strength, self._columns[words].get(column, 0))
        for value in column.values:
            if words := phrase(value):
                self._values[words].setdefault(column, value)
                if len(words) == 1 and words[0].endswith("ed"):  # `returns` mean Returned, but `opened` is not Open
                    self._verbs[root(words[0])].setdefault(column, value)
            self._learn_code(column, value)
        self._learn_nouns(column)
        if column.is_date:
            for verb in (phrase(column.name)[0], *_verbs(column)):
                self._verbs[root(verb)].setdefault(column, "")
        self._learn_flag(column)
        for name in (*(column.values if len(column.values) <= _FEW else ()), column.name):
            if 2 < len(words := phrase(name)) < 5:
                self._initials.setdefault("".join(word[0] for word in words), words)

    def _learn_flag(self, column: Column) -> None:
        """Learn the verbs of a flag, and what its description says: `1 when the visit ended in an order`."""
        if column.flag is None:
            return
        self._flags |= {root(w[0]): column for w in map(phrase, (column.name, *column.synonyms)) if len(w) == 1}
        if clause := re.search(r"\b(?:when|if) (?:the )?\w+ ([^,;.]+)", column.description):
            self._clauses[_roots(tokens(clause[1]))] = column
            self._learn_ended(column, tuple(word for word in phrase(clause[1]) if word not in _SMALL_WORDS))

    def _learn_nouns(self, column: Column) -> None:
        """Learn values with what they are: the `Apparel line` of a `product line`."""
        nouns = {words[-1] for words in map(phrase, (column.name, *column.synonyms)) if len(words) > 1} - _TAILS
        for value in column.values if len(column.values) <= _FEW else ():
            for noun in nouns:
                self._values[(*phrase(value), noun)].setdefault(column, value)

    def _learn_ended(self, column: Column, said: _Phrase) -> None:
        """Learn that what is `no longer sold` is not `still sold`."""
        other = [value for value in column.values if value != column.flag]
        if said[:2] == _ENDED and len(other) == 1:
            for still in (("still",), ("still", "being")):
                self._values[(*still, *said[2:])].setdefault(column, other[0])

    def _learn_code(self, column: Column, value: str) -> None:
        """Learn what the identifiers of a column look like: not all of them are known values."""
        if match := re.fullmatch(r"([A-Za-z]+)-(\d+)", value):
            self._codes[match[1].casefold(), len(match[2])].setdefault(column, match[1])

    def _learn_row(self, schema: Schema) -> None:
        """Let `ids` and `names` be those of the rows, where nothing else is called so."""
        if key := row_key(schema):
            for word in ("id", "ids", "identifier"):
                self._columns[(word,)].setdefault(key, _PART)
        if (thing := row_thing(schema)) and ("name",) not in self._columns:
            self._columns[("name",)].setdefault(thing.column, _PART)

    def _learn_own(self, schema: Schema) -> None:
        """Let `cost of marketing` be the cost in a table `Marketing Campaigns`."""
        title = set(phrase(schema.name))
        for column in (c for c in schema.columns if c.is_number):
            for words in map(phrase, column.synonyms):
                if len(words) == 3 and words[1] == "of" and words[2] in title and words[:1] not in self._columns:
                    self._columns[words[:1]][column] = _SHORT

    def _learn_sales(self, schema: Schema) -> None:
        """Let the sales of a table `Store Sales` be its amount: they are not counted in rows."""
        self._rows -= {words for words in self._rows if words[-1] == "sale"}
        amounts = [
            c for c in schema.columns if c.is_number and not c.formula and not AMOUNTS.isdisjoint(phrase(c.name))
        ]
        if phrase(schema.name)[-1:] == ("sale",) and len(amounts) == 1:
            self._columns[("sale",)].setdefault(amounts[0], _SHORT)

    def _learn_beginning(self, schema: Schema) -> None:
        """Let the verbs by which a row comes to be mean its date: opened a ticket, bought an order."""
        if (column := beginning(schema)) is None:
            return
        verbs = BEGINNINGS + (_TRADES if _SALES & (self._columns.keys() | self._rows) else ())
        for verb in (v for v in verbs if root(v) not in self._verbs):
            self._verbs[root(verb)].setdefault(column, "")

    def match(self, said: tuple[Token, ...]) -> Link | None:
        """Return what exactly these words mean, if anything."""
        words, text = tuple(t.singular for t in said), " ".join(t.text for t in said)
        if len(said) == 1 and text.isupper():
            words = self._initials.get(text.casefold(), words)
        if named := self._named(words, text, is_plural=said[-1].word != said[-1].singular):
            return named
        if options := self._values.get(words):
            return Valued(tuple(options.items()), text)
        return self._code(said, text) or self._verb(said, text) or self._clause(said, text) or self._title(words, text)

    def _code(self, said: tuple[Token, ...], text: str) -> Valued | None:
        """Return the identifier that two words like `SO` and `000123` make."""
        if len(said) != 2 or not said[1].word.isdigit():
            return None
        found = self._codes.get((said[0].word, len(said[1].word)), {})
        return Valued(tuple((c, f"{prefix}-{said[1].word}") for c, prefix in found.items()), text) if found else None

    def _clause(self, said: tuple[Token, ...], text: str) -> Named | None:
        """Return the flag whose description says this: `ended in an order`."""
        if len(said) == 1 and (flag := self._flags.get(root(said[0].word))):
            return Named((flag,), _EXACT, text)
        if len(said) < 2 or {said[0].word, said[-1].word} & _SMALL_WORDS:
            return None
        column = self._clauses.get(_roots(said))
        return Named((column,), _EXACT, text) if column else None

    def _named(self, words: _Phrase, text: str, *, is_plural: bool) -> Link | None:
        found = self._columns.get(words, {})
        strength = max(found.values(), default=0)
        best = tuple(column for column, s in found.items() if s == strength)
        is_row = words in self._rows
        is_synonym = strength == _EXACT and words != phrase(best[0].name)
        if is_row and is_synonym:  # `employee` of the column Name is its id when counting
            things = tuple(c for c, s in found.items() if c.is_text and s >= _SHORT)
            return Named(things or best, _EXACT, text, is_row, is_plural)
        if len(best) == 1 and words != phrase(best[0].name):
            best = self._thing(best[0])
        if is_row and strength < _EXACT:
            best = () if words in ROWS else best or self._row_columns()
            things = tuple(c for c in best if c.is_text)
            return Named(things, _EXACT, text, is_row, is_plural)
        nouns = tuple(c for c in best if not c.is_date) if strength == _SHORT else best
        if len(nouns) > 1 and not _one_thing(nouns):
            return Ambiguous(nouns, text)
        return Named(nouns, strength, text, is_row, is_plural) if nouns else None

    def _thing(self, column: Column) -> tuple[Column, ...]:
        """Return a column with those of the same thing: who says `client` of a name means its id when counting."""
        found = self._columns.get(phrase(column.name)[:-1], {})
        thing = tuple(c for c in found if c.is_text)
        return thing if column.is_text and column in thing and _one_thing(thing) else (column,)

    def _title(self, words: _Phrase, text: str) -> Titled | None:
        if words in self._notes:
            return Titled(text, is_qualifier=True)
        if len(words) == 1 and root(words[0]) in self._qualifiers:  # `archived orders`
            return Titled(text, is_qualifier=True)
        is_word = len(words) == 1 and words[0] in self._titles
        return Titled(text, is_qualifier=self._titles[words[0]]) if is_word else None

    def _row_columns(self) -> tuple[Column, ...]:
        """Return the columns under the last word of the row noun: orders for `Sales Orders`."""
        last = {words[-1:] for words in self._rows}
        columns = tuple(c for words in last for c in self._columns.get(words, {}))
        return columns if Named(columns, 0).key else ()

    def _verb(self, said: tuple[Token, ...], text: str) -> Link | None:
        """Return the date or state a verb means; `signed up` is found under signup."""
        if len(said) > 2:
            return None
        found = self._verbs.get(root(said[0].word) + "".join(t.word for t in said[1:]), {})
        if dates := tuple(column for column, value in found.items() if not value):
            return Happened(dates, text)
        return Valued(tuple(found.items()), text) if found else None


def _roots(said: tuple[Token, ...]) -> _Phrase:
    return tuple(root(t.word) for t in said if t.word not in _SMALL_WORDS)


def _verbs(column: Column) -> Iterator[str]:
    """Yield the verbs among a date's synonyms: opened, left, signed up."""
    for words in (tuple(t.word for t in tokens(synonym)) for synonym in column.synonyms):
        if words[0].endswith("ed") or words == ("left",):
            yield words[0] if len(words) == 1 else root(words[0]) + "".join(words[1:])


def _pairs(schema: Schema, titles: dict[str, bool], taken: set[str]) -> set[_Phrase]:
    """Return what the description calls the table's surroundings: the web shop of `Web Sessions`."""
    words = phrase(schema.description)
    pairs = pairwise(words)
    return {p for p in pairs if len(titles.keys() & p) == 1 and taken.isdisjoint(p) and _SMALL_WORDS.isdisjoint(p)}


def _one_thing(columns: tuple[Column, ...]) -> bool:
    """Whether the columns are names and keys of one thing: Customer ID, Customer Name."""
    heads = {phrase(c.name)[:-1] for c in columns}
    return len(heads) == 1 and all(phrase(c.name)[-1] in _TAILS for c in columns)


def _names(column: Column) -> Iterator[tuple[_Phrase, int]]:
    for name in (column.name, *column.synonyms):
        yield phrase(name), _EXACT
    words = phrase(column.name)
    if column.formula:  # a part of `Cost per Click` is another figure
        if words[-1:] == ("%",):
            yield words[:-1], _SHORT
        return
    if len(words) > 1 and words[-1] in _TAILS:
        yield words[:-1], _SHORT
    yield from ((words[i:], _PART) for i in range(1, len(words)) if words[i] not in _TAILS)
    head = phrase(re.split(r"[.,;:()]| of | in | for | that | after | before | by | when ", column.description)[0])
    content = () if _CLAUSE & set(head) else tuple(w for w in head if w not in {"the", "a", "an"})
    yield from ((content[i:], _DESCRIBED) for i in range(len(content) - 1))


@lru_cache(maxsize=256)
def lexicon(schema: Schema) -> Lexicon:
    """Return the schema's lexicon; kept, because the same few schemas are asked about again and again."""
    return Lexicon(schema)
