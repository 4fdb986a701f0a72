"""Rows into datasets: appended, or in place of those that are there."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, JsonValue

from domo_mcp.catalog.directory import named
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools import args
from domo_mcp.tools.change import UNKNOWN_VALUE, Change, Snapshot, Thing
from domo_mcp.tools.counting import many
from domo_mcp.tools.datasets.columns import Target
from domo_mcp.tools.datasets.given import Given, given
from domo_mcp.tools.datasets.upload import ROWS, Plan, state, upload
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import datasets as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Column, Dataset

Rows = Annotated[
    list[list[JsonValue] | dict[str, JsonValue]],
    Field(
        max_length=10_000,
        description="Lists in column order, or objects by column. Dates ISO, null for NULL.",
    ),
]
Csv = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description='A CSV file (UTF-8) below files.roots, its header names columns. An empty cell is NULL, "" a text.',
    ),
]
PartitionTag = Annotated[
    str, Field(min_length=1, max_length=200, description="Replace the rows of this partition only; a new one is made.")
]

_NO_WAY_BACK = "Domo has no way back for rows: neither undo_change nor Domo itself brings them back."


@toolset.update
async def append_rows(call: Call, dataset: args.Dataset, rows: Rows | None = None, source: Csv | None = None) -> Change:
    """Use it to add rows to a dataset, each checked against its columns first; this cannot be undone.

    To put rows in place of those that are there use replace_rows; for AppDB create_appdb_documents.
    """
    found, target = await _dataset(call, dataset)
    coming = await given(call, target, rows, source)
    before = await state(call.domo, found)
    return _change(
        call,
        found,
        f"Append {many(coming.count, 'row')}{coming.origin} to dataset {named(found)}.",
        coming,
        before,
        Plan(found.id, append=True, partition=None, rows=_left(found.row_count, 0, coming)),
        (_in_order(target), "Domo has no way to take appended rows out again."),
    )


@toolset.delete
async def replace_rows(
    call: Call,
    dataset: args.Dataset,
    rows: Rows | None = None,
    source: Csv | None = None,
    partition: PartitionTag | None = None,
) -> Change:
    """Use it to put rows in place of all that a dataset has, or of one partition's; this cannot be undone.

    To keep what is there use append_rows.
    """
    found, target = await _dataset(call, dataset)
    coming = await given(call, target, rows, source)
    before = await state(call.domo, found)
    gone = found.row_count if partition is None else await call.domo.uploads.rows_of(found.id, partition)
    which = f"of partition {foreign(partition, 40)} of" if partition is not None else "of"
    return _change(
        call,
        found,
        f"Replace {_all(gone)} {which} dataset {named(found)} with {many(coming.count, 'row')}{coming.origin}.",
        coming,
        before,
        Plan(found.id, append=False, partition=partition, rows=_left(found.row_count, gone, coming)),
        (_in_order(target), _NO_WAY_BACK, *_new_partition(partition, gone)),
        must_confirm="it replaces what is there",
    )


def _change(
    call: Call,
    dataset: Dataset,
    summary: str,
    coming: Given,
    before: dict[str, JsonValue],
    plan: Plan,
    notes: tuple[str, ...],
    must_confirm: str = "",
) -> Change:
    decided = dict(UNKNOWN_VALUE)
    after: JsonValue = {"rows": decided if plan.rows is None else plan.rows, "latest_version": decided}
    return Change(
        summary=summary,
        on=Thing("dataset", dataset.id, dataset.name),
        apply=partial(upload, call, plan, coming),
        undo="none",
        before=Snapshot(ROWS.kind, "", {dataset.id: before}),
        after=Snapshot(ROWS.kind, "", {dataset.id: after}),
        must_confirm=must_confirm,
        notes=(*coming.notes, *notes, *_filled_by(dataset)),
        sends_bytes=coming.size,
        stoppable=True,
    )


async def _dataset(call: Call, name_or_id: str) -> tuple[Dataset, Target]:
    """The dataset as it is now, and its columns. Raises Refused where policy keeps some of them out of sight."""
    known = await call.catalog.dataset_now(name_or_id)
    columns = await call.domo.uploads.columns(known.id)
    if await _keeps_back(call, known.id, columns):
        raise Refused(
            "Policy keeps columns of this dataset out of sight, and rows need all columns: no rows are written.",
            "Someone with all columns in sight can write them in Domo itself.",
        )
    if not columns:
        raise InvalidInput(f"Dataset {named(known)} has no columns yet.", "Give it some with alter_dataset_schema.")
    return await call.domo.datasets.get(known.id), Target(tuple((column.name, column.type) for column in columns))


async def _keeps_back(call: Call, dataset_id: str, declared: tuple[Column, ...]) -> bool:
    """Whether policy hides or masks a column, be it one that is declared and not indexed yet."""
    if not call.domo.rules:
        return False
    rules = await call.domo.columns.of_dataset(dataset_id, declared)
    touched = any(rules.touches(column.name) for column in declared)
    return touched or bool((await call.domo.columns.sight(dataset_id)).kept_back)


def _in_order(target: Target) -> str:
    """What binds a yes to the columns as they are: values without names would go to others in another order."""
    fingerprint = hashlib.sha256(json.dumps(target.columns).encode()).hexdigest()[:16]
    return f"Columns of the dataset: {len(target.columns):,}, their names, types and order as of now: {fingerprint}."


def _left(there: int | None, gone: int | None, coming: Given) -> int | None:
    """How many rows there are in the end, None where Domo does not say how many there are now."""
    return None if there is None or gone is None else there - gone + coming.count


def _all(rows: int | None) -> str:
    if rows is None:
        return "all rows (Domo does not say how many)"
    return f"all {many(rows, 'row')}" if rows > 1 else many(rows, "row") if rows else "no rows"


def _new_partition(partition: str | None, gone: int | None) -> tuple[str, ...]:
    new = partition is not None and gone == 0
    return ("The dataset has no rows in a partition of that name: it becomes a new one.",) if new else ()


def _filled_by(dataset: Dataset) -> tuple[str, ...]:
    if not dataset.stream_id:
        return ()
    return (f"Stream {foreign(dataset.stream_id, 20)} fills this dataset too: its next run may replace the rows.",)
