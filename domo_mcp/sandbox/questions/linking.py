"""Words of a question -> the columns, values and row noun of one schema."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import Token, phrase, root

_TAILS = {"name", "id", "code", "date", "at", "on", "time", "number", "key", "viewed", "second", "minute", "hour", "%"}
_KEYS = ("id", "key", "number")
_LABELS = ("name", "title")
_BEGINNINGS = ("created", "opened", "started", "placed", "raised", "submitted")
_TRADES = ("bought", "sold", "purchased")
_SALES = {("sale",), ("sale", "order"), ("unit", "sold"), ("revenue",)}
_ROWS = (("row",), ("record",))
AMOUNTS = frozenset({"revenue", "amount", "sale", "total", "turnover"})
_EXACT, _SHORT, _PART, _DESCRIBED = 4, 3, 2, 1


@dataclass(frozen=True)
class Named:
    """Words that name a column, or several columns of one thing (a customer's name and id), or the table's rows."""

    columns: tuple[Column, ...]
    strength: int
    text: str = ""
    is_row: bool = False
    is_plural: bool = False

    @property
    def column(self) -> Column:
        """The column that shows the thing to a reader: its name where there is one."""
        if not self.columns:
            raise NotUnderstood(f"`{self.text}` names no column", (self.text,))
        return _by_last_word(self.columns, _LABELS) or self.key or self.columns[0]

    @property
    def key(self) -> Column | None:
        """The column that tells the things apart."""
        return _by_last_word(self.columns, _KEYS) or _by_last_word(self.columns, ("code",))


@dataclass(frozen=True)
class Valued:
    """Words that are a value of one or several columns."""

    options: tuple[tuple[Column, str], ...]
    text: str = ""


@dataclass(frozen=True)
class Happened:
    """A verb that names a date column: shipped, resolved, hired."""

    columns: tuple[Column, ...]
    text: str = ""


@dataclass(frozen=True)
class Ambiguous:
    """Words that fit several columns equally."""

    columns: tuple[Column, ...]
    text: str = ""


@dataclass(frozen=True)
class Titled:
    """A word of the table's own name that means nothing else: marketing, archive."""

    text: str
    is_qualifier: bool


Link = Named | Valued | Happened | Ambiguous | Titled
_Phrase = tuple[str, ...]


def _by_last_word(columns: tuple[Column, ...], words: tuple[str, ...]) -> Column | None:
    return next((c for word in words for c in columns if phrase(c.name)[-1:] == (word,)), None)


class Lexicon:
    """Every phrase that means something in one schema."""

    def __init__(self, schema: Schema) -> None:
        """Collect the phrases of the columns, of their values and of the table itself."""
        self._columns: dict[_Phrase, dict[Column, int]] = defaultdict(dict)
        self._values: dict[_Phrase, dict[Column, str]] = defaultdict(dict)
        self._verbs: dict[str, dict[Column, str]] = defaultdict(dict)
        self._rows = set(_row_nouns(schema))
        for column in schema.columns:
            self._learn(column)
        self._learn_sales(schema)
        self._titles = dict.fromkeys(phrase(schema.name), False) | dict.fromkeys(qualifier(schema), True)
        self._learn_beginning(schema)
        self.longest = max(2, *map(len, [*self._columns, *self._values, *self._rows]))

    def _learn(self, column: Column) -> None:
        for words, strength in _names(column):
            self._columns[words][column] = max(strength, self._columns[words].get(column, 0))
        for value in column.values:
            if words := phrase(value):
                self._values[words].setdefault(column, value)
                if len(words) == 1 and words[0].endswith("ed"):  # `returns` mean Returned, but `opened` is not Open
                    self._verbs[root(words[0])].setdefault(column, value)
        if column.is_date:
            self._verbs[root(phrase(column.name)[0])].setdefault(column, "")

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
        verbs = _BEGINNINGS + (_TRADES if _SALES & (self._columns.keys() | self._rows) else ())
        for verb in (v for v in verbs if root(v) not in self._verbs):
            self._verbs[root(verb)].setdefault(column, "")

    def match(self, tokens: tuple[Token, ...]) -> Link | None:
        """Return what exactly these words mean, if anything."""
        words, text = tuple(t.singular for t in tokens), " ".join(t.text for t in tokens)
        named = self._named(words, text, is_plural=tokens[-1].word != tokens[-1].singular)
        if named:
            return named
        if options := self._values.get(words):
            return Valued(tuple(options.items()), text)
        return self._verb(tokens, text) or self._title(words, text)

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
            best = () if words in _ROWS else best or self._row_columns()
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
        is_word = len(words) == 1 and words[0] in self._titles
        return Titled(text, is_qualifier=self._titles[words[0]]) if is_word else None

    def _row_columns(self) -> tuple[Column, ...]:
        """Return the columns under the last word of the row noun: orders for `Sales Orders`."""
        last = {words[-1:] for words in self._rows}
        return tuple(c for words in last for c in self._columns.get(words, {}))

    def _verb(self, tokens: tuple[Token, ...], text: str) -> Link | None:
        """Return the date or state a verb means; `signed up` is found under signup."""
        if len(tokens) > 2:
            return None
        found = self._verbs.get(root(tokens[0].word) + "".join(t.word for t in tokens[1:]), {})
        if dates := tuple(column for column, value in found.items() if not value):
            return Happened(dates, text)
        return Valued(tuple(found.items()), text) if found else None


def _one_thing(columns: tuple[Column, ...]) -> bool:
    """Whether the columns are names and keys of one thing: Customer ID, Customer Name."""
    heads = {phrase(c.name)[:-1] for c in columns}
    return len(heads) == 1 and all(phrase(c.name)[-1] in _TAILS for c in columns)


def _names(column: Column) -> Iterator[tuple[_Phrase, int]]:
    for name in (column.name, *column.synonyms):
        yield phrase(name), _EXACT
    if column.formula:  # a part of `Cost per Click` is another figure
        return
    words = phrase(column.name)
    if len(words) > 1 and words[-1] in _TAILS:
        yield words[:-1], _SHORT
    yield from ((words[i:], _PART) for i in range(1, len(words)) if words[i] not in _TAILS)
    head = phrase(re.split(r"[.,;:()]| of | in | for | that | after | before | by | when ", column.description)[0])
    content = tuple(w for w in head if w not in {"the", "a", "an"})
    yield from ((content[i:], _DESCRIBED) for i in range(len(content) - 1))


def _row_nouns(schema: Schema) -> Iterator[_Phrase]:
    """Yield what one row is called: `Sales Orders` -> sales order, order."""
    for name in (schema.name, *schema.synonyms):
        words = phrase(re.sub(r"\(.*?\)", "", name))
        yield from (words[i:] for i in range(len(words)))
    yield from _ROWS


@lru_cache(maxsize=256)
def lexicon(schema: Schema) -> Lexicon:
    """Return the schema's lexicon; kept, because the same few schemas are asked about again and again."""
    return Lexicon(schema)


def qualifier(schema: Schema) -> frozenset[str]:
    """Return the words in brackets in a table's name, which only a question that says them can mean."""
    return frozenset(word for inside in re.findall(r"\((.*?)\)", schema.name) for word in phrase(inside))


def beginning(schema: Schema) -> Column | None:
    """Return the date on which a row came to be: Date, Created At, or the row noun's own date."""
    heads = {words[-1] for words in _row_nouns(schema)} | {root(verb) for verb in _BEGINNINGS}
    found = [c for c in schema.columns if c.is_date and _begins(phrase(c.name), heads)]
    return found[0] if len(found) == 1 else None


def _begins(words: _Phrase, heads: set[str]) -> bool:
    return words == ("date",) or words[0] in heads or root(words[0]) in heads


def row_key(schema: Schema) -> Column | None:
    """Return the ID column of the row noun, such as Order ID for `Sales Orders`; None where rows have none."""
    nouns = {(*words, "id") for words in _row_nouns(schema)}
    return next((c for c in schema.columns if phrase(c.name) in nouns), None)


def key_beside(label: Column, schema: Schema) -> Column | None:
    """Return the key that tells namesakes apart: Customer ID for Customer Name, the row's own for Name."""
    words = phrase(label.name)
    if words[-1:] not in {(word,) for word in _LABELS}:
        return None
    same = tuple(c for c in schema.columns if phrase(c.name)[:-1] == words[:-1])
    return Named(same, 0).key if words[:-1] else row_key(schema)


def row_thing(schema: Schema) -> Named | None:
    """Return what a row is, where it has a name that answers `who`: an employee's ID and name."""
    key = row_key(schema)
    label = next((c for c in schema.columns if key and key_beside(c, schema) == key), None)
    return Named((key, label), 0, " ".join(phrase(key.name)[:-1]), is_row=True) if key and label else None
