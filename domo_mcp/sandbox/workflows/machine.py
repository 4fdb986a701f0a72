"""How instances go on: nothing runs in between, what has fallen due is done when somebody asks, as of then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from domo_mcp.sandbox.appdb.definitions import EPOCH, milliseconds
from domo_mcp.sandbox.workflows.code import CODE, Failed, Moment
from domo_mcp.sandbox.workflows.definitions import Instance, Running, Step, Trigger, Variables, Version, Workflow

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store

REPORTS_AFTER = 1000
"""Milliseconds for which an instance has not reported back as started: its status is null (assumed)."""


def begin(
    store: Store, workflow: Workflow, version: Version, variables: Variables, user_id: int, trigger: Trigger
) -> Instance:
    """Start a version, and give the new instance."""
    now = milliseconds(store.clock())
    instance = Instance(
        id=str(uuid4()),
        workflow_id=workflow.id,
        version=version.version,
        trigger=trigger,
        started_by=user_id,
        started=now,
        since=now + REPORTS_AFTER,
        variables={each.name: each.value for each in version.parameters if each.value is not None} | variables,
    )
    store.put(instance, Running(id=instance.id))
    return instance


def status(instance: Instance, now: datetime) -> str | None:
    """Give an instance's status; None where it has not reported back."""
    if instance.outcome is not None:
        return instance.outcome
    return None if milliseconds(now) < instance.started + REPORTS_AFTER else "IN_PROGRESS"


def cancel(store: Store, instance: Instance) -> Instance:
    """End an instance that runs."""
    canceled = instance.model_copy(update={"ended": milliseconds(store.clock()), "outcome": "CANCELED"})
    store.put(canceled)
    store.remove(Running, instance.id)
    return canceled


async def settle(store: Store) -> None:
    """Do the steps that have fallen due; what ended or changed in the meantime is left alone."""
    for running in store.all(Running):
        before = store.get(Instance, running.id)
        if before is None:
            continue
        after = await _advanced(store, before, milliseconds(store.clock()))
        if after is not before and store.get(Instance, running.id) == before:
            store.put(after)
            if after.outcome is not None:
                store.remove(Running, after.id)


async def _advanced(store: Store, instance: Instance, now: int) -> Instance:
    workflow = store.get(Workflow, instance.workflow_id)
    version = workflow.version(instance.version) if workflow else None
    steps = version.steps if version else ()
    while instance.outcome is None:
        place = _next(steps, instance)
        if place is None:
            if instance.since > now:
                return instance
            return instance.model_copy(update={"ended": instance.since, "outcome": "COMPLETED"})
        ends = instance.since + round(steps[place].seconds * 1000)
        if ends > now:
            return instance
        instance = await _after(store, instance, steps[place], place, ends)
    return instance


def _next(steps: tuple[Step, ...], instance: Instance) -> int | None:
    """Give the place of the step that the instance is at: the first whose conditions hold."""
    for place in range(instance.position, len(steps)):
        if all(condition.holds(instance.variables) for condition in steps[place].when):
            return place
    return None


async def _after(store: Store, instance: Instance, step: Step, place: int, ends: int) -> Instance:
    """Give the instance when a step's time is up."""
    variables = {**instance.variables, **step.sets}
    changes: dict[str, object] = {"position": place + 1, "since": ends}
    try:
        if step.calls is not None:
            moment = Moment(instance.id, instance.started_by, EPOCH + timedelta(milliseconds=ends))
            variables |= await CODE[step.calls](store, variables, moment)
    except Failed as failure:
        changes |= {"ended": ends, "outcome": "FAILED", "reason": f"{step.title}: {failure}"}
    return instance.model_copy(update={**changes, "variables": variables})
