"""Runs of streams: begun at once, done when the clock says so, and then the dataset has what its source has by then.

The source of every stream is the company itself: a stream of the company's own brings its table as of that day, any
other one what its configuration's `query` selects from one of the tables that those queries name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domo_mcp.sandbox.company import PLANS
from domo_mcp.sandbox.company.plan import Plan
from domo_mcp.sandbox.records import ColumnNote, Dataset, DataVersion, Execution, Record, Stream
from domo_mcp.sandbox.refusals import QueryError
from domo_mcp.sandbox.results import Result
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.tables import quoted
from domo_mcp.sandbox.warehouse import Column

RUN_S = 20
"""Seconds of the sandbox's clock that a run takes."""

_FROM = re.compile(r"(\bFROM\s+)(?:\w+\.)?(\w+)\b", re.IGNORECASE)
_BYTES_PER_CELL = 9
_FIRST_RUN = 32_000


class DueRun(Record):
    """A run that is not done yet, and when it will be."""

    id: str
    stream_id: int
    at: int


def begin(store: Store, stream: Stream) -> Execution:
    """Start a run by hand."""
    now = _now(store)
    number = max((run.id for run in stream.executions), default=_FIRST_RUN) + 1
    run = Execution(id=number, started=now, ended=None, state="ACTIVE", rows=0, size_bytes=0, run_type="MANUAL")
    store.put(
        stream.model_copy(update={"executions": (run, *stream.executions)}),
        DueRun(id=f"{stream.id}/{number}", stream_id=stream.id, at=now + RUN_S * 1000),
    )
    return run


async def settle(store: Store) -> None:
    """End the runs that have fallen due."""
    for due in store.all(DueRun):
        if due.at <= _now(store):
            stream = store.get(Stream, due.stream_id)
            store.remove(DueRun, due.id)
            if stream is not None and stream.executions and stream.executions[0].state == "ACTIVE":
                await _end(store, stream, stream.executions[0], due.at)


async def columns_of(store: Store, query: str) -> list[Column]:
    """Give the columns that a query would bring; what every connector adds where the sandbox has no such source."""
    try:
        result = await _asked(store, query)
    except QueryError:
        return [Column("_BATCH_ID_", "LONG"), Column("_BATCH_LAST_RUN_", "DATETIME")]
    return _columns(result)


async def _end(store: Store, stream: Stream, run: Execution, moment: int) -> None:
    dataset = store.get(Dataset, stream.dataset_id)
    try:
        rows = await _load(store, stream)
        size = rows * len(store.warehouse.columns(stream.dataset_id)) * _BYTES_PER_CELL
        done = run.model_copy(update={"state": "SUCCESS", "ended": moment, "rows": rows, "size_bytes": size})
        if dataset is not None:
            store.put(_loaded(store, dataset, done))
    except (QueryError, ValueError) as error:
        done = run.model_copy(update={"state": "ERROR", "ended": moment, "errors": (str(error),)})
    store.put(stream.model_copy(update={"executions": (done, *stream.executions[1:])}))


async def _load(store: Store, stream: Stream) -> int:
    """Bring the rows and count them. Raises QueryError where the source has none, ValueError where they do not fit."""
    plan = next((each for each in PLANS if each.id == stream.dataset_id and each.feed), None)
    if plan is not None and plan.feed is not None and plan.feed.query == stream.query:
        return _renew(store, plan)
    result = await _asked(store, stream.query)
    columns = _columns(result)
    cells = [[None if row[place] is None else str(row[place]) for row in result.rows] for place in range(len(columns))]
    if stream.update_method == "REPLACE" or not store.warehouse.row_count(stream.dataset_id):
        store.warehouse.load(stream.dataset_id, columns, cells)
    elif columns != store.warehouse.columns(stream.dataset_id):
        raise ValueError("The columns of the source are not those of the DataSet")
    else:
        store.warehouse.write(stream.dataset_id, [cells])
    return len(result.rows)


def _renew(store: Store, plan: Plan) -> int:
    """Make a table of the company's as of today; an APPEND brings it whole too (the invented source keeps no log)."""
    columns = [Column(each.name, each.type) for each in plan.columns]
    store.warehouse.create(plan.id, columns, plan.select(store.clock().date()))
    if plan.partitioned_by is not None:
        store.warehouse.tag(plan.id, f"strftime({quoted(plan.partitioned_by)}, '%Y-%m')")
    return store.warehouse.row_count(plan.id)


async def _asked(store: Store, query: str) -> Result:
    """The rows that a query has in the source. Raises QueryError."""
    name, sql = _table(query)
    plan = next((each for each in PLANS if each.feed and _table(each.feed.query)[0] == name), None)
    if plan is None:
        raise QueryError(f'Table "{name}" not found in source')
    return await store.warehouse.query(plan.id, sql, names=[name])


def _table(query: str) -> tuple[str, str]:
    """The table that a query reads, in lower case, and the query without the table's schema."""
    if re.fullmatch(r"\w+", query.strip()):
        return query.strip().lower(), f"SELECT * FROM {query.strip()}"
    found = _FROM.search(query)
    return (found[2].lower() if found else ""), _FROM.sub(r"\1\2", query, count=1)


def _columns(result: Result) -> list[Column]:
    if len({name.lower() for name in result.columns}) < len(result.columns):
        raise QueryError("Two columns of the query have the same name")
    return [Column(name, of) for name, of in zip(result.columns, result.types, strict=True)]


def _loaded(store: Store, dataset: Dataset, run: Execution) -> Dataset:
    """Give the dataset with one more version, and notes for columns that it did not have."""
    version = DataVersion(
        id=max((each.id for each in dataset.versions), default=0) + 1,
        recorded=run.started,
        completed=run.ended or run.started,
        rows=run.rows,
        size_bytes=run.size_bytes,
    )
    notes = {note.name: note for note in dataset.columns}
    names: Sequence[str] = [column.name for column in store.warehouse.columns(dataset.id)]
    columns = tuple(notes.get(name) or ColumnNote(name=name, description="") for name in names)
    return dataset.model_copy(
        update={"columns": columns, "versions": (*dataset.versions, version), "updated": version.completed}
    )


def _now(store: Store) -> int:
    return int(store.clock().timestamp() * 1000)
