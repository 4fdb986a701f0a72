"""What streams are defined by: shown without secrets, merged with what a call gives, put back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from domo_mcp.errors import InvalidInput, NotFound, Refused
from domo_mcp.sql.columns import MASK
from domo_mcp.tools.change import Outcome, Snapshot, Undoable, after_writing
from domo_mcp.tools.toolset import Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.streams import Connector, Definition, Setting, Stream

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)?$|pass(word|phrase)|pwd|secret|token|credential|private|signature|bearer|"
    r"(api|access|account|encryption|shared)[\W_]*key|connection[\W_]*string|(^|[\W_])(key|auth)$",
    re.IGNORECASE,
)
_SECRET_KIND = re.compile(r"secret|private|credential|password|encrypt", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_OF_SETTING = "configuration."
_SHORTEST_SECRET = 8


@with_config(ConfigDict(extra="forbid"))
class TransportArgument(TypedDict):
    """Which connector brings the data."""

    description: Annotated[str, Field(min_length=1, max_length=300)]
    version: NotRequired[Annotated[str, Field(max_length=50)]]
    type: NotRequired[Literal["CONNECTOR"]]


@with_config(ConfigDict(extra="forbid"))
class SettingArgument(TypedDict):
    """One entry of a configuration."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    value: JsonValue
    type: NotRequired[Annotated[str, Field(min_length=1, max_length=100)]]
    category: NotRequired[Annotated[str, Field(min_length=1, max_length=100)]]


@dataclass(frozen=True)
class Asked:
    """What a call says about a stream; what is None stays as it is."""

    transport: TransportArgument | None = None
    configuration: Sequence[SettingArgument] | None = None
    account_id: str | None = None
    update_method: str | None = None
    provider: str | None = None
    name: str | None = None
    description: str | None = None
    schedule: Mapping[str, JsonValue] | None = None


def shown(name: str, value: JsonValue, category: str = "") -> JsonValue:
    """A setting's value as anybody may see it: secrets, told by their name or place, are asterisks."""
    if value is None or value == "":
        return value
    if _SECRET_NAME.search(name) or _SECRET_KIND.search(category):
        return MASK
    if isinstance(value, dict):
        return {key: shown(key, part) for key, part in value.items()}
    if isinstance(value, list):
        return [shown(name, part) for part in value]
    return _IN_URL.sub(MASK, value) if isinstance(value, str) else value


def snapshot_of(defined: Definition) -> dict[str, JsonValue]:
    """A definition as the journal keeps it and people see it, each setting as a field of its own; without secrets."""
    kept: dict[str, JsonValue] = {
        "connector": defined.transport.description,
        "version": defined.transport.version,
        "provider": defined.provider,
        "account_id": defined.account_id,
        "update_method": defined.update_method,
        "name": defined.name,
        "description": defined.description,
        "schedule": _as_object(defined.schedule),
    }
    settings = {
        f"{_OF_SETTING}{each.name}": shown(each.name, each.value, each.category) for each in defined.configuration
    }
    return kept | settings


def definition_of(stream: Stream) -> Definition:
    """That of a stream as it is, secrets and all."""
    from domo_mcp.client.streams import Definition

    return Definition(
        transport=stream.transport,
        configuration=stream.configuration,
        account_id=stream.account.id if stream.account else None,
        update_method=stream.update_method,
        provider=stream.provider.key,
        name=stream.dataset.name,
        description=stream.dataset.description or "",
        schedule=stream.schedule,
    )


def merged(now: Definition, asked: Asked) -> Definition:
    """`now` with what a call says. Raises InvalidInput for asterisks where a secret belongs."""
    from domo_mcp.client.streams import Definition

    return Definition(
        transport=_transport(now.transport, asked.transport),
        configuration=_settings(now.configuration, asked.configuration or ()),
        account_id=_or(asked.account_id, now.account_id),
        update_method=_or(asked.update_method, now.update_method) or "",
        provider=_or(asked.provider, now.provider) or "",
        name=_or(asked.name, now.name) or "",
        description=_or(asked.description, now.description) or "",
        schedule=now.schedule if asked.schedule is None else schedule_text(asked.schedule),
    )


def secrets_changed(now: Definition, wanted: Definition) -> list[str]:
    """The names of settings whose change the journal cannot keep, as it keeps no secrets."""
    before = {each.name: each for each in now.configuration}
    after = {each.name: each for each in wanted.configuration}
    return [
        name
        for name in dict.fromkeys([*before, *after])
        if _value(before.get(name)) != _value(after.get(name))
        and any(each is not None and is_secret(each) for each in (before.get(name), after.get(name)))
    ]


def secret_texts(asked: Sequence[SettingArgument]) -> list[str]:
    """The texts of a call that are secrets, to be kept out of every log; short ones would take too much with them."""
    values = [each["value"] for each in asked if shown(each["name"], each["value"], each.get("category", "")) == MASK]
    in_urls = [found for each in asked if isinstance(each["value"], str) for found in _IN_URL.findall(each["value"])]
    texts = [value for value in values if isinstance(value, str)]
    texts += [part for found in in_urls for part in (found, found.rpartition(":")[2])]
    return [text for text in texts if len(text) >= _SHORTEST_SECRET]


