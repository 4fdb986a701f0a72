"""What the sandbox knows about the tables that a question names, beyond what the request says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from weakref import WeakKeyDictionary

import anyio.to_thread
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox import questions
from domo_mcp.sandbox.records import ColumnNote, DataAlias, Dataset
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
    """Add what is known where the table is a dataset, by name, id or an app's alias, that the user may read.

    That is synonyms, frequent values, which names several keys share, and the beast modes on columns of the request.
    Columns that the dictionary keeps from agents get nothing, nor do the beast modes that read them.
    """
    alias = store.get(DataAlias, schema.data_source_name)
    names = {schema.data_source_name, *([alias.dataset_id] if alias else [])}
    named = (dataset for dataset in readable if names & {dataset.name, dataset.id})
    dataset = next(named, None)
    own = (dataset.name,) if dataset is not None and alias else ()
    plain = [questions.Column(c.name, c.type, _first_part(c.description)) for c in schema.columns]
    if dataset is not None:
        notes = {note.name: note for note in dataset.columns if note.agent_enabled}
        known = [await _noted(store, dataset, c, notes[c.name]) if c.name in notes else c for c in plain]
        kept = questions.Schema(schema.data_source_name, tuple(c for c in known if c.name in notes), synonyms=own)
        plain = [await _told_apart(store, dataset, c, kept) for c in known] + list(_beast_modes(dataset, kept))
    return questions.Schema(schema.data_source_name, tuple(plain), _first_part(schema.description), synonyms=own)


def _first_part(description: str | None) -> str:
    """A description without the paragraphs behind it: what they tell (values, notes, examples) is for models."""
    return (description or "").partition("\n\n")[0]


async def _noted(store: Store, dataset: Dataset, column: questions.Column, note: ColumnNote) -> questions.Column:
    values: tuple[str, ...] = ()
    if column.type.upper() == "STRING":
        frequent = partial(anyio.to_thread.run_sync, store.warehouse.values, dataset.id, column.name)
        values = await _looked_up(store, dataset, ("values", column.name), frequent)
    description = column.description or note.description
    return replace(column, description=description, synonyms=note.synonyms, values=values)


async def _told_apart(
    store: Store, dataset: Dataset, column: questions.Column, schema: questions.Schema
) -> questions.Column:
    """Add to a column of names those that several of the keys beside it have."""
    key = questions.key_beside(column, schema)
    if key is None or not column.values:
        return column

    async def repeated() -> list[str]:
        name, number = (f"`{c.name.replace('`', '``')}`" for c in (column, key))
        sql = f"SELECT {name} FROM table GROUP BY {name} HAVING COUNT(DISTINCT {number}) > 1"
        return [str(row[0]) for row in (await store.warehouse.query(dataset.id, sql)).rows]

    return replace(column, shared=await _looked_up(store, dataset, ("shared", column.name, key.name), repeated))


def _beast_modes(dataset: Dataset, schema: questions.Schema) -> Iterator[questions.Column]:
    """Give the beast modes on these columns; not one of whose formula the engine would judge otherwise than Domo."""
    names = {column.name for column in schema.columns}
    for mode in dataset.beast_modes:
        column = questions.Column(mode.name, mode.data_type, formula=mode.formula)
        if names.issuperset(mode.columns) and mode.name not in names and column.is_aggregate == mode.aggregated:
            yield column


_Found = tuple[str, ...]
_LOOKED_UP: WeakKeyDictionary[Store, dict[tuple[str, ...], tuple[int, _Found]]] = WeakKeyDictionary()


async def _looked_up(
    store: Store, dataset: Dataset, what: tuple[str, ...], look: Callable[[], Awaitable[list[str]]]
) -> _Found:
    """Look something up in the rows, once for each update of the dataset."""
    kept = _LOOKED_UP.setdefault(store, {})
    place = (dataset.id, *what)
    if place not in kept or kept[place][0] != dataset.updated:
        kept[place] = dataset.updated, tuple(await look())
    return kept[place][1]
