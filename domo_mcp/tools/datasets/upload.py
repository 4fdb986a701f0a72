"""An upload of rows as a change happens: all parts, then one commit, then a look at what Domo holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal

import anyio
import anyio.to_thread
from pydantic import JsonValue

from domo_mcp.errors import DomoError, Refused, first_failure
from domo_mcp.tools.change import Outcome, Snapshot, Undoable
from domo_mcp.tools.counting import many
from domo_mcp.tools.datasets.csv_parts import parts
from domo_mcp.tools.datasets.given import Given
from domo_mcp.tools.toolset import Call, Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Dataset, Version

_MIB = 1024 * 1024
_INDEXED_WITHIN_S = 20
_LOOK_AGAIN_S = (0.0, 0.5, 1.0, 2.0, 4.0, 4.0, 8.0)


class DatasetRows:
    """Reads how many rows datasets hold, and by which data version; rows that went do not come back."""

    kind = "dataset rows"
    must_confirm = ""
    conclusive = False

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """The rows and the latest data version of each."""
        return {key: await state(domo, await domo.datasets.get(key)) for key in ids}

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:  # noqa: ARG002 - the same for all
        """Nothing of it is ever put back."""
        return Effect.DELETE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002
        """Nothing."""
        return "none"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:  # noqa: ARG002
        """Raise Refused."""
        raise Refused("Domo has no way back for rows.", "Upload the rows that should be there.")


ROWS = DatasetRows()


@dataclass(frozen=True)
class Plan:
    """What goes where: `rows` is how many the dataset has in the end, None where that cannot be told before."""

    dataset_id: str
    append: bool
    partition: str | None
    rows: int | None

    @property
    def action(self) -> Literal["APPEND", "REPLACE"]:
        """What the commit says; a partition is restated by an APPEND (datasets document, APPEND with Partitioning)."""
        return "APPEND" if self.append or self.partition is not None else "REPLACE"


async def upload(call: Call, plan: Plan, given: Given, domo: Domo) -> Outcome:
    """Send the rows in parts, and commit them when all are there: until then nothing changes. Raises DomoError."""
    with _uncommitted():
        upload_id = await domo.uploads.begin(plan.dataset_id, append=plan.append, partition=plan.partition)
        sent = await _send(call, domo, plan.dataset_id, upload_id, given)
    told = f"Upload {foreign(upload_id, 40)}: {many(given.count, 'row')} in {many(sent, 'part')}."
    with anyio.CancelScope(shield=True):  # a caller may give up before; from here on it has to be known what happened
        await domo.uploads.commit(plan.dataset_id, upload_id, plan.action, partition=plan.partition)
        return Outcome((told, *await _indexed(call, domo, plan)))
    raise AssertionError("a shield lets everything through")


@contextmanager
def _uncommitted() -> Iterator[None]:
    """Let an error say that nothing was committed; without a commit, what was sent changes nothing."""
    try:
        with first_failure():
            yield
    except DomoError as error:
        error.surely_unprocessed = True
        error.hint = f"{error.hint} No row was committed; what was sent of the upload stays unused.".strip()
        raise


async def _send(call: Call, domo: Domo, dataset_id: str, upload_id: str, given: Given) -> int:
    """Send all parts, several at a time and no more than those in memory, and return how many there were."""
    free, done, numbers = anyio.Semaphore(call.files.parallel_parts), 0, count(1)

    async def put(number: int, data: bytes, rows: int) -> None:
        nonlocal done
        try:
            await domo.uploads.put_part(dataset_id, upload_id, number, data)
        finally:
            free.release()
        done += rows
        await call.progress(done, given.count, f"{done:,} of {many(given.count, 'row')} sent")

    with closing(parts(given.read(), call.files.part_mb * _MIB)) as made:
        async with anyio.create_task_group() as tasks:
            while True:
                await free.acquire()
                part = await anyio.to_thread.run_sync(next, made, None)
                if part is None:
                    break
                tasks.start_soon(put, next(numbers), *part)
    return next(numbers) - 1


async def _indexed(call: Call, domo: Domo, plan: Plan) -> tuple[str, ...]:
    """Wait a while until Domo counts the rows, and tell where it does not yet."""
    if plan.rows is None:
        return ()
    found: int | None = None
    with anyio.move_on_after(_INDEXED_WITHIN_S):
        for pause in _LOOK_AGAIN_S:
            await anyio.sleep(pause)
            try:
                found = (await domo.datasets.get(plan.dataset_id)).row_count
            except DomoError:
                continue
            if found == plan.rows:
                return ()
            await call.progress(0, message="waiting for Domo to index the rows")
    counted = "an unknown number of rows" if found is None else many(found, "row")
    why = "it may still index them, or others write too"
    return (f"Domo counts {counted} by now, not {plan.rows:,}: {why}. See get_dataset, include versions.",)


async def state(domo: Domo, dataset: Dataset) -> dict[str, JsonValue]:
    """What a dataset holds, as snapshots have it."""
    return {"rows": dataset.row_count, "latest_version": await _latest_version(domo, dataset.id)}


async def _latest_version(domo: Domo, dataset_id: str) -> int | str | None:
    try:
        versions = await domo.datasets.versions(dataset_id)
    except DomoError:
        return None
    latest = max(versions, key=_age).id if versions else None
    return int(latest) if latest and latest.isdigit() else latest


def _age(version: Version) -> tuple[int, str]:
    return (len(version.id), version.id)  # ids are numbers that grow
