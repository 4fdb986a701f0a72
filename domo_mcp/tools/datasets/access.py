"""Who may use a dataset: shared with users and groups, and taken from users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from domo_mcp.catalog.directory import named
from domo_mcp.client.dataset_states import AccessGrant, EntityType
from domo_mcp.errors import Forbidden, InvalidInput, NotFound
from domo_mcp.tools import args
from domo_mcp.tools.change import Change, Outcome, Snapshot, after_writing
from domo_mcp.tools.datasets.keepers import ACCESS, is_grantable
from domo_mcp.tools.datasets.tools import thing
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import datasets as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Access

AccessLevel = Literal["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"]
NameOrId = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
    Field(min_length=1, max_length=200),
]


@with_config(ConfigDict(extra="forbid"))
class GrantArgument(TypedDict):
    """Who shall have which access."""

    id: Annotated[NameOrId, Field(description="User or group: id or name.")]
    type: NotRequired[EntityType]
    access_level: AccessLevel


@dataclass(frozen=True)
class _Entity:
    """A user or group, and what it has now: None for nothing, or for what cannot be read."""

    kind: EntityType
    id: str
    name: str
    has: str | None

    @property
    def key(self) -> str:
        """As snapshots call it."""
        return f"{self.kind} {self.id}"

    @property
    def told(self) -> str:
        """As sentences call it."""
        return f'"{foreign(self.name, 40)}" ({self.kind.lower()} {foreign(self.id, 20)})'


@toolset.update
async def share_dataset(
    call: Call,
    dataset: args.Dataset,
    grants: Annotated[list[GrantArgument], Field(min_length=1, max_length=50, description="type: USER if left out.")],
    send_email: Annotated[bool, Field(description="Let Domo send them a mail.")] = False,
) -> Change:
    """Use it to give users or groups access to a dataset, or another level. To take access: revoke_dataset_access."""
    found = await call.catalog.dataset_now(dataset)
    listed = await _access(call, found.id)
    entities = await _entities(call, listed, [(each.get("type", "USER"), each["id"]) for each in grants])
    pairs = [(entity, each["access_level"]) for entity, each in zip(entities, grants, strict=True)]
    _check_each_once(entities)
    _check_no_owner(entities)
    after: dict[str, JsonValue] = {entity.key: {"access_level": level} for entity, level in pairs}
    before = None if listed is None else _states(entities)
    one = (
        f"Give {entities[0].told} {pairs[0][1]} on"
        if len(pairs) == 1
        else f"Give {len(pairs)} users or groups access to"
    )
    return Change(
        summary=f"{one} dataset {named(found)}{', with a mail' if send_email else ''}.",
        on=thing(found),
        apply=partial(_share, found.id, pairs, send_email=send_email),
        undo="exact" if before is not None and all(map(is_grantable, before.values())) else "none",
        affected=len(pairs),
        must_confirm="it opens access and sends mail" if send_email else "it opens access",
        notes=(
            *(f"{entity.told}: {_now(listed, entity)} -> {level}." for entity, level in pairs),
            *(["A mail that is sent is not taken back by an undo."] if send_email else []),
        ),
        before=_snapshot(found.id, before),
        after=_snapshot(found.id, before and after),
    )


@toolset.delete
async def revoke_dataset_access(
    call: Call,
    dataset: args.Dataset,
    users: Annotated[list[NameOrId], Field(min_length=1, max_length=50, description="Users: ids or names.")],
    remove: Annotated[
        Literal["direct_grant", "all_access"],
        Field(description="direct_grant: what they were given themselves; all_access: out of all its permissions."),
    ] = "direct_grant",
) -> Change:
    """Use it to take users' access to a dataset. To give them another level instead use share_dataset."""
    found = await call.catalog.dataset_now(dataset)
    listed = await _access(call, found.id)
    entities = await _entities(call, listed, [("USER", each) for each in users])
    _check_each_once(entities)
    _check_no_owner(entities)
    if listed is not None and remove == "direct_grant":
        _check_has_grant(entities)
    own = (await call.domo.people.me()).id
    is_self = any(entity.id == own for entity in entities)
    before = None if listed is None else _states(entities)
    undoable = before is not None and not is_self and all(state and is_grantable(state) for state in before.values())
    who = entities[0].told if len(entities) == 1 else f"{len(entities)} users"
    what = "the grant" if remove == "direct_grant" else "all access"
    return Change(
        summary=f"Take {what} of {who} on dataset {named(found)}.",
        on=thing(found),
        apply=partial(_revoke, found.id, entities, remove),
        undo="exact" if undoable else "none",
        affected=len(entities),
        notes=(
            *(f"{entity.told}: {_now(listed, entity)} -> nothing." for entity in entities),
            "Access that comes through a group stays.",
            *(["It is your own access: this server could not give it back."] if is_self else []),
        ),
        before=_snapshot(found.id, before),
        after=_snapshot(found.id, before and dict.fromkeys(before)),
    )


