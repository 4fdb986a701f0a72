"""Starting a workflow as a change: which version by which message, and not twice by mistake."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.catalog.workflows import named
from domo_mcp.errors import DomoError, InvalidInput, Refused, UnknownName
from domo_mcp.tools.change import NEW, Change, Done, Earlier, Outcome, Snapshot, Thing
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.workflows.parameters import alike, check_size, checked
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.workflow_models import Instance, Parameter, Start, Workflow

_KIND = "workflow instance"


@dataclass(frozen=True)
class Beginning:
    """A start as it will be sent; of an app the alias stands for version and message, which are empty.

    `takes` is what its definition says about the parameters.
    """

    workflow: Workflow
    version: str
    message: str
    parameters: Mapping[str, JsonValue]
    takes: Sequence[Parameter] = ()

    @property
    def key(self) -> str:
        """The same for starts that are the same, however their values are spelled."""
        whole = [self.workflow.id, self.version, self.message, alike(self.parameters, self.takes)]
        return hashlib.sha256(json.dumps(["start", *whole], sort_keys=True).encode()).hexdigest()

    @property
    def summary(self) -> str:
        """The start in one sentence."""
        version = f", version {foreign(self.version, 20)}" if self.version else ""
        return f"Start workflow {named(self.workflow)}{version}."


async def of_alias(call: Call, alias: str, given: Mapping[str, JsonValue]) -> Beginning:
    """A start of an app's alias without what is null; what it takes cannot be read there, so Domo checks it."""
    check_size(given)
    sent = {name: value for name, value in given.items() if value is not None}
    return Beginning(await call.catalog.workflows.get(alias), "", "", sent)


async def of_version(
    call: Call, workflow: str, version: str | None, message: str | None, given: Mapping[str, JsonValue]
) -> Beginning:
    """A start by the definition of a version: the latest where none is named. Raises InvalidInput, UnknownName."""
    check_size(given)
    found = await call.domo.workflows.get((await call.catalog.workflows.get(workflow)).id)
    chosen = version_of(found, version)
    start = _start(await call.domo.workflows.starts(found.id, chosen), message)
    parameters = checked(given, start.parameters)
    sent = await _with_datasets(call, parameters, start.parameters)
    return Beginning(found, chosen, start.message, sent, start.parameters)


async def proposed(call: Call, beginning: Beginning, *, again: bool) -> Change | Done:
    """The change that starts it; what became of the same start where there was one a short while ago."""
    earlier = None if again else await call.changes.earlier(beginning.key)
    if earlier:
        return await _as_started(call, beginning, earlier)
    workflow = beginning.workflow
    message = f"Start message: {foreign(beginning.message, 80)}." if beginning.message else ""
    return Change(
        summary=beginning.summary,
        on=Thing("workflow", workflow.id, workflow.name),
        apply=partial(_begin, beginning),
        undo="none",
        after=Snapshot(_KIND, workflow.id, {f"{NEW}1": dict(beginning.parameters)}),
        notes=(message,) if message else (),
        once=beginning.key,
        again=again,
    )


def version_of(workflow: Workflow, wanted: str | None) -> str:
    """The version that is meant. Raises UnknownName for one that is not there, InvalidInput for a draft, or none."""
    known = {each.version: each for each in workflow.versions}
    if wanted is None:
        if latest := workflow.latest():
            return latest
        raise InvalidInput(f"Workflow {named(workflow)} has no released version.", "Release one in Domo.")
    if known and wanted not in known:
        listed = ", ".join(foreign(version, 20) for version in list(known)[:20])
        raise UnknownName(f"Workflow {named(workflow)} has no version {foreign(wanted, 20)}.", f"There are: {listed}.")
    return wanted


def check_released(workflow: Workflow, version: str) -> None:
    """Raise InvalidInput for a draft."""
    if any(each.is_draft for each in workflow.versions if each.version == version):
        latest = workflow.latest()
        instead = f"Leave version out: the latest is {foreign(latest, 20)}." if latest else "Release it in Domo."
        raise InvalidInput(f"Version {foreign(version, 20)} is a draft: only released ones are started.", instead)


def _start(starts: Sequence[Start], message: str | None) -> Start:
    if not starts:
        raise InvalidInput("The definition of this version has no start message.", "Look at it in Domo.")
    if message is None and len(starts) == 1:
        return starts[0]
    for each in starts:
        if each.message == message:
            return each
    listed = ", ".join(foreign(each.message, 80) for each in starts[:10])
    if message is None:
        raise InvalidInput(f"This version can be started by several messages: {listed}.", "Pass one as message_name.")
    close = difflib.get_close_matches(message, [each.message for each in starts], n=1, cutoff=0.3)
    meant = f" Did you mean {foreign(close[0], 80)}?" if close else ""
    raise UnknownName(f"No start message is called {foreign(message, 80)}.{meant}", f"There are: {listed}.")


async def _with_datasets(
    call: Call, parameters: Mapping[str, JsonValue], takes: Sequence[Parameter]
) -> dict[str, JsonValue]:
    """The parameters with the ids of datasets that are given by name. Raises Refused for what policy denies."""
    of_datasets = {each.name for each in takes if each.type.casefold() == "dataset"}
    return {name: await _ids(call, value) if name in of_datasets else value for name, value in parameters.items()}


async def _ids(call: Call, value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [(await call.catalog.dataset(str(each))).id for each in value]
    return (await call.catalog.dataset(str(value))).id


async def _begin(beginning: Beginning, domo: Domo) -> Outcome:
    workflows, key = domo.workflows, beginning.workflow.id
    if domo.surface.one_app:
        made = await workflows.start_alias(key, beginning.parameters)
    else:
        made = await workflows.start(key, beginning.version, beginning.message, beginning.parameters)
    return _outcome(made, made.instance_of(key))


def _outcome(made: Instance, instance_id: str) -> Outcome:
    now = "it has not reported back yet" if made.status == "null" else f"its status is {foreign(made.status, 30)}"
    told = f"Instance {foreign(instance_id, 60)} was started; {now}"
    return Outcome((f"{told}. Follow it with get_workflow_instance and wait_s.",), {f"{NEW}1": instance_id})


async def _as_started(call: Call, beginning: Beginning, earlier: Earlier) -> Done:
    """The answer to a start that was made already. Raises Refused where nobody knows whether it was."""
    when = f"{earlier.time:%Y-%m-%dT%H:%M:%SZ}"
    if not earlier.ids or earlier.status != "applied":
        raise Refused(
            f"The same start was sent at {when}, and whether it began is not known ({earlier.change}).",
            f"Look: list_workflow_instances with after = {when}. If none of them is it, start with again = true.",
        )
    instance_id = earlier.ids[0]
    status = await _told(call, beginning, instance_id)
    return Done(
        summary=beginning.summary,
        change=earlier.change,
        facts=(
            f"It was started at {when} already, as instance {foreign(instance_id, 60)}; {status}",
            "Nothing was started now; again = true starts another one.",
        ),
        ids={f"{NEW}1": instance_id},
    )


async def _told(call: Call, beginning: Beginning, instance_id: str) -> str:
    workflows = call.domo.workflows
    try:
        if call.domo.surface.one_app:
            status = (await workflows.instance(beginning.workflow.id, instance_id)).status
        else:
            status = await workflows.status(instance_id)
    except DomoError:
        return "its status cannot be read at the moment."
    return f"its status is {foreign(status, 30)}."
