"""The parts that a dataset is loaded in: partitions, data versions, and their index for queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
from pydantic import Field

from domo_mcp.catalog.directory import named
from domo_mcp.catalog.nearness import nearest
from domo_mcp.client.dataset_states import IndexStatus, PartitionState
from domo_mcp.errors import DomoError, InvalidInput, UnknownName
from domo_mcp.tools import args
from domo_mcp.tools.change import Change, Outcome
from domo_mcp.tools.counting import many
from domo_mcp.tools.datasets.schemas import check_all_seen
from domo_mcp.tools.datasets.tools import thing
from domo_mcp.tools.results import Answer, Page
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import datasets as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo

_LONGEST_WAIT_S = 40.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 3.0
_SPARE_S = 5.0
"""What is left of the time that a change may take, for its answer; half of it where there is little."""
_NAMED_AFTER_VALUES = "Partitions may be named after their values."

Moment = Annotated[str, Field(min_length=4, max_length=40)]


class PartitionEntry(Answer):
    """One partition: its tag, its rows, when it was last loaded."""

    partition: str
    rows: int | None
    loaded: str | None


class VersionEntry(Answer):
    """One load of a dataset."""

    version: str
    rows: int | None
    bytes: int | None
    status: str | None
    loaded: str | None
    partition: str | None


@toolset.read
async def search_partitions(
    call: Call,
    dataset: args.Dataset,
    sort: Annotated[Literal["newest", "oldest"], Field(description="By when they were loaded.")] = "newest",
    min: Annotated[Moment | None, Field(description="Loaded at or after: ISO date or time, UTC.")] = None,  # noqa: A002 - the argument's name is fixed
    max: Annotated[Moment | None, Field(description="Loaded at or before; a date is meant to its end.")] = None,  # noqa: A002
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[PartitionEntry]:
    """Use it for the partitions of a dataset with their rows. For its columns or plain list use get_dataset."""
    earliest = None if min is None else _milliseconds(min, at_its_end=False)
    latest = None if max is None else _milliseconds(max, at_its_end=True)
    found = await call.catalog.dataset(dataset)
    await check_all_seen(call, found.id, _NAMED_AFTER_VALUES)
    offset = call.cursors.offset(cursor)
    page = await call.domo.administration.search_partitions(
        found.id, newest_first=sort == "newest", earliest=earliest, latest=latest, limit=limit + 1, offset=offset
    )
    return Page(
        items=[PartitionEntry(partition=each.id, rows=each.row_count, loaded=_iso(each.completed)) for each in page][
            :limit
        ],
        kind="partition",
        first=offset,
        more=len(page) > limit,
        continues=lambda shown: call.cursors.at(offset + shown),
    )


@toolset.read
async def list_magic_versions(
    call: Call,
    dataset: args.Dataset,
    engine: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,40}$", description="Dataflow engine.")] = "MAGIC",
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[VersionEntry]:
    """Use it for the data versions that a dataflow would load of a dataset. For all loads: get_dataset, versions."""
    found = await call.catalog.dataset(dataset)
    offset = call.cursors.offset(cursor)
    page = await call.domo.administration.magic_versions(found.id, engine=engine, limit=limit + 1, offset=offset)
    tagged = not call.domo.rules or not (await call.domo.columns.sight(found.id)).kept_back
    entries = [
        VersionEntry(
            version=each.id,
            rows=each.row_count,
            bytes=each.size_bytes,
            status=each.status,
            loaded=_iso(each.completed),
            partition=each.partition if tagged else None,
        )
        for each in page.items
    ]
    return Page(
        items=entries[:limit],
        kind="data version",
        first=offset,
        total=page.total,
        more=len(entries) > limit,
        continues=lambda shown: call.cursors.at(offset + shown),
    )


@toolset.delete
async def delete_partition(
    call: Call,
    dataset: args.Dataset,
    partition: Annotated[str, Field(min_length=1, max_length=400, description="Its tag, as search_partitions has it.")],
    remove: Annotated[
        Literal["data", "tag"], Field(description="data: its rows; tag: only its place in the list, the rows stay.")
    ],
) -> Change:
    """Use it to delete the rows of one partition of a dataset, or its tag. For other rows use replace_rows."""
    found = await call.catalog.dataset_now(dataset)
    await check_all_seen(call, found.id, _NAMED_AFTER_VALUES)
    state = await _partition(call, found.id, partition, remove)
    rows = "rows, their number unknown," if state.row_count is None else many(state.row_count, "row")
    tag = f'"{foreign(partition, 40)}"'
    if remove == "data":
        summary = f"Delete the {rows} of partition {tag} of dataset {named(found)}."
        note = "Its tag stays in the list: remove=tag takes that. Queries may show the rows until index_dataset."
    else:
        summary = f"Remove the tag of partition {tag} of dataset {named(found)}; its {rows} stay."
        note = "Its rows cannot be told from others then: nothing in Domo's documents tags rows that are there."
    return Change(
        summary=summary,
        on=thing(found),
        apply=partial(_delete, found.id, partition, remove),
        undo="none",
        affected=1,
        notes=(note,),
    )


@toolset.run
async def index_dataset(
    call: Call,
    dataset: args.Dataset,
    versions: Annotated[
        list[Annotated[int, Field(ge=0)]] | None,
        Field(max_length=500, description="Data version ids; left out: all that are not indexed."),
    ] = None,
    engine: Annotated[
        Literal["data", "query"], Field(description="data: data versions; query: the dataset, for its query engine.")
    ] = "data",
    wait: Annotated[bool, Field(description="Wait until it is done, at most 40 s; only with engine data.")] = False,
) -> Change:
    """Use it to make loaded data and a changed schema visible to queries. To load rows use append_rows."""
    if engine == "query" and (versions or wait):
        raise InvalidInput("versions and wait go with engine data.", "Leave them out, or take engine data.")
    found = await call.catalog.dataset_now(dataset)
    what = f"{len(versions)} data versions" if versions else "all that waits to be indexed"
    return Change(
        summary=f"Index dataset {named(found)}{' for its query engine' if engine == 'query' else f': {what}'}.",
        on=thing(found),
        apply=partial(_index, call, found.id, versions or (), engine, wait=wait),
        undo="none",
        affected=1,
    )


async def _partition(call: Call, dataset_id: str, partition: str, remove: str) -> PartitionState:
    """The partition of that tag. Raises UnknownName where there is none, InvalidInput where its data are gone."""
    state = await call.domo.administration.partition(dataset_id, partition)
    if state is not None:
        return state
    tags = [each.id for each in await call.domo.datasets.partitions(dataset_id)]
    if partition not in tags:
        near = ", ".join(f'"{foreign(tag, 40)}"' for tag in nearest(partition, tags) or tags[-3:])
        raise UnknownName(
            f'There is no partition "{foreign(partition, 60)}".', f"Nearest: {near}." if near else "It has none."
        )
    if remove == "data":
        raise InvalidInput(f'Partition "{foreign(partition, 60)}" holds no data any more.', "remove=tag takes the tag.")
    return PartitionState(id=partition, row_count=0)


async def _delete(dataset_id: str, partition: str, remove: str, domo: Domo) -> Outcome:
    if remove == "data":
        await domo.administration.delete_partition_data(dataset_id, partition)
        return Outcome(("Call index_dataset so that queries do not show the rows.",))
    await domo.administration.delete_partition_tag(dataset_id, partition)
    return Outcome()


async def _index(
    call: Call, dataset_id: str, versions: Sequence[int], engine: str, domo: Domo, *, wait: bool
) -> Outcome:
    if engine == "query":
        await domo.administration.index_for_query(dataset_id)
        return Outcome(("Domo took the request; it tells no progress of this engine.",))
    index_id = await domo.administration.index(dataset_id, versions)
    if index_id is None:
        return Outcome(("Domo took the request, and told no id to ask for its progress.",))
    if not wait:
        return Outcome((f"Index {foreign(index_id, 40)} has begun; queries follow when it is done.",))
    return await _followed(call, domo, dataset_id, index_id)


async def _followed(call: Call, domo: Domo, dataset_id: str, index_id: str) -> Outcome:
    """What becomes of an index within the time there is; an error while asking does not unmake it."""
    called = f"Index {foreign(index_id, 40)}"
    left = anyio.current_effective_deadline() - anyio.current_time()
    pause, seen = _FIRST_PAUSE_S, "its progress did not come in time"
    with anyio.move_on_after(min(_LONGEST_WAIT_S, max(left - _SPARE_S, left / 2))):
        while True:
            try:
                statuses = await domo.administration.index_statuses(dataset_id, index_id)
            except DomoError as error:
                return Outcome((f"{called} has begun; its progress cannot be read: {error.message}",))
            done, seen = sum(status.is_done for status in statuses), _share(statuses)
            await call.progress(done, len(statuses) or None, f"{done} of {many(len(statuses), 'data version')} indexed")
            if failed := [status for status in statuses if status.has_failed]:
                return Outcome((f"{called} failed: {foreign(failed[0].state, 40)}.",), incomplete=True)
            if statuses and done == len(statuses):
                return Outcome((f"{called} is done.",))
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
    return Outcome((f"{called} is still running: {seen}.",))


def _share(statuses: Sequence[IndexStatus]) -> str:
    done = sum(status.is_done for status in statuses)
    percents = [status.percent for status in statuses if status.percent is not None]
    return f"{done} of {len(statuses)} data versions{f', {sum(percents) // len(percents)} %' if percents else ''}"


def _milliseconds(text: str, *, at_its_end: bool) -> int:
    """The moment that a date or time means, in milliseconds since 1970. Raises InvalidInput."""
    try:
        if len(text.strip()) == len("2026-01-31"):
            day = datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
            return _since_1970(day + timedelta(days=1)) - 1 if at_its_end else _since_1970(day)
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise InvalidInput(
            f'"{foreign(text, 40)}" is no date or time.', "Write 2026-01-31, or 2026-01-31T08:00:00Z."
        ) from None
    return _since_1970(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)


def _since_1970(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