async def _access(call: Call, dataset_id: str) -> Mapping[str, Access] | None:
    """Who has access, by `USER 27`; None where the user of the token may not know."""
    try:
        items = (await call.domo.datasets.permissions(dataset_id)).items
    except (Forbidden, NotFound):
        return None
    return {f"{entry.type or 'USER'} {entry.id}": entry for entry in items}


async def _entities(
    call: Call, listed: Mapping[str, Access] | None, wanted: Sequence[tuple[EntityType, str]]
) -> list[_Entity]:
    """Who are meant, looked up anew: who was called so a while ago may be another one, or one of two, by now."""
    await call.catalog.forget("user")
    await call.catalog.forget("group")
    return [await _entity(call, listed, kind, name_or_id) for kind, name_or_id in wanted]


async def _entity(call: Call, listed: Mapping[str, Access] | None, kind: EntityType, name_or_id: str) -> _Entity:
    """Who is meant: an id of the access list, which may have gone from the instance, else a user or group of Domo."""
    wanted = name_or_id.strip()
    entry = (listed or {}).get(f"{kind} {wanted}")
    if entry is not None:
        return _Entity(kind, entry.id, entry.name or entry.id, entry.access_level)
    found = await (call.catalog.users.get(wanted) if kind == "USER" else call.catalog.groups.get(wanted))
    entry = (listed or {}).get(f"{kind} {found.id}")
    return _Entity(kind, found.id, found.name, entry.access_level if entry else None)


def _check_each_once(entities: Sequence[_Entity]) -> None:
    keys = [entity.key for entity in entities]
    if twice := [entity for entity in entities if keys.count(entity.key) > 1]:
        raise InvalidInput(f"{twice[0].told} is named twice.", "Name each once.")


def _check_no_owner(entities: Sequence[_Entity]) -> None:
    if owner := next((entity for entity in entities if entity.has == "OWNER"), None):
        raise InvalidInput(f"{owner.told} owns the dataset.", "Leave the owner out; ownership is changed in Domo.")


def _check_has_grant(entities: Sequence[_Entity]) -> None:
    if without := [entity.told for entity in entities if entity.has is None]:
        raise InvalidInput(
            f"No grant of their own: {', '.join(without[:5])}.",
            "What they have comes through a group; see get_dataset with include access.",
        )


def _now(listed: Mapping[str, Access] | None, entity: _Entity) -> str:
    return "what it has cannot be read" if listed is None else foreign(entity.has or "nothing of its own", 30)


def _states(entities: Sequence[_Entity]) -> dict[str, JsonValue]:
    return {entity.key: {"access_level": entity.has} if entity.has else None for entity in entities}


def _snapshot(dataset_id: str, states: Mapping[str, JsonValue] | None) -> Snapshot:
    """What is or will be; nothing where what is cannot be read."""
    return Snapshot() if states is None else Snapshot(ACCESS.kind, dataset_id, states)


async def _share(
    dataset_id: str, pairs: Sequence[tuple[_Entity, AccessLevel]], domo: Domo, *, send_email: bool
) -> Outcome:
    grants = [AccessGrant(entity.id, entity.kind, level) for entity, level in pairs]
    await domo.administration.share(dataset_id, grants, send_email=send_email)
    return Outcome()


async def _revoke(dataset_id: str, entities: Sequence[_Entity], remove: str, domo: Domo) -> Outcome:
    if remove == "all_access":
        users = [(entity.id, entity.kind) for entity in entities]
        await domo.administration.remove(dataset_id, users)
        return Outcome()
    for number, entity in enumerate(entities):
        with after_writing(number):
            await domo.administration.revoke_grant(dataset_id, entity.id)
    return Outcome()
