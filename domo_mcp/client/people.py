"""Who the token acts for, and the people of the instance."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import AliasChoices, Field

from domo_mcp.client.paging import pages
from domo_mcp.client.places import people as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Count, Shape
from domo_mcp.client.surface import Surface
from domo_mcp.client.wire import Params

_PAGE = 100


class Detail(Shape):
    """What `includeDetails` adds to a user."""

    email: str | None = None
    title: str | None = None
    department: str | None = None
    phone_number: str | None = None


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


class Group(Shape):
    """One group. Types differ by surface: adHoc, directory; open, closed, dynamic, system."""

    id: str = Field(validation_alias=AliasChoices("id", "groupId"))
    name: str = ""
    type: str | None = Field(default=None, validation_alias=AliasChoices("type", "groupType"))
    member_count: Count = None
    active: bool | None = None


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
        """Return one page of users (same rows as `/domo/users/v1` of the App-Framework document, Users)."""
        params = {"limit": limit, "offset": offset, "includeDetails": details}
        return await self._session.read("GET", self._surface.at(places.USERS), list[User], params=params)

    async def all_users(self, *, details: bool = False) -> AsyncIterator[User]:
        """Yield every user, a page at a time."""

        async def fetch(limit: int, offset: int) -> list[User]:
            return await self.users(limit=limit, offset=offset, details=details)

        async for page in pages(fetch, size=_PAGE):
            for user in page:
                yield user

    async def groups(self, *, limit: int = _PAGE, offset: int = 0) -> list[Group]:
        """Return one page of groups by name; an app gets all at once (App-Framework document, Groups API)."""
        params: Params = {"limit": limit, "offset": offset, "sort": "name", "ascending": True}
        return await self._session.read("GET", self._surface.at(places.GROUPS), list[Group], params=params)
