"""The surfaces that Domo answers on: what each offers, where, and how SQL is sent to it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import ClassVar, NewType
from urllib.parse import quote

from domo_mcp.client.places import Place
from domo_mcp.errors import InvalidInput, Refused

ApiPath = NewType("ApiPath", str)
"""A path below an instance's origin. Only `path` makes one, so nothing unquoted reaches a URL."""

PUBLIC_ORIGIN = "https://api.domo.com"

_LONGEST_SEGMENT = 500


def path(*segments: str) -> ApiPath:
    """Join the segments, each percent-encoded.

    Raises `InvalidInput` for a segment that could name another place: empty, `.`, `..`, one with a slash or a control
    character (some servers decode before they route), or one far longer than any id.
    """
    for segment in segments:
        if _wanders(segment):
            raise InvalidInput(
                "That is not an id or a name that Domo can have.", "Look the id up and pass it as it is."
            )
    return ApiPath("/" + "/".join(quote(segment, safe="") for segment in segments))


def _wanders(segment: str) -> bool:
    return (
        segment.strip() in {"", ".", ".."}
        or len(segment) > _LONGEST_SEGMENT
        or any(letter in "/\\" or not letter.isprintable() for letter in segment)
    )


@dataclass(frozen=True)
class Pieces:
    """A body too large to hold: `size` bytes that `open` gives piece by piece, from the start each time."""

    size: int
    open: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True)
class Content:
    """A body as it goes over the wire, with its media type."""

    data: bytes | Pieces
    type: str

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.data.size if isinstance(self.data, Pieces) else len(self.data)


class Surface(ABC):
    """One way in. `instead` says what to do where it does not offer something."""

    title: ClassVar[str]
    instead: ClassVar[str]
    from_takes_alias: ClassVar[bool] = False
    """Whether FROM has to name the dataset as the path does; elsewhere the id in the path decides."""
    one_app: ClassVar[bool] = False
    """Whether AppDB is one app's own: its collections go by name, and an export takes all of them."""

    @abstractmethod
    def where(self, place: Place) -> str | None:
        """The path of an endpoint here, None where there is none."""

    def offers(self, place: Place) -> bool:
        """Whether it has that endpoint."""
        return self.where(place) is not None

    def at(self, place: Place, *ids: str) -> ApiPath:
        """Where the endpoint is; each of `ids` fills one `{}` of its path. Raises `Refused` where it is not offered."""
        where = self.where(place)
        if where is None:
            raise Refused(f"{place.what[0].upper()}{place.what[1:]} is not offered on {self.title}.", self.instead)
        given = iter(ids)
        return path(*[next(given) if segment == "{}" else segment for segment in where.split("/")])

    def statement(self, sql: str) -> Content:
        """The body that carries a SELECT."""
        return Content(json.dumps({"sql": sql}).encode(), "application/json")


class Product(Surface):
    """`https://{instance}.domo.com/api/…`, signed with a developer token."""

    title = "the product surface"
    instead = "Use run_sql, which asks the same dataset in SQL."

    def where(self, place: Place) -> str | None:
        """Its path below the origin."""
        return place.product


class AppFramework(Surface):
    """What an app sees: `/domo/…`, `/data/v1`, `/sql/v1` on its own host, signed with an app session.

    Datasets are the aliases of the app's manifest. Source: App-Framework document, AI Service Layer, AppDB API, Data
    API, SQL API, User API, Groups API.
    """

    title = "the App-Framework surface"
    from_takes_alias = True
    one_app = True
    instead = "It needs an instance on the product surface, with a developer token."

    def where(self, place: Place) -> str | None:
        """Its path below the origin."""
        return place.app

    def statement(self, sql: str) -> Content:
        """The body that carries a SELECT: the plain text (App-Framework document, SQL API)."""
        return Content(sql.encode(), "text/plain")


class PublicApi(Surface):
    """`https://api.domo.com/v1/…`, signed with client credentials. Source: portal, DataSet, User and Group API."""

    title = "the public API"
    instead = "It needs the instance's own host and a developer token in place of client credentials."

    def where(self, place: Place) -> str | None:
        """Its path below the origin."""
        return place.public
