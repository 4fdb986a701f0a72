"""The users and groups of one instance by id and name."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import Directory, EntryT, Kind
from domo_mcp.catalog.permits import Permits
from domo_mcp.errors import UnknownName
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.people import Group, User


class Numbered(Directory[EntryT]):
    """Things whose ids are numbers. One is asked for by its id alone: an instance may have many thousands of them."""

    async def get(self, name_or_id: str) -> EntryT:
        """The thing of that id, or of that name: exact, or the only one when case does not count.

        Raises UnknownName with the candidates where it is none or several, Refused where it is not permitted.
        """
        wanted = name_or_id.strip()
        if not (wanted.isascii() and wanted.isdigit()):
            return await super().get(name_or_id)
        try:
            found = await self._by_id(wanted)
        except UnknownName:
            return await super().get(name_or_id)  # a name may be a number, too
        await self._permits.check(self._kind.name, found.id, found.name)
        return found


def users(domo: Domo, max_age_s: float, permits: Permits) -> Directory[User]:
    """The directory of users."""

    async def load() -> list[User]:
        return [user async for user in domo.people.all_users(details=True)]

    kind = Kind(name="user", lister="list_users", load=load, about=_about_user, one=domo.people.user, is_id=str.isdigit)
    return Numbered(kind, max_age_s, permits)


def groups(domo: Domo, max_age_s: float, permits: Permits) -> Directory[Group]:
    """The directory of groups."""

    async def load() -> list[Group]:
        return [group async for group in domo.people.all_groups()]

    kind = Kind(
        name="group", lister="list_groups", load=load, about=_about_group, one=domo.people.group, is_id=str.isdigit
    )
    return Numbered(kind, max_age_s, permits)


def _about_user(user: User) -> str:
    return f"{one_line(user.address or 'address unknown', 60)}, role {one_line(user.role or 'unknown', 30)}"


def _about_group(group: Group) -> str:
    owners = ", ".join(one_line(owner.display_name, 40) for owner in islice(group.owners, 2) if owner.display_name)
    members = f"{group.member_count:,}" if group.member_count is not None else "unknown number of"
    return f"owner {owners or 'unknown'}, {members} member{'' if members == '1' else 's'}"
