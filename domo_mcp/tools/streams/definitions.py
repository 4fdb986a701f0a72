"""What streams are defined by: shown without secrets, merged with what a call gives, put back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.sql.columns import MASK
from domo_mcp.tools.change import Outcome, Snapshot, Undoable, after_writing, each_or_none
from domo_mcp.tools.streams.secrets import is_secret, secrets_in, shown
from domo_mcp.tools.toolset import Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.streams import Connector, Definition, Setting, Stream

_FIELD = re.compile(r"configuration(?:\[(?P<category>[^\]]*)\])?\.(?P<name>.*)", re.DOTALL)
_USUAL = "METADATA"
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
        _field(each): shown(each.name, each.value, each.category) for each in keyed(defined.configuration).values()
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
    before, after = keyed(now.configuration), keyed(wanted.configuration)
    return [
        key[1]
        for key in dict.fromkeys([*before, *after])
        if _value(before.get(key)) != _value(after.get(key))
        and any(each is not None and is_secret(each) for each in (before.get(key), after.get(key)))
    ]


def secret_texts(asked: Sequence[SettingArgument]) -> list[str]:
    """The texts of a call that are secrets, to be kept out of every log; short ones would take too much with them."""
    texts = [text for each in asked for text in secrets_in(each["name"], each["value"], each.get("category", ""))]
    return [text for text in texts if len(text) >= _SHORTEST_SECRET]


def keyed(settings: Iterable[Setting]) -> dict[tuple[str, str], Setting]:
    """Settings by category and name. Raises Refused where two share both: one would be lost."""
    by_key: dict[tuple[str, str], Setting] = {}
    for each in settings:
        if by_key.setdefault((each.category, each.name), each) is not each:
            raise Refused(
                f'This stream has two settings "{foreign(each.name, 60)}" of one category, and one would be lost.',
                "Change it in Domo itself.",
            )
    return by_key


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

        async def read(key: str) -> dict[str, JsonValue]:
            return snapshot_of(definition_of(await domo.streams.get(key)))

        return await each_or_none(ids, read)

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

    there = keyed(now)
    made = []
    for field, value in content.items():
        if not (told := _FIELD.fullmatch(field)):
            continue
        name, category = told["name"], told["category"] or _USUAL
        setting = there.get((category, name)) or Setting(name=name, category=category)
        if _holds_mask(value):
            if shown(name, setting.value, category) != value:
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

    made, given = keyed(now), set[tuple[str, str]]()
    for each in asked:
        name, value = each["name"], each["value"]
        key = _meant(made, each)
        if key in given:
            raise InvalidInput(f'The setting "{foreign(name, 60)}" is given twice.', "Give it once.")
        given.add(key)
        before = made.get(key)
        if value is None:
            made.pop(key, None)
            continue
        if _holds_mask(value):
            value = _kept(before, name, value)
        setting = before or Setting(name=name, category=key[0])
        made[key] = setting.model_copy(update={"value": value, "type": each.get("type", setting.type)})
    return tuple(made.values())


def _meant(there: Iterable[tuple[str, str]], asked: SettingArgument) -> tuple[str, str]:
    """Category and name of the setting that a call means. Raises InvalidInput where it may be one of several."""
    if "category" in asked:
        return asked["category"], asked["name"]
    categories = [category for category, name in there if name == asked["name"]]
    if len(categories) > 1:
        listed = ", ".join(foreign(category, 40) for category in categories)
        raise InvalidInput(f'Several settings are called "{foreign(asked["name"], 60)}".', f"Say category: {listed}.")
    return categories[0] if categories else _USUAL, asked["name"]


def _field(setting: Setting) -> str:
    """What snapshots call a setting."""
    where = "" if setting.category == _USUAL else f"[{setting.category.replace(']', ')')}]"
    return f"configuration{where}.{setting.name}"


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
