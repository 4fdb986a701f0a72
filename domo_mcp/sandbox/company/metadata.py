"""The records that go with a dataset's rows: who owns and reads it, how it was loaded, what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domo_mcp.sandbox.company.plan import ADMIN, Described, Feed, Formula, Plan
from domo_mcp.sandbox.records import (
    BeastMode,
    Card,
    ColumnNote,
    DataAlias,
    Dataset,
    DataVersion,
    Execution,
    FieldAlias,
    Grant,
    Setting,
    Stream,
)

LOADS = 5
BYTES_PER_CELL = 9
HOUR = 3_600_000
DAY = 24 * HOUR


def dataset(plan: Plan, now: datetime, rows: int) -> Dataset:
    """Give the metadata of a planned dataset that holds `rows` rows."""
    updated = _milliseconds(now - timedelta(days=plan.age)) - plan.number * HOUR // 2
    return Dataset(
        id=plan.id,
        name=plan.name,
        description=plan.description,
        unit=plan.unit,
        owner_id=plan.owner,
        provider=plan.feed.provider if plan.feed else "webform",
        created=updated - 1100 * DAY,
        updated=updated,
        columns=tuple(map(_note, plan.columns)),
        beast_modes=tuple(_beast_mode(plan, place, formula) for place, formula in enumerate(plan.formulas)),
        grants=(
            Grant(user_id=plan.owner, level="OWNER"),
            *(Grant(user_id=reader, level="CAN_SHARE") for reader in plan.readers if reader != plan.owner),
        ),
        tags=plan.tags,
        certified_by=ADMIN if plan.certified else None,
        stream_id=370 + plan.number if plan.feed else None,
        versions=tuple(_versions(plan, updated, rows)),
    )


def alias(plan: Plan) -> Iterator[DataAlias]:
    """Give the name of a planned dataset in the company's app, if it is there."""
    if plan.alias is not None:
        named = tuple(FieldAlias(alias=given, column=column) for given, column in plan.field_aliases)
        yield DataAlias(id=plan.alias, dataset_id=plan.id, fields=named)


def cards(plan: Plan) -> Iterator[Card]:
    """Give the cards of a planned dataset."""
    for place, (title, chart_type) in enumerate(plan.cards):
        number = 93_905_000 + 100 * plan.number + place
        yield Card(id=number, title=title, chart_type=chart_type, dataset_id=plan.id, owner_id=plan.owner)


def stream(feed: Feed, made: Dataset) -> Stream:
    """Give the stream that loaded the versions of a dataset; it failed once, on the second run."""
    runs = [_execution(version) for version in made.versions]
    runs[1] = runs[1].model_copy(
        update={"state": "ERROR", "rows": 0, "size_bytes": 0, "errors": ("Connection reset by source",)}
    )
    return Stream(
        id=made.stream_id or 0,
        dataset_id=made.id,
        connector=f"com.domo.connector.{feed.provider}",
        version="1",
        provider=feed.provider,
        provider_name=feed.name,
        update_method=feed.method,
        account_id=made.stream_id,
        schedule="0 15 4 * * ?",
        advanced_schedule='{"type": "DAY", "at": "04:15 AM", "timezone": "UTC"}',
        settings=(Setting(name="query", value=feed.query), Setting(name="retry.retryNumber", value="1")),
        created_by=made.owner_id,
        created=made.created,
        modified_by=made.owner_id,
        modified=made.created,
        executions=tuple(reversed(runs)),
    )


def _note(column: Described) -> ColumnNote:
    return ColumnNote(
        name=column.name,
        description=column.description,
        synonyms=column.synonyms,
        agent_enabled=column.agent_enabled,
        visible=column.visible,
    )


def _beast_mode(plan: Plan, place: int, formula: Formula) -> BeastMode:
    return BeastMode(
        id=f"calculation_5a1e{plan.number:04d}-0000-4000-8000-{place:012d}",
        name=formula.name,
        formula=formula.formula,
        data_type="DOUBLE",
        aggregated=formula.aggregated,
        columns=formula.columns,
    )


def _versions(plan: Plan, updated: int, rows: int) -> Iterator[DataVersion]:
    """Give one load a day up to the last update; each before it had a little less."""
    for back in reversed(range(LOADS)):
        then = updated - back * DAY
        held = rows - back * (rows // 1100)
        size = held * len(plan.columns) * BYTES_PER_CELL
        yield DataVersion(id=LOADS - back, recorded=then - 40_000, completed=then, rows=held, size_bytes=size)


def _execution(version: DataVersion) -> Execution:
    return Execution(
        id=32_000 + version.id,
        started=version.recorded,
        ended=version.completed,
        state="SUCCESS",
        rows=version.rows,
        size_bytes=version.size_bytes,
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
