"""The facts of one dataset, each read only when it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal

import anyio

from domo_mcp.tools.results import Answer
from domo_mcp.tools.toolset import Call

Include = Literal["schema", "access", "cards", "formulas", "partitions", "versions", "stream", "dictionary"]

_MOST = 100


class ColumnEntry(Answer):
    """One column as a query can name it."""

    name: str
    type: str


class AccessEntry(Answer):
    """One user or group that may use the dataset."""

    id: str
    type: str | None
    name: str | None
    access_level: str | None


class CardEntry(Answer):
    """One card that shows the dataset."""

    id: str
    title: str
    chart_type: str | None


class FormulaEntry(Answer):
    """One beast mode."""

    name: str
    formula: str
    type: str | None


class StreamEntry(Answer):
    """How the dataset is filled."""

    id: str
    update_method: str | None
    connector: str | None
    schedule: str | None
    last_state: str | None
    last_run: str | None


class MeaningEntry(Answer):
    """What a column means."""

    name: str
    description: str | None
    synonyms: list[str]


class DatasetDetails(Answer):
    """One dataset; lists hold at most a hundred entries, `more` names those that were cut."""

    id: str
    name: str
    url: str
    description: str | None = None
    owner: str | None = None
    rows: int | None = None
    columns: int | None = None
    created: str | None = None
    updated: str | None = None
    state: str | None = None
    cloud: str | None = None
    schema_columns: list[ColumnEntry] | None = None
    access: list[AccessEntry] | None = None
    cards: list[CardEntry] | None = None
    formulas: list[FormulaEntry] | None = None
    partitions: list[str] | None = None
    versions: list[str] | None = None
    stream: StreamEntry | None = None
    unit_of_analysis: str | None = None
    dictionary: list[MeaningEntry] | None = None
    more: list[str] | None = None


async def details(call: Call, dataset_id: str, include: Sequence[Include]) -> DatasetDetails:
    """The dataset with the parts asked for, read at the same time."""
    dataset = await call.domo.datasets.get(dataset_id, details="formulas" in include)
    found: dict[str, Any] = {}

    async def read(part: Callable[[Call, str, str | None], Awaitable[dict[str, Any]]]) -> None:
        found.update(await part(call, dataset_id, dataset.stream_id))

    async with anyio.create_task_group() as tasks:
        for name in dict.fromkeys(include):
            if name in _PARTS:
                tasks.start_soon(read, _PARTS[name])
    if "formulas" in include:
        found["formulas"] = [FormulaEntry(name=f.name, formula=f.formula, type=f.data_type) for f in dataset.formulas]
    cut = [name for name, value in found.items() if isinstance(value, list) and len(value) > _MOST]
    return DatasetDetails(
        id=dataset.id,
        name=dataset.name,
        url=call.catalog.url(dataset.id),
        description=dataset.description or None,
        owner=dataset.owner.name if dataset.owner else None,
        rows=dataset.row_count,
        columns=dataset.column_count,
        created=_iso(dataset.created),
        updated=_iso(dataset.last_updated),
        state=dataset.state,
        cloud=dataset.cloud_engine,
        more=[f"{name}: {len(found[name])} in all" for name in cut] or None,
        **{name: value[:_MOST] if name in cut else value for name, value in found.items()},
    )


async def _schema(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    columns = await call.catalog.columns(dataset_id)
    return {"schema_columns": [ColumnEntry(name=column.name, type=column.type) for column in columns]}


async def _access(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    entries = (await call.domo.datasets.permissions(dataset_id)).items
    return {
        "access": [
            AccessEntry(id=entry.id, type=entry.type, name=entry.name, access_level=entry.access_level)
            for entry in entries
        ]
    }


async def _cards(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    cards = await call.domo.datasets.cards(dataset_id)
    return {"cards": [CardEntry(id=card.id, title=card.title, chart_type=card.chart_type) for card in cards]}


async def _partitions(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    return {"partitions": [partition.id for partition in await call.domo.datasets.partitions(dataset_id)]}


async def _versions(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    return {"versions": [version.id for version in await call.domo.datasets.versions(dataset_id)]}


async def _stream(call: Call, _dataset_id: str, stream: str | None) -> dict[str, Any]:
    if not stream:
        return {}
    found = await call.domo.datasets.stream(stream)
    last = found.last_execution
    return {
        "stream": StreamEntry(
            id=found.id,
            update_method=found.update_method,
            connector=found.transport.description if found.transport else None,
            schedule=found.schedule_expression,
            last_state=last.current_state if last else None,
            last_run=_iso(last.ended_at) if last else None,
        )
    }


async def _dictionary(call: Call, dataset_id: str, _stream: str | None) -> dict[str, Any]:
    found = await call.domo.datasets.dictionary(dataset_id)
    entries = [
        MeaningEntry(name=column.name, description=column.description, synonyms=list(column.synonyms))
        for column in (found.columns if found else ())
    ]
    return {"dictionary": entries, "unit_of_analysis": found.unit_of_analysis if found else None}


_PARTS: dict[str, Callable[[Call, str, str | None], Awaitable[dict[str, Any]]]] = {
    "schema": _schema,
    "access": _access,
    "cards": _cards,
    "partitions": _partitions,
    "versions": _versions,
    "stream": _stream,
    "dictionary": _dictionary,
}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
