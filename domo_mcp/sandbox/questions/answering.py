"""Question and schemas -> SQL on the one schema that clearly answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domo_mcp.sandbox.questions.assembly import assemble
from domo_mcp.sandbox.questions.grammar import draft_of
from domo_mcp.sandbox.questions.joining import joined
from domo_mcp.sandbox.questions.lexicon import lexicon
from domo_mcp.sandbox.questions.linking import Named, Valued, qualifier
from domo_mcp.sandbox.questions.marking import Mark, Spoken, marks, spoken
from domo_mcp.sandbox.questions.reading import Reading
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import Token, quoted, root, tokens
from domo_mcp.sandbox.questions.writing import select


@dataclass(frozen=True)
class _Answer:
    schema: Schema
    reading: Reading
    score: int


def write_sql(question: str, schemas: Sequence[Schema], *, today: date) -> str:
    """Return one SELECT in Domo's SQL that answers the question from one schema, FROM its name.

    Every word of the question must find its place: a column, a value, a period or a known way of asking. Periods
    are computed from `today` and written as half-open ranges of date literals. A list of rows shows the columns that
    the question names, tests or orders by; where it names none, it is filled up to seven with the first of the table,
    or with every column if `all columns` or `all details` are asked for. Raises NotUnderstood, whose reason
    names the words that found no place or the readings between which the question does not choose.
    """
    words = tokens(question)
    if not words or not schemas:
        raise NotUnderstood("there is no question" if schemas else "there is no schema to ask")
    common = spoken(words, today)
    familiar = frozenset(word for schema in schemas for word in lexicon(schema).familiar)
    answers: list[_Answer] = []
    refusals: list[tuple[Schema, NotUnderstood]] = []
    for schema in schemas:
        try:
            answers.append(_answer(words, common, schema, familiar))
        except NotUnderstood as refusal:
            refusals.append((schema, refusal))
    if not answers:
        raise _nearest(refusals)
    return select(_chosen(answers, words).reading)


def _answer(words: tuple[Token, ...], common: Spoken, schema: Schema, familiar: frozenset[str]) -> _Answer:
    found = joined(marks(words, common, lexicon(schema), familiar))
    return _Answer(schema, assemble(draft_of(found), schema), sum(map(_weight, found)))


def _weight(mark: Mark) -> int:
    """Weigh a mark by how surely it means this schema: its row noun most, a value like a column's own name."""
    match mark:
        case Named():
            return mark.strength + 4 * mark.is_row
        case Valued():
            return 4
    return 0


def _chosen(answers: list[_Answer], words: tuple[Token, ...]) -> _Answer:
    """Return the best answer; a table with a name like `Orders (Archive)` waits until its qualifier is asked for."""
    said = {root(token.word) for token in words}
    plain = [a for a in answers if set(map(root, qualifier(a.schema))) <= said] or answers
    best = max(a.score for a in plain)
    first = [a for a in plain if a.score == best]
    if len(first) > 1:
        names = quoted([a.schema.name for a in first], "or")
        raise NotUnderstood(f"{names} could answer this equally well: say which")
    return first[0]


def _nearest(refusals: list[tuple[Schema, NotUnderstood]]) -> NotUnderstood:
    """Return the refusal of the schema that came closest, with what that schema knows."""
    schema, refusal = min(refusals, key=lambda pair: (pair[1].is_unplaced, len(pair[1].words)))
    known = ", ".join(column.name for column in schema.columns)
    return NotUnderstood(f"{refusal.reason}. `{schema.name}` has: {known}.", refusal.words)
