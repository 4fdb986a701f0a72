"""Who the token acts for, and the people of the instance: users, groups, their pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from pydantic import AliasChoices, Field

from domo_mcp.client.paging import pages
from domo_mcp.client.places import people as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Count, Instant, Many, Shape
from domo_mcp.client.surface import Surface
from domo_mcp.client.wire import Params
from domo_mcp.errors import NotFound

EntityType = Literal["USER", "GROUP"]

_PAGE = 100
_LARGEST_PICTURE = 2 * 1024 * 1024


class Detail(Shape):
    """What `includeDetails` adds to a user."""

    email: str | None = None
    title: str | None = None
    department: str | None = None
    phone_number: str | None = None
    employee_number: str | None = None
    pending: bool | None = None
    active: bool | None = None


class User(Shape):
    """One person. Only the id is promised; `role` is a name, `role_id` its number.

    `userId`, `userName` and `userEmail` are an app's environment (assumed), `name` is the public API's.
    """

    id: str = Field(validation_alias=AliasChoices("id", "userId"))
    display_name: str = Field(default="", validation_alias=AliasChoices("displayName", "userName", "name"))
    email: str | None = Field(default=None, validation_alias=AliasChoices("emailAddress", "email", "userEmail"))
    role: str | None = None
    role_id: str | None = None
    avatar_key: str | None = None
    detail: Detail | None = None

    @property
    def name(self) -> str:
        """What the person is called."""
        return self.display_name

    @property
    def address(self) -> str | None:
        """The address for mail, wherever Domo put it."""
        return self.email or (self.detail.email if self.detail else None)


class Owner(Shape):
    """Who owns a group."""

    id: str = ""
    display_name: str = Field(default="", validation_alias=AliasChoices("displayName", "name"))


class Group(Shape):
    """One group. Types differ by surface: adHoc, directory; open, closed, dynamic, system.

    Lists leave `user_ids` empty (App-Framework document, Groups API), and the product's list has no such key.
    """

    id: str = Field(validation_alias=AliasChoices("id", "groupId"))
    name: str = ""
    type: str | None = Field(default=None, validation_alias=AliasChoices("type", "groupType"))
    description: str | None = None
    member_count: Count = None
    user_ids: Many[str] = ()
    owners: Many[Owner] = ()
    active: bool | None = None
    default: bool | None = None
    created: Instant = None


class People:
    """Users and groups of one instance."""

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def me(self) -> User:
        """Return the user that the token acts for. Fields beyond the id are not documented.

        Raises `SignInFailed` for a bad token, `WrongInstance` for a good one of another instance.
        """
        return await self._session.read("GET", self._surface.at(places.ME), User)

    async def users(self, *, limit: int = _PAGE, offset: int = 0, details: bool = False) -> list[User]:
        """Return one page of users (same rows as `/domo/users/v1` of the App-Framework document, User API)."""
        params = {"limit": limit, "offset": offset, "includeDetails": details}
        return await self._session.read("GET", self._surface.at(places.USERS), list[User], params=params)

    async def user(self, user_id: str, *, details: bool = False) -> User:
        """Return one user (App-Framework document, User API, Single User). Raises `NotFound`."""
        where = self._surface.at(places.USER, user_id)
        return await self._session.read("GET", where, User, params={"includeDetails": details})

    async def all_users(self, *, details: bool = False) -> AsyncIterator[User]:
        """Yield every user, a page at a time."""

        async def fetch(limit: int, offset: int) -> list[User]:
            return await self.users(limit=limit, offset=offset, details=details)

        async for page in pages(fetch, size=_PAGE):
            for user in page:
                yield user

    async def groups(self, *, limit: int = _PAGE, offset: int = 0) -> list[Group]:
        """Return one page of groups, by name on the product surface; an app gets all (App-Framework, Groups API)."""
        params: Params = {} if self._surface.one_app else {"limit": limit, "offset": offset}
        if self._surface.offers(places.GROUP_SEARCH):
            params = {**params, "sort": "name", "ascending": True}
        return await self._session.read("GET", self._surface.at(places.GROUPS), list[Group], params=params)

    async def all_groups(self) -> AsyncIterator[Group]:
        """Yield every group, a page at a time where Domo pages."""
        if self._surface.one_app:
            for group in await self.groups():
                yield group
            return

        async def fetch(limit: int, offset: int) -> list[Group]:
            return await self.groups(limit=limit, offset=offset)

        async for page in pages(fetch, size=_PAGE):
            for group in page:
                yield group

    async def group(self, group_id: str) -> Group:
        """Return one group with its members (App-Framework document, Groups API, Group by Id). Raises `NotFound`."""
        return await self._session.read("GET", self._surface.at(places.GROUP, group_id), Group)

    async def group_named(self, name: str) -> Group:
        """Return the group of exactly that name. Raises `NotFound`.

        An app asks for it (Groups API, Group by Name); elsewhere it is one of those that a search finds.
        """
        if self._surface.offers(places.GROUP_NAMED):
            where = self._surface.at(places.GROUP_NAMED)
            return await self._session.read("GET", where, Group, params={"groupName": name})
        found = [group async for group in self._searched({"search": name}) if group.name == name]
        if not found:
            raise NotFound("There is no group of exactly that name.", "Find it with list_groups.", status=404)
        return found[0]

    async def groups_of(self, user_id: str) -> list[Group]:
        """Return all groups that a user belongs to (App-Framework document, Groups API, Groups by User)."""
        if self._surface.offers(places.GROUPS_OF_USER):
            where = self._surface.at(places.GROUPS_OF_USER, user_id)
            return await self._session.read("GET", where, list[Group])
        return [group async for group in self._searched({"members": user_id})]

    async def avatar(
        self,
        kind: EntityType,
        entity_id: str,
        *,
        size: int,
        foreground: str | None,
        background: str | None,
        text: str | None,
    ) -> bytes:
        """Return the picture of a user or a group, `size` pixels wide and high (User API, User Avatar).

        Who has none gets `text` in the colours given, as hexadecimal digits. Raises `AnswerTooLarge` beyond 2 MB.
        """
        params: Params = {
            "size": size,
            "defaultForeground": foreground,
            "defaultBackground": background,
            "defaultText": text,
        }
        where = self._surface.at(places.AVATAR, kind, entity_id)
        return await self._session.read("GET", where, bytes, params=params, max_bytes=_LARGEST_PICTURE)

    async def _searched(self, wanted: Params) -> AsyncIterator[Group]:
        where = self._surface.at(places.GROUP_SEARCH)

        async def fetch(limit: int, offset: int) -> list[Group]:
            params: Params = {"ascending": True, "limit": limit, "offset": offset, "sort": "name", **wanted}
            return await self._session.read("GET", where, list[Group], params=params)

        async for page in pages(fetch, size=_PAGE):
            for group in page:
                yield group
