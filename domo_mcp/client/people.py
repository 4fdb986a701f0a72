"""Who the token acts for, and the people of the instance."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import AliasChoices, Field

from domo_mcp.client.paging import pages
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Shape
from domo_mcp.client.surface import Product

_PAGE = 100


class Detail(Shape):
    """What `includeDetails` adds to a user."""

    email: str | None = None
    title: str | None = None
    department: str | None = None
    phone_number: str | None = None


class User(Shape):
    """One person. Only the id is promised; `role` is a name, `role_id` its number."""

    id: str
    display_name: str = ""
    email: str | None = Field(default=None, validation_alias=AliasChoices("emailAddress", "email"))
    role: str | None = None
    role_id: str | None = None
    avatar_key: str | None = None
    detail: Detail | None = None


class People:
    """Users of one instance."""

    def __init__(self, session: Session, surface: Product) -> None:
        self._session = session
        self._surface = surface

    async def me(self) -> User:
        """Return the user that the token acts for. Fields beyond the id are not documented.

        Raises `SignInFailed` for a bad token, `WrongInstance` for a good one of another instance.
        """
        return await self._session.read("GET", self._surface.me, User)

    async def users(self, *, limit: int = _PAGE, offset: int = 0, details: bool = False) -> list[User]:
        """Return one page of users (same rows as `/domo/users/v1` of the App-Framework document, Users)."""
        params = {"limit": limit, "offset": offset, "includeDetails": details}
        return await self._session.read("GET", self._surface.users, list[User], params=params)

    async def all_users(self, *, details: bool = False) -> AsyncIterator[User]:
        """Yield every user, a page at a time."""

        async def fetch(limit: int, offset: int) -> list[User]:
            return await self.users(limit=limit, offset=offset, details=details)

        async for page in pages(fetch, size=_PAGE):
            for user in page:
                yield user
