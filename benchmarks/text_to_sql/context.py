"""What a writer is told of the datasets, level by level."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from domo_mcp.catalog.brief import Known, brief
from domo_mcp.catalog.calendar import Calendar
from domo_mcp.catalog.choosing import candidate
from domo_mcp.catalog.knowledge import Described
from domo_mcp.catalog.notes import Example, Notes, fitting
from domo_mcp.catalog.profile import ColumnProfile
from domo_mcp.catalog.ranking import rank
from domo_mcp.client.metadata import Column, Dataset, Dictionary, DictionaryColumn
from domo_mcp.sandbox import questions
from domo_mcp.sandbox.ai.schemas import ColumnSchema, DataSourceSchema, enriched
from domo_mcp.sandbox.records import Dataset as Record
from domo_mcp.sandbox.store import Store

LEVELS = ("names", "types", "descriptions", "synonyms", "values", "notes", "examples")
_TOKENS = 3000
_ALL_TOKENS = 50_000
_TOLD_WHOLE = 3
_NOTES = """\
Orders with status Cancelled or Returned are in Sales Orders; revenue counts them unless the question says otherwise.
Sales Orders (Archive) is a copy of old orders: use it only where the archive is asked for.
"""
_EXAMPLES = (
    Example(
        question="revenue and orders per quarter of 2024",
        dataset="Sales Orders",
        sql="SELECT QUARTER(`Order Date`) AS quarter, SUM(`Revenue`) AS revenue, COUNT(DISTINCT `Order ID`) AS orders "
        "FROM `Sales Orders` WHERE YEAR(`Order Date`) = 2024 GROUP BY QUARTER(`Order Date`) ORDER BY quarter",
    ),
    Example(
        question="share of orders that came back, by category",
        dataset="Sales Orders",
        sql="SELECT `Category`, SUM(CASE WHEN `Status` = 'Returned' THEN 1 ELSE 0 END) / COUNT(*) AS returned "
        "FROM `Sales Orders` GROUP BY `Category` ORDER BY returned DESC",
    ),
    Example(
        question="tickets that were solved within a day, by agent",
        dataset="Support Tickets",
        sql="SELECT `Agent`, COUNT(*) AS tickets FROM `Support Tickets` "
        "WHERE `Resolved At` <= DATE_ADD(`Created At`, INTERVAL 1 DAY) GROUP BY `Agent` ORDER BY tickets DESC",
    ),
    Example(
        question="cost per conversion of each campaign",
        dataset="Marketing Campaigns",
        sql="SELECT `Campaign Name`, SUM(`Spend`) / NULLIF(SUM(`Conversions`), 0) AS cost FROM `Marketing Campaigns` "
        "GROUP BY `Campaign Name` ORDER BY cost",
    ),
)


class Context:
    """The datasets of the sandbox up to one level: what stands before it is told, too."""

    def __init__(self, store: Store, level: str) -> None:
        self._store = store
        self._level = LEVELS.index(level)

    async def schemas(self) -> list[questions.Schema]:
        """The datasets as the deterministic engine takes them."""
        records = self._store.all(Record)
        return [self._stripped(await enriched(self._store, _schema(self._store, each), records)) for each in records]

    async def text(self, question: str) -> str:
        """The context pack that a model reads."""
        entries = await self._entries(question)
        order = {each.id: place for place, each in enumerate(rank(question, [candidate(e.described) for e in entries]))}
        entries.sort(key=lambda entry: order[entry.described.dataset.id])
        chosen, others = entries[:_TOLD_WHOLE], [entry.described for entry in entries[_TOLD_WHOLE:]]
        calendar = Calendar(self._store.clock().date())
        return brief(chosen, others, calendar=calendar, max_tokens=_TOKENS, question=question, notes=self._notes).text

    async def whole(self) -> str:
        """The same on all datasets, for somebody who is asked many questions."""
        calendar = Calendar(self._store.clock().date())
        return brief(await self._entries(""), calendar=calendar, max_tokens=_ALL_TOKENS, notes=self._notes).text

    async def _entries(self, question: str) -> list[Known]:
        return [self._known(schema, self._records[schema.name], question) for schema in await self.schemas()]

    @property
    def _notes(self) -> str:
        return Notes(_NOTES).general([]) if self._has("notes") else ""

    def _has(self, level: str) -> bool:
        return self._level >= LEVELS.index(level)

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {record.name: record for record in self._store.all(Record)}

    def _stripped(self, schema: questions.Schema) -> questions.Schema:
        columns = [
            replace(
                column,
                type=column.type if self._has("types") else "STRING",
                description=column.description if self._has("descriptions") else "",
                synonyms=column.synonyms if self._has("synonyms") else (),
                values=column.values if self._has("values") else (),
            )
            for column in schema.columns
            if not column.formula or self._has("descriptions")
        ]
        return replace(
            schema, columns=tuple(columns), description=schema.description if self._has("descriptions") else ""
        )

    def _known(self, schema: questions.Schema, record: Record, question: str) -> Known:
        dictionary = Dictionary(
            description=schema.description,
            columns=tuple(
                DictionaryColumn(name=c.name, description=c.description, synonyms=c.synonyms) for c in schema.columns
            ),
        )
        plain = [column for column in schema.columns if not column.formula]
        described = Described(
            dataset=Dataset(id=record.id, name=record.name),
            columns=tuple(Column(name=c.name, type=c.type if self._has("types") else "") for c in plain),
            dictionary=dictionary,
            formulas=(),
        )
        profile = {c.name: ColumnProfile(c.name, 0, len(c.values), None, None, c.values) for c in plain if c.values}
        examples = fitting(_EXAMPLES, question, [record.name]) if self._has("examples") else []
        return Known(described, profile, examples=examples)


def _schema(store: Store, record: Record) -> DataSourceSchema:
    columns = [ColumnSchema(name=c.name, type=c.type) for c in store.warehouse.columns(record.id)]
    return DataSourceSchema(data_source_name=record.name, description=record.description, columns=columns)
