"""What the sandbox knows about the tables that a question names, beyond what the request says."""

from __future__ import annotations

import anyio.to_thread
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox import questions
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store


class ColumnSchema(BaseModel):
    """A column as the request describes it (AI Service Layer API, Text-to-SQL)."""

    name: str
    type: str
    description: str | None = None


class DataSourceSchema(BaseModel):
    """A table as the request describes it (AI Service Layer API, Text-to-SQL)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    data_source_name: str
    description: str | None = None
    columns: list[ColumnSchema] = []


async def enriched(store: Store, schema: DataSourceSchema, readable: list[Dataset]) -> questions.Schema:
    """Add synonyms and frequent values where the table is a dataset, by name or id, that the user may read.

    Columns that the dictionary keeps from agents get neither.
    """
    named = (dataset for dataset in readable if schema.data_source_name in (dataset.name, dataset.id))
    dataset = next(named, None)
    return await anyio.to_thread.run_sync(_enriched, store, schema, dataset)


def _enriched(store: Store, schema: DataSourceSchema, dataset: Dataset | None) -> questions.Schema:
    columns = tuple(_column(store, column, dataset) for column in schema.columns)
    return questions.Schema(name=schema.data_source_name, columns=columns, description=schema.description or "")


def _column(store: Store, column: ColumnSchema, dataset: Dataset | None) -> questions.Column:
    notes = dataset.columns if dataset else ()
    note = next((note for note in notes if note.name == column.name and note.agent_enabled), None)
    description = column.description or ""
    if dataset is None or note is None:
        return questions.Column(name=column.name, type=column.type, description=description)
    return questions.Column(
        name=column.name,
        type=column.type,
        description=description or note.description,
        synonyms=note.synonyms,
        values=tuple(store.warehouse.values(dataset.id, column.name)) if column.type.upper() == "STRING" else (),
    )