def is_secret(setting: Setting) -> bool:
    """Whether something of a setting is not shown."""
    return shown(setting.name, setting.value, setting.category) != setting.value


def schedule_text(schedule: Mapping[str, JsonValue]) -> str:
    """A schedule as Domo takes it. Raises InvalidInput where it has no type."""
    if not isinstance(schedule.get("type"), str) or not schedule["type"]:
        raise InvalidInput("A schedule needs a type.", 'Such as {"type": "MANUAL", "timezone": "UTC"}.')
    return json.dumps(schedule, ensure_ascii=False)


class StreamDefinitions:
    """Reads definitions of streams and puts them back."""

    kind = "stream"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """The definition of each, None for a stream that is not there."""
        return {key: await _read(domo, key) for key in ids}

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:  # noqa: ARG002 - Domo has no way to delete one
        """UPDATE."""
        return Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002
        """The content."""
        return "content"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Define streams as wanted, with the secrets that they have now. Raises Refused where one of those is gone."""
        for number, key in enumerate(current.objects):
            content = wanted.objects.get(key)
            if not isinstance(content, dict):
                raise Refused("Domo's documents have no way to delete a stream.", "Delete it in Domo itself.")
            with after_writing(number):
                await domo.streams.update(key, _restored(definition_of(await domo.streams.get(key)), content))
        return Outcome()


STREAMS = StreamDefinitions()


async def _read(domo: Domo, key: str) -> JsonValue:
    try:
        return snapshot_of(definition_of(await domo.streams.get(key)))
    except NotFound:
        return None


def _restored(now: Definition, content: Mapping[str, JsonValue]) -> Definition:
    from domo_mcp.client.streams import Connector, Definition

    schedule = content.get("schedule")
    return Definition(
        transport=Connector(
            type=now.transport.type, description=str(content["connector"]), version=str(content["version"])
        ),
        configuration=_settings_of(now.configuration, content),
        account_id=None if content.get("account_id") is None else str(content["account_id"]),
        update_method=str(content["update_method"]),
        provider=str(content["provider"]),
        name=str(content["name"]),
        description=str(content["description"]),
        schedule=schedule if schedule is None or isinstance(schedule, str) else json.dumps(schedule),
    )


def _settings_of(now: Sequence[Setting], content: Mapping[str, JsonValue]) -> tuple[Setting, ...]:
    """The settings of a snapshot; one that is not shown there is what it is now."""
    from domo_mcp.client.streams import Setting

    there = {each.name: each for each in now}
    made = []
    for field, value in content.items():
        if not field.startswith(_OF_SETTING):
            continue
        name = field.removeprefix(_OF_SETTING)
        setting = there.get(name) or Setting(name=name)
        if _holds_mask(value):
            if shown(name, setting.value, setting.category) != value:
                raise Refused(f'The secret "{foreign(name, 60)}" is not kept, so it cannot be put back.')
            made.append(setting)
        else:
            made.append(setting.model_copy(update={"value": value}))
    return tuple(made)


def _transport(now: Connector, asked: TransportArgument | None) -> Connector:
    if asked is None:
        return now
    return now.model_copy(update={"description": asked["description"], "version": asked.get("version", now.version)})


def _settings(now: Sequence[Setting], asked: Sequence[SettingArgument]) -> tuple[Setting, ...]:
    """The settings with those given changed or added, and those given as null taken away."""
    from domo_mcp.client.streams import Setting

    made = {each.name: each for each in now}
    names = [each["name"] for each in asked]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidInput(f'The setting "{foreign(twice[0], 60)}" is given twice.', "Give it once.")
    for each in asked:
        name, value = each["name"], each["value"]
        before = made.get(name)
        if value is None:
            made.pop(name, None)
            continue
        if _holds_mask(value):
            value = _kept(before, name, value)
        setting = before or Setting(name=name)
        told = {"type": each.get("type", setting.type), "category": each.get("category", setting.category)}
        made[name] = setting.model_copy(update={"value": value, **told})
    return tuple(made.values())


def _kept(before: Setting | None, name: str, value: JsonValue) -> JsonValue:
    """What stands behind asterisks: what is there, where that is how it is shown."""
    if before is None or shown(name, before.value, before.category) != value:
        raise InvalidInput(
            f'{MASK} in the setting "{foreign(name, 60)}" stands for a secret that is not shown.',
            "Give the whole value, or leave the setting out: then it stays as it is.",
        )
    return before.value


def _holds_mask(value: JsonValue) -> bool:
    return MASK in json.dumps(value, ensure_ascii=False)


def _value(setting: Setting | None) -> JsonValue:
    return setting.value if setting else None


def _or(asked: str | None, now: str | None) -> str | None:
    return now if asked is None else asked


def _as_object(schedule: str | None) -> JsonValue:
    try:
        read: JsonValue = json.loads(schedule or "null")
    except ValueError:
        return schedule
    return read
