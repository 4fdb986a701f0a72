"""How the state of a dataset is read and put back: its provider type, tags, schema, and who has access."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.client.dataset_states import AccessGrant, SchemaColumn
from domo_mcp.errors import DomoFailed, Refused
from domo_mcp.tools.change import Outcome, Snapshot, Undoable, after_writing, each_or_none, going
from domo_mcp.tools.toolset import Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo

State = Mapping[str, JsonValue]

GRANTABLE = frozenset({"CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"})
"""The access levels that a dataset can be shared with; OWNER is only told, never given."""


@dataclass
class Settings:
    """Keeps one state of a dataset that is set as a whole; the objects of its snapshots are datasets by id."""

    kind: str
    get: Callable[[Domo, str], Awaitable[State]]
    put: Callable[[Domo, str, State], Awaitable[None]]
    must_confirm: str = ""
    conclusive: bool = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """The state of each dataset, None where it is not there."""

        async def read(key: str) -> dict[str, JsonValue]:
            return dict(await self.get(domo, key))

        return await each_or_none(ids, read)

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:  # noqa: ARG002 - the protocol's signature
        """Always a change of what is there."""
        return Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002
        """All of it."""
        return "exact"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Set each dataset's state as wanted."""
        for number, (key, state) in enumerate(wanted.objects.items()):
            if isinstance(state, dict) and current.objects.get(key) is not None:
                with after_writing(number):
                    await self.put(domo, key, state)
        return Outcome()


async def _provider(domo: Domo, key: str) -> State:
    return {"provider_type": (await domo.administration.properties(key)).provider_type}


async def _set_provider(domo: Domo, key: str, state: State) -> None:
    await domo.administration.set_provider_type(key, str(state["provider_type"]))


async def _tags(domo: Domo, key: str) -> State:
    return {"tags": [*(await domo.administration.properties(key)).tags]}


async def _set_tags(domo: Domo, key: str, state: State) -> None:
    tags = state["tags"]
    await domo.administration.tag(key, [str(tag) for tag in tags] if isinstance(tags, list) else [])


async def _schema(domo: Domo, key: str) -> State:
    return schema_state(await domo.administration.schema(key))


async def _set_schema(domo: Domo, key: str, state: State) -> None:
    there = {column.name: column for column in await domo.administration.schema(key)}
    wanted = schema_columns(state)
    await _check_empty(domo, key, there.keys() - {column.name for column in wanted})
    kept = [
        column.model_copy(update={"id": there[column.name].id if column.name in there else None}) for column in wanted
    ]
    await domo.administration.alter_schema(key, kept)


PROPERTIES = Settings("dataset properties", _provider, _set_provider)
TAGS = Settings("dataset tags", _tags, _set_tags)
SCHEMAS = Settings("dataset schema", _schema, _set_schema)


def schema_state(columns: Iterable[SchemaColumn]) -> dict[str, JsonValue]:
    """A schema as a snapshot holds it."""
    return {
        "columns": [
            {"name": each.name, "type": each.type, **({} if each.visible else {"visible": False})} for each in columns
        ]
    }


def schema_columns(state: State) -> list[SchemaColumn]:
    """The columns of a schema that a snapshot holds."""
    columns = state.get("columns")
    return [SchemaColumn.model_validate(column) for column in (columns if isinstance(columns, list) else [])]


async def _check_empty(domo: Domo, key: str, names: AbstractSet[str]) -> None:
    """Raise Refused where one of these columns holds values by now, or may: where no query can count them all."""
    from domo_mcp.sql import parse, quoted

    if not names:
        return
    known = [column.name for column in await domo.datasets.schema(key) if column.name in names]
    versions = [each for each in await domo.datasets.versions(key) if each.status != "DELETED"]
    if len(known) < len(names) or any(each.indexed is not True for each in versions):
        raise Refused(
            "Rows may wait for their index, and whether the columns that would go are empty cannot be told.",
            "Try again after index_dataset, or use alter_dataset_schema if their values may go.",
        )
    counting = f"SELECT {', '.join(f'COUNT({quoted(name)})' for name in known)} FROM table"  # noqa: S608 - all quoted
    rows = (await domo.query.execute(key, parse(counting), limit=1)).rows
    if not rows:
        raise DomoFailed("Domo counted nothing where it had to count values.")
    filled = [foreign(name, 40) for name, count in zip(known, rows[0], strict=True) if count]
    if filled:
        raise Refused(f"Values stand in {', '.join(filled)} by now.", "Use alter_dataset_schema if they may go.")


class AccessGrants:
    """Keeps who was given what on a dataset: its place is the dataset, its objects are `USER 27`, `GROUP 12`."""

    kind = "dataset access"
    must_confirm = "it opens access"
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:
        """What each was given directly, None for nothing."""
        given = (await domo.datasets.permissions(place)).items
        levels = {f"{entry.type or 'USER'} {entry.id}": entry.access_level for entry in given}
        return {key: {"access_level": levels[key]} if key in levels else None for key in ids}

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where somebody would be left with nothing."""
        return Effect.DELETE if going(wanted, current) else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002 - the protocol's signature
        """All of it, where what they have now can be given."""
        return "exact" if all(map(is_grantable, current.objects.values())) else "none"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Give each what is wanted, without a mail, and take from those who shall have nothing what they have."""
        given = [_grant(key, state) for key, state in wanted.objects.items() if isinstance(state, dict)]
        if given:
            await domo.administration.share(wanted.place, given, send_email=False)
        for number, key in enumerate(going(wanted, current), start=len(given)):
            with after_writing(number):
                await _take(domo, wanted.place, key)
        return Outcome()


ACCESS = AccessGrants()


def is_grantable(state: JsonValue) -> bool:
    """Whether an access that a snapshot holds could be given again: none, or a level that can be shared."""
    return state is None or (isinstance(state, dict) and state.get("access_level") in GRANTABLE)


def _grant(key: str, state: State) -> AccessGrant:
    kind, _, entity = key.partition(" ")
    return AccessGrant(entity, "GROUP" if kind == "GROUP" else "USER", str(state["access_level"]))


async def _take(domo: Domo, dataset_id: str, key: str) -> None:
    kind, _, entity = key.partition(" ")
    if kind == "USER":
        await domo.administration.revoke_grant(dataset_id, entity)
    else:
        await domo.administration.remove(dataset_id, [(entity, "GROUP")])
