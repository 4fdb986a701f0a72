"""Streams: the connectors that fill datasets."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
from pydantic import Field, JsonValue, StringConstraints

from domo_mcp import telemetry
from domo_mcp.errors import DomoError, InvalidInput, Refused
from domo_mcp.tools import args
from domo_mcp.tools.change import NEW, Change, Outcome, Snapshot, Thing
from domo_mcp.tools.results import Answer, Page
from domo_mcp.tools.streams.definitions import (
    STREAMS,
    Asked,
    SettingArgument,
    TransportArgument,
    definition_of,
    merged,
    secret_texts,
    secrets_changed,
    snapshot_of,
)
from domo_mcp.tools.streams.secrets import shown
from domo_mcp.tools.toolset import Call, Effect, Target
from domo_mcp.tools.toolsets import streams as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from datetime import datetime

    from domo_mcp.client.column_policy import Sight
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.streams import Definition, Run, Stream
    from domo_mcp.sql import ColumnRules


StreamId = Annotated[
    str,
    Target("stream"),
    Field(
        min_length=1, max_length=40, pattern=r"^[0-9]+$", description="Stream id; get_dataset tells that of a dataset."
    ),
]
Transport = Annotated[
    TransportArgument, Field(description="The connector by name: description com.domo.connector.NAME, and version.")
]
Configuration = Annotated[
    list[SettingArgument],
    Field(max_length=300, description="Settings of the connector; type string and category METADATA by default."),
]
AccountId = Annotated[str, Field(pattern=r"^[0-9]{1,18}$", description="Id of the account to sign in with.")]
UpdateMethod = Annotated[
    Literal["APPEND", "REPLACE"], Field(description="What a run does with the rows that are there.")
]
ProviderKey = Annotated[
    str, Field(min_length=1, max_length=200, description="Key of the data provider, such as snowflake-unload-v2.")
]
DatasetName = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(min_length=1, max_length=200, description="Name of the dataset that it fills."),
]
Description = Annotated[str, Field(max_length=2000, description="Description of that dataset.")]
Schedule = Annotated[
    dict[str, JsonValue], Field(description='When it runs: {"type": "MANUAL", "timezone": "UTC"}, type DAY, HOUR, ….')
]


class SettingEntry(Answer):
    """One setting; secrets are asterisks."""

    name: str
    value: JsonValue


class RunEntry(Answer):
    """One run of a stream."""

    run: str
    state: str | None
    started: str | None
    ended: str | None
    rows: int | None
    bytes: int | None
    method: str | None


class StreamDetails(Answer):
    """One stream."""

    id: str
    dataset_id: str
    dataset: str
    description: str | None
    connector: str
    version: str
    provider: str
    account_id: str | None
    update_method: str
    schedule: JsonValue
    schedule_state: str | None
    configuration: list[SettingEntry]
    running: RunEntry | None
    last_run: RunEntry | None
    last_errors: list[str]
    modified: str | None


@toolset.read
async def get_stream(call: Call, stream: StreamId) -> StreamDetails:
    """Use it for how a connector fills a dataset: settings, schedule, last run. For all runs use list_stream_runs."""
    found = await _stream(call, stream)
    sight = await call.domo.columns.sight(found.dataset.id)
    rules = sight.rules
    last = found.last_execution
    return StreamDetails(
        id=found.id,
        dataset_id=found.dataset.id,
        dataset=found.dataset.name,
        description=rules.redacted(found.dataset.description) if found.dataset.description else None,
        connector=found.transport.description,
        version=found.transport.version,
        provider=found.provider.key,
        account_id=found.account.id if found.account else None,
        update_method=found.update_method,
        schedule=snapshot_of(definition_of(found))["schedule"] or found.schedule_expression,
        schedule_state=found.schedule_state,
        configuration=[
            SettingEntry(name=each.name, value=_redacted(shown(each.name, each.value, each.category), rules))
            for each in found.configuration
        ],
        running=_entry(found.current_execution) if found.current_execution else None,
        last_run=_entry(last) if last else None,
        last_errors=[_error(error, sight) for error in (last.errors if last else ())],
        modified=_iso(found.modified_at),
    )


@toolset.read
async def list_stream_runs(
    call: Call, stream: StreamId, limit: args.ListLimit = 20, cursor: args.Cursor | None = None
) -> Page[RunEntry]:
    """Use it for the runs of a stream, newest first: state, times, rows. For settings and errors use get_stream."""
    offset = call.cursors.offset(cursor)
    found = await _stream(call, stream)
    runs = await call.domo.streams.runs(found.id)
    shown = [_entry(run) for run in runs[offset : offset + limit]]
    return Page.part(shown, of=len(runs), kind="run", first=offset, cursors=call.cursors)


@toolset.create
async def create_stream(  # noqa: PLR0913, PLR0917 - the properties of the document
    call: Call,
    transport: Transport,
    configuration: Configuration,
    update_method: UpdateMethod,
    provider: ProviderKey,
    name: DatasetName,
    account_id: AccountId | None = None,
    description: Description = "",
    schedule: Schedule = {"type": "MANUAL", "timezone": "UTC"},  # noqa: B006 - read only, and the schema shows it
) -> Change:
    """Use it to make a connector's stream with a new dataset that it fills; it has no rows until run_stream.

    For a dataset that you fill yourself use create_dataset.
    """
    asked = Asked(transport, configuration, account_id, update_method, provider, name, description, schedule)
    telemetry.secrets.add(secret_texts(configuration))
    wanted = merged(_nothing(), asked)
    await call.catalog.permit("dataset", "", name)
    return Change(
        summary=f'Create a stream of {foreign(wanted.transport.description, 60)} that fills "{foreign(name, 60)}".',
        on=Thing("stream", "new", name),
        apply=partial(_create, wanted),
        undo="none",
        before=Snapshot(STREAMS.kind),
        after=Snapshot(STREAMS.kind, "", {f"{NEW}1": snapshot_of(wanted)}),
        notes=("Domo's documents have no way to delete a stream: in Domo itself it can be.",),
    )


@toolset.update
async def update_stream(  # noqa: PLR0913, PLR0917 - the properties of the document
    call: Call,
    stream: StreamId,
    transport: Transport | None = None,
    configuration: Annotated[
        Configuration | None, Field(description="Settings to change or add; value null takes one away. Others stay.")
    ] = None,
    account_id: AccountId | None = None,
    update_method: UpdateMethod | None = None,
    provider: ProviderKey | None = None,
    name: DatasetName | None = None,
    description: Description | None = None,
    schedule: Schedule | None = None,
) -> Change:
    """Use it to change a stream's connector, settings, schedule or dataset's name; what is left out stays.

    To run it use run_stream.
    """
    telemetry.secrets.add(secret_texts(configuration or ()))
    found = await _stream(call, stream)
    if (await call.domo.columns.sight(found.dataset.id)).kept_back:
        raise Refused(
            "Policy keeps columns of this dataset out of sight, and settings of its stream may name them.",
            "Someone with all columns in sight can change it in Domo itself.",
        )
    asked = Asked(transport, configuration, account_id, update_method, provider, name, description, schedule)
    now = definition_of(found)
    wanted = merged(now, asked)
    if wanted == now:
        raise InvalidInput("Nothing to change was given.", "Pass what shall be different.")
    secrets = secrets_changed(now, wanted)
    return Change(
        summary=f"Change stream {foreign(found.id, 20)}, which fills {_dataset(found)}.",
        on=_thing(found),
        apply=partial(_update, found.id, wanted),
        undo="none" if secrets else "content",
        before=Snapshot(STREAMS.kind, "", {found.id: snapshot_of(now)}),
        after=Snapshot(STREAMS.kind, "", {found.id: snapshot_of(wanted)}),
        notes=_secret_notes(secrets),
    )


@toolset.run
async def run_stream(call: Call, stream: StreamId) -> Change:
    """Use it to let a connector load its dataset now; list_stream_runs tells how it went.

    For rows of your own use append_rows.
    """
    found = await _stream(call, stream)
    running, replaces = found.current_execution, found.update_method != "APPEND"
    return Change(
        summary=f"Run stream {foreign(found.id, 20)} now, which fills {_dataset(found)}.",
        on=_thing(found),
        apply=partial(_run, found.id),
        undo="none",
        affected=1,
        must_confirm="it replaces what is there" if replaces else "",
        acts_as=Effect.UPDATE if replaces else None,
        notes=(
            "The rows that are there are replaced."
            if found.update_method == "REPLACE"
            else f"Update method: {foreign(found.update_method, 20)}.",
            *((f"Run {foreign(running.execution_id, 20)} is not done yet.",) if running else ()),
        ),
    )


async def _stream(call: Call, stream_id: str) -> Stream:
    """The stream as it is now. Raises Refused where policy keeps callers from it, or from the dataset that it fills."""
    found = await call.domo.streams.get(stream_id)
    await call.catalog.permit("stream", found.id, found.dataset.name)
    await call.catalog.permit("dataset", found.dataset.id, found.dataset.name)
    return found


def _nothing() -> Definition:
    from domo_mcp.client.streams import Connector, Definition

    return Definition(Connector(version="1"), (), None, "", "", "", "", None)


async def _create(wanted: Definition, domo: Domo) -> Outcome:
    made = await domo.streams.create(wanted)
    told = f"Its id is {foreign(made.id, 20)}; it fills dataset {foreign(made.dataset.id, 40)}."
    return Outcome((told,), {f"{NEW}1": made.id})


async def _update(stream_id: str, wanted: Definition, domo: Domo) -> Outcome:
    await domo.streams.update(stream_id, wanted)
    return Outcome()


async def _run(stream_id: str, domo: Domo) -> Outcome:
    await domo.streams.run(stream_id)
    found: Stream | None = None
    left = anyio.current_effective_deadline() - anyio.current_time()
    with suppress(DomoError), anyio.move_on_after(left / 2):  # the run stands, whatever becomes of this look
        found = await domo.streams.get(stream_id)
    if found is None:
        return Outcome(("Domo took the request.",))
    run = found.current_execution or found.last_execution
    told = f"Run {foreign(run.execution_id, 20)}: {foreign(run.current_state or 'unknown', 20)}." if run else ""
    return Outcome((f"Domo took the request. {told} list_stream_runs tells how it ends.".replace("  ", " "),))


def _thing(stream: Stream) -> Thing:
    return Thing("stream", stream.id, stream.dataset.name)


def _dataset(stream: Stream) -> str:
    return f'dataset "{foreign(stream.dataset.name, 60)}" ({foreign(stream.dataset.id, 40)})'


def _secret_notes(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    listed = ", ".join(foreign(name, 40) for name in names[:5])
    return (f"Secret settings change: {listed}. What they were is not kept, so this cannot be undone.",)


def _entry(run: Run) -> RunEntry:
    return RunEntry(
        run=run.execution_id,
        state=run.current_state,
        started=_iso(run.started_at),
        ended=_iso(run.ended_at),
        rows=run.rows_inserted,
        bytes=run.bytes_inserted,
        method=run.update_method,
    )


def _error(error: object, sight: Sight) -> str:
    """What went wrong in a run; none of it where a value that it tells may be one of a column that is kept back."""
    if sight.kept_back:
        return "(not shown: policy keeps columns of this dataset back)"
    return sight.rules.redacted(str(shown("", str(error))))


def _redacted(value: JsonValue, rules: ColumnRules) -> JsonValue:
    if isinstance(value, str):
        return rules.redacted(value)
    if isinstance(value, list):
        return [_redacted(part, rules) for part in value]
    return {key: _redacted(part, rules) for key, part in value.items()} if isinstance(value, dict) else value


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
