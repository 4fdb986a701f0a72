"""Instances of workflows: which workflow one belongs to, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import anyio

from domo_mcp.catalog.workflows import named
from domo_mcp.client.workflow_states import ENDED, MOST_EXECUTIONS
from domo_mcp.errors import DomoError, DomoFailed, NotFound, RateLimited, Refused, TimedOut, Unreachable
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.workflow_models import Execution, Instance, Workflow

SeenT = TypeVar("SeenT", str, "Instance")

_PASSING = (DomoFailed, RateLimited, TimedOut, Unreachable)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 3.0
_FOR_THE_ANSWER_S, _SPARE_S = 4.0, 1.0
_MOST_SEARCHED, _NEWEST = 30, 100


@dataclass(frozen=True)
class Place:
    """The workflow of an instance, and its row among that workflow's instances; None where neither was looked up."""

    workflow: Workflow | None = None
    row: Execution | None = None


async def located(call: Call, instance_id: str, workflow: str | None, *, search: bool = False) -> Place:
    """Where an instance belongs. It is searched for where policy keeps callers from workflows, or `search` says so.

    Raises NotFound where it is not among the instances of the workflow given, Refused where policy has to know which
    workflow it is and cannot.
    """
    if workflow is not None:
        chosen = await call.catalog.workflows.get(workflow)
        row = await row_of(call, chosen, instance_id)
        if row is None:
            raise NotFound(
                f"{foreign(instance_id, 60)} is not among the instances of workflow {named(chosen)}.",
                "See list_workflow_instances for their ids.",
            )
        return Place(chosen, row)
    restricted = call.catalog.restricts("workflow")
    place = await _searched(call, instance_id) if search or restricted else Place()
    if restricted and place.workflow is None:
        raise Refused(
            "Which workflow this instance belongs to cannot be told, and policy allows only some.",
            "Pass its workflow, and check the id.",
        )
    return place


async def row_of(call: Call, workflow: Workflow, instance_id: str, most: int = MOST_EXECUTIONS) -> Execution | None:
    """The row of an instance among the first of a workflow's."""
    rows = await call.domo.workflows.executions(workflow.id, most=most)
    return next((row for row in rows if row.id == instance_id), None)


async def _searched(call: Call, instance_id: str) -> Place:
    """The instance among the newest of the workflows that were changed last; nothing where it is not there."""
    latest = sorted(await call.catalog.workflows.listed(), key=lambda each: each.updated_on or _LONG_AGO, reverse=True)
    found: list[Place] = []

    async def look(workflow: Workflow, scope: anyio.CancelScope) -> None:
        try:
            row = await row_of(call, workflow, instance_id, _NEWEST)
        except DomoError:
            return
        if row is not None:
            found.append(Place(workflow, row))
            scope.cancel()

    async with anyio.create_task_group() as tasks:
        for workflow in latest[:_MOST_SEARCHED]:
            tasks.start_soon(look, workflow, tasks.cancel_scope)
    return found[0] if found else Place()


async def followed(call: Call, look: Callable[[], Awaitable[SeenT]], wait_s: int) -> tuple[SeenT, str]:
    """What the last look saw, once the instance has ended or the time is over; and what went wrong since then.

    A look that fails for a passing reason is repeated while there is time. Raises DomoError where none ever succeeded.
    """
    if not wait_s:
        return await look(), ""
    begun, pause = anyio.current_time(), _FIRST_PAUSE_S
    seen, problem = await _glimpse(look)
    ends = min(begun + wait_s, anyio.current_effective_deadline() - _FOR_THE_ANSWER_S)
    with anyio.CancelScope(deadline=ends):
        while seen is None or _status(seen) not in ENDED:
            await call.progress(round(min(anyio.current_time() - begun, wait_s), 1), wait_s, _waiting(seen))
            await anyio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_S)
            found, problem = await _glimpse(look)
            seen = seen if found is None else found
    if seen is None:
        raise problem or TimedOut("Domo gave no status in the time to wait.", "Ask again.")
    return seen, f"The last look failed: {problem.message}" if problem else ""


def time_for_more() -> float:
    """Seconds that may go into what an answer can do without."""
    left = anyio.current_effective_deadline() - anyio.current_time()
    return max(left - _SPARE_S, left / 2)


async def _glimpse(look: Callable[[], Awaitable[SeenT]]) -> tuple[SeenT | None, DomoError | None]:
    """What a look saw, or the passing reason why it did not."""
    try:
        return await look(), None
    except _PASSING as error:
        return None, error


def _status(seen: str | Instance) -> str:
    return seen if isinstance(seen, str) else seen.status


def _waiting(seen: str | Instance | None) -> str:
    status = "null" if seen is None else _status(seen)
    return "waiting: not reported back yet" if status == "null" else f"waiting: {status}"


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
