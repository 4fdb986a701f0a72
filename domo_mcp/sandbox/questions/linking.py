"""Words of a question -> the columns, values and row noun of one schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, root

_KEYS = ("id", "key", "number")
_LABELS = ("name", "title")
BEGINNINGS = ("created", "opened", "started", "placed", "raised", "submitted")
ROWS = (("row",), ("record",))
AMOUNTS = frozenset({"revenue", "amount", "sale", "total", "turnover"})


@dataclass(frozen=True)
class Named:
    """Words that name a column, or several columns of one thing (a customer's name and id), or the table's rows."""

    columns: tuple[Column, ...]
    strength: int
    text: str = ""
    is_row: bool = False
    is_plural: bool = False
    held: str = ""  # the word that says rows have it: orders `with` a code, that `used` a code

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


def row_nouns(schema: Schema) -> Iterator[_Phrase]:
    """Yield what one row is called: `Sales Orders` -> sales order, order."""
    for name in (schema.name, *schema.synonyms):
        words = phrase(re.sub(r"\(.*?\)", "", name))
        yield from (words[i:] for i in range(len(words)))
    yield from ROWS


def qualifier(schema: Schema) -> frozenset[str]:
    """Return the words in brackets in a table's name, which only a question that says them can mean."""
    return frozenset(word for inside in re.findall(r"\((.*?)\)", schema.name) for word in phrase(inside))


def beginning(schema: Schema) -> Column | None:
    """Return the date on which a row came to be: Date, Created At, or the row noun's own date."""
    heads = {words[-1] for words in row_nouns(schema)} | {root(verb) for verb in BEGINNINGS}
    found = [c for c in schema.columns if c.is_date and _begins(phrase(c.name), heads)]
    return found[0] if len(found) == 1 else None


def _begins(words: _Phrase, heads: set[str]) -> bool:
    return words == ("date",) or words[0] in heads or root(words[0]) in heads


def row_key(schema: Schema) -> Column | None:
    """Return the ID column of the row noun, such as Order ID for `Sales Orders`; None where rows have none."""
    nouns = {(*words, "id") for words in row_nouns(schema)}
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


def row_head(schema: Schema) -> Named:
    """Return the table's rows as if a question had named them."""
    key = row_key(schema)
    return row_thing(schema) or Named((key,) if key else (), 0, "row", is_row=True, is_plural=True)
