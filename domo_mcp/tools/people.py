"""People: who this server acts as, users, groups and their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

from domo_mcp.errors import InvalidInput, NotFound, UnreadableAnswer
from domo_mcp.tools import args
from domo_mcp.tools.contents.image_formats import media_type
from domo_mcp.tools.results import Answer, Page, Picture
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import people as toolset
from domo_mcp.untrusted import all_foreign, foreign, one_line

if TYPE_CHECKING:
    from domo_mcp.client.people import Group, User


Colour = Annotated[str, Field(pattern="^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
EntryT = TypeVar("EntryT", bound=Answer)

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Identity(Answer):
    """Who the server is in Domo, and what it lets its callers do."""

    user_id: str
    name: str
    email: str | None
    role: str | None
    instance: str
    url: str
    surface: str
    access: str
    toolsets: list[str]
    sandbox: bool


class UserEntry(Answer):
    """One user of a list."""

    id: str
    name: str
    role: str | None
    email: str | None
    title: str | None
    department: str | None
    phone: str | None


class GroupEntry(Answer):
    """One group of a list; `user_ids` are told of one group alone."""

    id: str
    name: str
    type: str | None
    members: int | None
    description: str | None
    owners: list[str] | None
    default: bool | None
    created: str | None
    user_ids: list[str] | None


@toolset.read
async def whoami(call: Call) -> Identity:
    """Use it to find out who this server acts as in Domo: user, role, instance, access level and toolsets in force."""
    me = await call.domo.people.me()
    return Identity(
        user_id=me.id,
        name=me.display_name,
        email=me.email,
        role=me.role,
        instance=call.domo.name,
        url=call.domo.url,
        surface="app" if call.domo.surface.one_app else "product",
        access=call.rights.access,
        toolsets=list(call.rights.toolsets),
        sandbox=call.rights.sandbox,
    )


@toolset.read
async def list_users(
    call: Call,
    user: Annotated[args.User | None, Field(description="Only this one: id or name.")] = None,
    query: Annotated[str, Field(max_length=200, description="Part of the name or mail address.")] = "",
    details: Annotated[bool, Field(description="Also mail address, title, department, phone.")] = False,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[UserEntry]:
    """Use it to find users of Domo and their ids. For the user that this server acts as use whoami."""
    if user is not None:
        _alone(query=query, cursor=cursor)
        found = await call.domo.people.user((await call.catalog.users.get(user)).id, details=details)
        return Page([_user(found, details=details)], "user", total=1)
    offset = call.cursors.offset(cursor)
    if query.strip():
        fold = query.strip().casefold()
        every = [each async for each in call.domo.people.all_users(details=True) if _has(each, fold)]
        return _some(call, [_user(each, details=details) for each in every], "user", limit, offset)
    page = await call.domo.people.users(limit=limit, offset=offset, details=details)
    return Page(
        [_user(each, details=details) for each in page],
        "user",
        first=offset,
        more=len(page) == limit and bool(await call.domo.people.users(limit=1, offset=offset + limit)),
        continues=lambda shown: call.cursors.at(offset + shown),
    )


@toolset.read
async def list_groups(
    call: Call,
    group: Annotated[args.Group | None, Field(description="Only this one, with its members: id or name.")] = None,
    name: Annotated[str | None, Field(min_length=1, max_length=200, description="Only this one: exact name.")] = None,
    user: Annotated[args.User | None, Field(description="Groups of this user: id or name.")] = None,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[GroupEntry]:
    """Use it to find groups of users, who is in one, or the groups of a user. For the users use list_users."""
    if sum(given is not None for given in (group, name, user)) > 1:
        raise InvalidInput("Only one of group, name and user can be asked for.", "Leave the others out.")
    if group is not None or name is not None:
        _alone(cursor=cursor)
        found = await (_named(call, name) if name is not None else _one(call, group or ""))
        return Page([_group(found, members=True)], "group", total=1)
    offset = call.cursors.offset(cursor)
    if user is not None:
        of_user = await call.domo.people.groups_of((await call.catalog.users.get(user)).id)
        return _some(call, [_group(each) for each in of_user], "group", limit, offset)
    every = [_group(each) async for each in call.domo.people.all_groups()]
    return _some(call, every, "group", limit, offset)


@toolset.read
async def get_avatar(
    call: Call,
    entity_type: Annotated[Literal["USER", "GROUP"], Field(description="Whose picture.")],
    entity_id: Annotated[str, Field(min_length=1, max_length=200, description="Id or name of the user or group.")],
    size: Annotated[Literal[100, 300], Field(description="Pixels, both ways.")] = 100,
    foreground: Annotated[Colour | None, Field(description="Colour of the text without a picture: fff.")] = None,
    background: Annotated[Colour | None, Field(description="Colour behind that text: 4e8cba.")] = None,
    text: Annotated[str | None, Field(min_length=1, max_length=10, description="Text without a picture.")] = None,
) -> Picture:
    """Use it to look at the picture of a user or a group. For what is known about them use list_users, list_groups."""
    who = await (call.catalog.users.get(entity_id) if entity_type == "USER" else call.catalog.groups.get(entity_id))
    data = await call.domo.people.avatar(
        entity_type,
        who.id,
        size=size,
        foreground=foreground and foreground.lstrip("#"),
        background=background and background.lstrip("#"),
        text=text,
    )
    form = _form(data)
    named = all_foreign(f'"{one_line(who.name, 80)}" ({one_line(who.id, 40)})')
    kind = form.removeprefix("image/").upper()
    return Picture(form, data, f"Picture of the {entity_type.lower()} {named}: {kind}, {len(data):,} bytes.")


def _form(data: bytes) -> str:
    """The media type of a picture that clients show, told by its first bytes."""
    try:
        form = media_type(data)
    except InvalidInput:
        form = ""
    if form not in _SHOWN:
        raise UnreadableAnswer("Domo's answer is no picture that can be shown: PNG, JPEG, GIF or WEBP.")
    return form


def _alone(**others: str | None) -> None:
    """Raise InvalidInput for what has no sense where one thing is asked for."""
    if given := [name for name, value in others.items() if value]:
        raise InvalidInput(f"One is asked for, so {given[0]} has no use.", f"Leave {given[0]} out.")


async def _one(call: Call, group: str) -> Group:
    return await call.domo.people.group((await call.catalog.groups.get(group)).id)


async def _named(call: Call, name: str) -> Group:
    """The group of exactly that name, with its members where a search told it without them."""
    try:
        found = await call.domo.people.group_named(name)
    except NotFound:
        raise InvalidInput(
            f'There is no group called exactly "{foreign(name, 80)}".', "Pass it as group: case does not count there."
        ) from None
    return found if found.user_ids or not found.member_count else await call.domo.people.group(found.id)


def _some(call: Call, every: Sequence[EntryT], kind: str, limit: int, offset: int) -> Page[EntryT]:
    return Page.part(list(every[offset : offset + limit]), of=len(every), kind=kind, first=offset, cursors=call.cursors)


def _has(user: User, fold: str) -> bool:
    return fold in user.name.casefold() or fold in (user.address or "").casefold()


def _user(user: User, *, details: bool) -> UserEntry:
    more = user.detail if details else None
    return UserEntry(
        id=user.id,
        name=user.name,
        role=user.role,
        email=user.address if details else None,
        title=(more.title or None) if more else None,
        department=(more.department or None) if more else None,
        phone=(more.phone_number or None) if more else None,
    )


def _group(group: Group, *, members: bool = False) -> GroupEntry:
    return GroupEntry(
        id=group.id,
        name=group.name,
        type=group.type,
        members=group.member_count if group.member_count is not None else (len(group.user_ids) or None),
        description=group.description or None,
        owners=[owner.display_name for owner in group.owners if owner.display_name] or None,
        default=group.default,
        created=f"{group.created:%Y-%m-%d}" if group.created else None,
        user_ids=list(group.user_ids) if members else None,
    )
