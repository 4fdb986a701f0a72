"""From a question to rows: choose the dataset, let Domo's AI write SQL, check it, run it, repair it at most twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domo_mcp import sql
from domo_mcp.catalog.brief import Known
from domo_mcp.catalog.checking import Problem, check, foreign_tables
from domo_mcp.catalog.knowledge import Described
from domo_mcp.errors import CannotAnswer, InvalidInput, SqlRefused
from domo_mcp.tools.data.context import Choice, choose, known, schemas
from domo_mcp.tools.data.preparing import schema_of
from domo_mcp.tools.data.querying import query
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

MAX_REPAIRS = 2


@dataclass(frozen=True)
class Proposal:
    """SQL from the AI service for one of the datasets it was shown; `select` is None where the text cannot be sent.

    `changes` were made to what the service wrote.
    """

    text: str
    select: sql.Select | None
    dataset: Described
    problems: tuple[Problem, ...]
    model: str | None
    changes: tuple[str, ...] = ()

    @property
    def findings(self) -> list[str]:
        """What was changed, then what is wrong."""
        return [*(f"Changed: {change}." for change in self.changes), *map(str, self.problems)]


async def propose(call: Call, question: str, choice: Choice, model: str | None = None) -> Proposal:
    """What the AI service writes for the question, judged against the dataset that its FROM names."""
    entries, notes = await known(call, choice, question), await call.catalog.general_notes()
    calendar = call.catalog.settings.calendar(call.now())
    answer = await call.domo.ai.text_to_sql(
        question,
        schemas(entries, calendar, notes),
        model=model,
        today=calendar.today,
    )
    try:
        select = sql.parse(answer.output)
    except SqlRefused as refused:
        problem = Problem(refused.message, refused.hint)
        return Proposal(answer.output, None, entries[0].described, (problem,), answer.model_id)
    meant = _dataset_meant(select, entries)
    entry = meant.described
    strange = [
        Problem(f"FROM names `{foreign(name, 80)}`.", "Use the dataset that was given.")
        for name in foreign_tables(select, (entry.dataset.id, entry.dataset.name))
    ]
    checked = check(select, schema_of(call, meant))
    problems = (*strange, *checked.problems)
    return Proposal(checked.select.text, checked.select, entry, problems, answer.model_id, checked.changes)


async def answer_question(call: Call, question: str, names: Sequence[str] | None, limit: int) -> Table:
    """Rows for the question, with the SQL and how it came about.

    Raises InvalidInput that asks back where choosing a dataset would be a guess.
    """
    choice = await choose(call, question, names)
    if choice.unsure:
        raise InvalidInput(choice.unsure, "Call again with the one that is meant in `datasets`.")
    told, asked = question, choice if names else replace(choice, ids=choice.ids[:1])
    for tries in range(1, MAX_REPAIRS + 2):
        await call.progress(tries, MAX_REPAIRS + 2, "asking Domo's AI for SQL")
        try:
            proposal = await propose(call, told, asked)
        except CannotAnswer as refused:
            message = f'"{foreign(question, 200)}" cannot be answered: {refused.message} {choice.fact}'
            raise CannotAnswer(message.strip(), refused.hint) from None
        try:
            return _told(await _run(call, proposal, limit), proposal, choice, tries)
        except SqlRefused as refused:
            failure = refused
            told = _repair(question, proposal, refused)
    raise SqlRefused(
        f"Domo's AI wrote no SQL that works in {tries} tries. Last: {foreign(proposal.text, 500)} - {failure}",
        "Write the SQL yourself with get_schema_context and run_sql.",
    )


async def _run(call: Call, proposal: Proposal, limit: int) -> Table:
    if proposal.select is None or proposal.problems:
        raise SqlRefused(" ".join(str(problem) for problem in proposal.problems))
    return await query(call, proposal.select, proposal.dataset.dataset, limit=limit)


def _told(table: Table, proposal: Proposal, choice: Choice, tries: int) -> Table:
    model = f" by {foreign(proposal.model, 80)}" if proposal.model else ""
    calls = f"{tries} AI call{'s' if tries > 1 else ''}{model}{f', {tries - 1} of them repairs' if tries > 1 else ''}."
    changed = f"Changed in it: {'; '.join(proposal.changes)}." if proposal.changes else ""
    facts = (f"SQL: {foreign(proposal.text, 4000)}", changed, choice.fact, calls)
    return replace(
        table,
        facts=(*table.facts, *(fact for fact in facts if fact)),
        continues=None,
        advice="run_sql with this SQL and its cursor has the rest",
    )


def _repair(question: str, proposal: Proposal, failed: SqlRefused) -> str:
    return f"{question}\n\nThis SQL for it does not work: {proposal.text}\nReason: {failed}\nWrite corrected SQL."


def _dataset_meant(select: sql.Select, entries: Sequence[Known]) -> Known:
    for entry in entries:
        dataset = entry.described.dataset
        if not foreign_tables(select, (dataset.id, dataset.name)) and select.tables:
            return entry
    return entries[0]
