"""What is told of the datasets of a question: to the model that calls, and to Domo's AI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domo_mcp.catalog.alike import alike
from domo_mcp.catalog.brief import DIALECT, Known, brief, shortened, unread, values_of
from domo_mcp.catalog.candidates import describe_shortly
from domo_mcp.catalog.ranking import as_likely
from domo_mcp.errors import CannotAnswer, SqlRefused
from domo_mcp.tools.results import Text
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign, plain

if TYPE_CHECKING:
    from domo_mcp.catalog.calendar import Calendar
    from domo_mcp.catalog.knowledge import Described
    from domo_mcp.client.ai import SourceSchema

_TOLD_WHOLE = 3
_MOST_NOTES = 4000
_AROUND = 170
"""Tokens for what stands around the context: fence, choice, what was left out, source."""


@dataclass(frozen=True)
class Choice:
    """The datasets for a question, best first; `fact` says how they were chosen, `unsure` that two fit as well.

    `others` fit less. `looked_into` are those of whose rows something is found out.
    """

    ids: tuple[str, ...]
    looked_into: frozenset[str]
    fact: str = ""
    unsure: str = ""
    others: tuple[Described, ...] = ()


async def choose(call: Call, question: str | None, names: Sequence[str] | None) -> Choice:
    """The datasets that are named, else those that the question may be about."""
    if names:
        ids = tuple([(await call.catalog.dataset(name)).id for name in names])
        return Choice(ids, frozenset(ids[:_TOLD_WHOLE]))
    if not question:
        raise SqlRefused("There is neither a question nor a dataset.", "Give `question`, `datasets`, or both.")
    fits = [fit for fit in await call.catalog.fits(question) if fit.ranked.score > 0]
    if not fits:
        raise CannotAnswer(
            "No dataset has a name, a column or a description with the words of this question.",
            "Find one with search_datasets and name it in `datasets`.",
        )
    first, *rest = [fit.ranked for fit in fits[:_TOLD_WHOLE]]
    next_best = f'; runner-up: "{foreign(rest[0].name, 60)}" ({rest[0].id})' if rest else ""
    unsure = ""
    if as_likely([fit.ranked for fit in fits]):
        both = [describe_shortly(fit.described.dataset) for fit in fits[:2]]
        unsure = f"Two datasets fit this question about as well: {both[0]} and {both[1]}."
    return Choice(
        tuple(fit.ranked.id for fit in fits[:_TOLD_WHOLE]),
        frozenset(fit.ranked.id for fit in fits[: 2 if unsure else 1]),
        f'Chosen by the question: "{foreign(first.name, 60)}" ({first.id}){next_best}.',
        unsure,
        tuple(fit.described for fit in fits[_TOLD_WHOLE:]),
    )


async def known(call: Call, choice: Choice, question: str) -> list[Known]:
    """All that may be told about the datasets that were chosen."""
    found = [await call.catalog.known(each, question, look=each in choice.looked_into) for each in choice.ids]
    everything = [*(entry.described for entry in found), *choice.others]
    return [replace(entry, alike=_warning(entry.described, everything)) for entry in found]


async def context(call: Call, question: str | None, names: Sequence[str] | None, max_tokens: int) -> Text:
    """The context pack for a question, for datasets, or both."""
    choice = await choose(call, question, names)
    pack = brief(
        await known(call, choice, question or ""),
        choice.others,
        calendar=call.catalog.settings.calendar(call.now()),
        max_tokens=max(max_tokens - _AROUND, 50),
        question=question or "",
        notes=await call.catalog.general_notes(),
    )
    facts = [fact for fact in (choice.fact, choice.unsure) if fact]
    if pack.left_out:
        facts.append(f"Left out for max_tokens: {'; '.join(pack.left_out)}. Name them in `datasets` to see them.")
    return Text(pack.datasets, tuple(facts), pack.own)


def schemas(entries: Sequence[Known], calendar: Calendar, notes: str) -> list[SourceSchema]:
    """The same in the form that Domo's AI takes; what is about all datasets stands with the first one."""
    general = [str(calendar), DIALECT, shortened(notes, _MOST_NOTES)]
    return [_schema(entry, general if place == 0 else []) for place, entry in enumerate(entries)]


def _schema(entry: Known, general: Sequence[str]) -> SourceSchema:
    """One dataset; what goes beyond a description is a paragraph."""
    from domo_mcp.client.ai import SourceColumn, SourceSchema

    described = entry.described
    columns = []
    for column in described.columns:
        description, synonyms = described.meaning(column.name)
        also = f" Also called: {', '.join(synonyms)}." if synonyms else ""
        masked = " Masked by policy: every value is ***." if column.masked else ""
        found = (entry.profile or {}).get(column.name)
        values = values_of(found) if found else ""
        told = [f"{description}{also}{masked}".strip(), values]
        columns.append(SourceColumn(column.name, column.type, "\n\n".join(filter(None, told))))
    about = [described.about]
    about += [f"{formula.name} means {' '.join(formula.formula.split())}." for formula in described.formulas]
    examples = [f"Verified: {example.question} -> {' '.join(example.sql.split())}" for example in entry.examples]
    told = [" ".join(about), *general, unread(entry), entry.alike, shortened(entry.notes, _MOST_NOTES), *examples]
    return SourceSchema(described.dataset.name, columns, "\n\n".join(filter(None, told)))


def _warning(one: Described, others: Sequence[Described]) -> str:
    """A line on what the dataset is easily taken for; empty where there is nothing."""
    same = [plain(describe_shortly(other.dataset)) for other in alike(one, others)[:3]]
    return f"easily taken for: {'; '.join(same)}. This one: {plain(describe_shortly(one.dataset))}" if same else ""
