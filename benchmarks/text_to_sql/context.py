"""What a writer is told of the datasets, level by level."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from domo_mcp.catalog.brief import Calendar, Known, brief
from domo_mcp.catalog.datasets import Described, candidate
from domo_mcp.catalog.notes import Notes
from domo_mcp.catalog.profile import ColumnProfile
from domo_mcp.catalog.ranking import rank
from domo_mcp.client.metadata import Column, Dataset, Dictionary, DictionaryColumn
from domo_mcp.sandbox import questions
from domo_mcp.sandbox.ai.schemas import ColumnSchema, DataSourceSchema, enriched
from domo_mcp.sandbox.records import Dataset as Record
from domo_mcp.sandbox.store import Store

LEVELS = ("names", "types", "descriptions", "synonyms", "values", "notes")
_TOKENS = 3000
_TOLD_WHOLE = 3
_NOTES = """\
Orders with status Cancelled or Returned are in Sales Orders; revenue counts them unless the question says otherwise.
Sales Orders (Archive) is a copy of old orders: use it only where the archive is asked for.
"""


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
        known = {schema.name: (schema, self._record(schema.name)) for schema in await self.schemas()}
        entries = [self._known(schema, record) for schema, record in known.values()]
        order = {each.id: place for place, each in enumerate(rank(question, [candidate(e.described) for e in entries]))}
        entries.sort(key=lambda entry: order[entry.described.dataset.id])
        notes = Notes(_NOTES).general([]) if self._has("notes") else ""
        chosen, others = entries[:_TOLD_WHOLE], [entry.described for entry in entries[_TOLD_WHOLE:]]
        calendar = Calendar(self._store.clock().date())
        return brief(chosen, others, calendar=calendar, max_tokens=_TOKENS, question=question, notes=notes)[0]

    def _has(self, level: str) -> bool:
        return self._level >= LEVELS.index(level)

    def _record(self, name: str) -> Record:
        return self._records[name]

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

    def _known(self, schema: questions.Schema, record: Record) -> Known:
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
        return Known(described, profile)


def _schema(store: Store, record: Record) -> DataSourceSchema:
    columns = [ColumnSchema(name=c.name, type=c.type) for c in store.warehouse.columns(record.id)]
    return DataSourceSchema(data_source_name=record.name, description=record.description, columns=columns)
