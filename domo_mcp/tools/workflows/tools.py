"""Workflows: start them and follow what becomes of them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
from pydantic import Field, JsonValue

from domo_mcp.catalog.workflows import named
from domo_mcp.client.workflow_states import ENDED, MOST_EXECUTIONS, PAGE
from domo_mcp.errors import DomoError, InvalidInput, UnreadableAnswer
from domo_mcp.tools import args
from domo_mcp.tools.change import Change, Done, Outcome, Thing
from domo_mcp.tools.results import Page
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import workflows as toolset
from domo_mcp.tools.workflows.answers import (
    InstanceDetails,
    WorkflowDetails,
    WorkflowEntry,
    alias_details,
    details,
    entry,
    instance_details,
    instance_in_app,
    status_notes,
)
from domo_mcp.tools.workflows.instances import Place, followed, located, row_of, time_for_more
from domo_mcp.tools.workflows.lists import chosen_rows, in_utc, rows_table, told_totals, totals
from domo_mcp.tools.workflows.starts import check_released, of_alias, of_version, proposed, version_of
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo


Status = Literal["IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED"]
VersionName = Annotated[str, Field(min_length=1, max_length=50, description="Version; left out: the latest released.")]


@toolset.read
async def list_workflows(
    call: Call,
    query: Annotated[str, Field(max_length=200, description="Part of the name; left out: all.")] = "",
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[WorkflowEntry]:
    """Use it to find workflows. For the parameters of one use get_workflow."""
    offset, wanted = call.cursors.offset(cursor), query.strip().casefold()
    found = [each for each in await call.catalog.workflows.listed() if wanted in each.name.casefold()]
    found.sort(key=lambda each: (each.name.casefold(), each.id))
    of_an_app = "workflow alias (the operator lists an app's in aliases.workflows)"
    return Page.part(
        [entry(each) for each in found[offset : offset + limit]],
        of=len(found),
        kind=of_an_app if call.domo.surface.one_app else "workflow",
        first=offset,
        cursors=call.cursors,
    )


@toolset.read
async def get_workflow(call: Call, workflow: args.Workflow, version: VersionName | None = None) -> WorkflowDetails:
    """Use it before start_workflow: versions, start messages, and parameters with type, required and default."""
    chosen = await call.catalog.workflows.get(workflow)
    if call.domo.surface.one_app:
        _refuse_in_an_app(version=version)
        return alias_details(chosen)
    found = await call.domo.workflows.get(chosen.id)
    shown = version_of(found, version)
    return details(found, shown, await call.domo.workflows.starts(found.id, shown))


@toolset.run
async def start_workflow(
    call: Call,
    workflow: args.Workflow,
    parameters: Annotated[
        dict[str, JsonValue], Field(max_length=200, description="Values by parameter name, as get_workflow shows them.")
    ] = {},  # noqa: B006 - read only
    version: VersionName | None = None,
    message_name: Annotated[
        str | None, Field(min_length=1, max_length=200, description="Start message, where a version has several.")
    ] = None,
    again: Annotated[bool, Field(description="Start another one although the same was just started.")] = False,
) -> Change | Done:
    """Use it to start a workflow; it cannot be undone. To see what became of it use get_workflow_instance.

    The same start shortly after answers with the first instance.
    """
    if call.domo.surface.one_app:
        _refuse_in_an_app(version=version, message_name=message_name)
        beginning = await of_alias(call, workflow, parameters)
    else:
        beginning = await of_version(call, workflow, version, message_name, parameters)
        check_released(beginning.workflow, beginning.version)
    return await proposed(call, beginning, again=again)


@toolset.read
async def get_workflow_instance(
    call: Call,
    instance_id: args.WorkflowInstanceId,
    workflow: args.Workflow | None = None,
    wait_s: Annotated[int, Field(ge=0, le=45, description="Wait up to so many seconds for its end.")] = 0,
) -> InstanceDetails:
    """Use it for the status and result of one workflow instance. For many of them use list_workflow_instances.

    Give `workflow` for version and times; an app needs it.
    """
    if call.domo.surface.one_app:
        return await _in_an_app(call, instance_id, workflow, wait_s)
    place = await located(call, instance_id, workflow)
    status, problem = await followed(call, partial(call.domo.workflows.status, instance_id), wait_s)
    notes, result = [problem, *status_notes(status, wait_s)], dict[str, JsonValue]()
    with anyio.move_on_after(time_for_more()) as more:
        try:
            if status in ENDED:
                result = await call.domo.workflows.results(instance_id)
            if wait_s and place.workflow:
                place = Place(place.workflow, await row_of(call, place.workflow, instance_id) or place.row)
        except DomoError as error:
            notes.append(f"What it ended with could not be read: {error.message}")
    if more.cancelled_caught:
        notes.append("Not all about it came in time; ask again.")
    return instance_details(instance_id, status, place, result, notes)


@toolset.read
async def list_workflow_instances(
    call: Call,
    workflow: args.Workflow,
    status: Annotated[list[Status], Field(max_length=4, description="Only of these statuses.")] = [],  # noqa: B006
    after: Annotated[
        datetime | None, Field(description="Started then or later (ISO 8601; UTC without offset).")
    ] = None,
    until: Annotated[datetime | None, Field(description="Started until then.")] = None,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Table:
    """Use it to see how the instances of a workflow went, newest first, with totals.

    For one of them with its result use get_workflow_instance.
    """
    chosen, offset = await call.catalog.workflows.get(workflow), call.cursors.offset(cursor)
    if call.domo.surface.one_app:
        metrics = await call.domo.workflows.metrics(
            chosen.id, statuses=status, after=in_utc(after), until=in_utc(until), limit=limit + 1, offset=offset
        )
        rows = [*chosen_rows(metrics.instances[:limit], (), None, None), *metrics.instances[limit:]]
        return rows_table(rows, limit, offset, call.cursors.at, facts=(told_totals(metrics),))
    everything = await call.domo.workflows.executions(chosen.id, statuses=status)
    rows = chosen_rows(everything, status, after, until)
    cut = (f"Only {MOST_EXECUTIONS:,} instances were read.",) if len(everything) >= MOST_EXECUTIONS else ()
    if len(everything) == PAGE:
        cut = (f"Domo gave {PAGE} instances, one full page: it may have more.",)
    facts = (totals(rows), *cut)
    return rows_table(rows[offset:], limit, offset, call.cursors.at, total=len(rows), facts=facts)


@toolset.run
async def cancel_workflow_instance(
    call: Call, instance_id: args.WorkflowInstanceId, workflow: args.Workflow | None = None
) -> Change:
    """Use it to cancel a workflow instance that runs; it cannot be undone. To look first use get_workflow_instance."""
    place = await located(call, instance_id, workflow, search=True)
    status = await call.domo.workflows.status(instance_id)
    if status in ENDED:
        raise InvalidInput(f"Instance {foreign(instance_id, 60)} is {status} already.", "Nothing is left to cancel.")
    known = place.workflow
    return Change(
        summary=f"Cancel instance {foreign(instance_id, 60)}{f' of workflow {named(known)}' if known else ''}.",
        on=Thing("workflow", known.id, known.name) if known else Thing("workflow instance", instance_id, instance_id),
        apply=partial(_cancel, instance_id),
        undo="none",
        affected=1,
        notes=("What its steps did until now stays.",),
    )


async def _cancel(instance_id: str, domo: Domo) -> Outcome:
    try:
        status = (await domo.workflows.cancel(instance_id)).status
    except UnreadableAnswer:
        status = await domo.workflows.status(instance_id)
        if status != "CANCELED":
            raise
    return Outcome((f"Its status is {foreign(status, 30)}.",))


async def _in_an_app(call: Call, instance_id: str, alias: str | None, wait_s: int) -> InstanceDetails:
    if alias is None:
        raise InvalidInput("workflow is required here: an app knows instances by its alias.", "Pass the alias.")
    chosen = await call.catalog.workflows.get(alias)
    found, problem = await followed(call, partial(call.domo.workflows.instance, chosen.id, instance_id), wait_s)
    return instance_in_app(instance_id, chosen.name, found, [problem, *status_notes(found.status, wait_s)])


def _refuse_in_an_app(**given: str | None) -> None:
    for name, value in given.items():
        if value is not None:
            raise InvalidInput(
                f"An alias stands for one version and one message: {name} is not taken.", "Leave it out."
            )
