"""The surfaces that Domo answers on: what each offers, where, and how SQL is sent to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NewType
from urllib.parse import quote

from domo_mcp.errors import InvalidInput, Refused

ApiPath = NewType("ApiPath", str)
"""A path below an instance's origin. Only `path` makes one, so nothing unquoted reaches a URL."""

Service = Literal[
    "text to SQL",
    "text generation",
    "image to text",
    "SQL",
    "the Data API",
    "the identity of the caller",
    "the list of users",
    "the list of groups",
    "dataset search",
    "dataset metadata",
    "metadata of many datasets",
    "the indexed schema",
    "the declared schema",
    "dataset permissions",
    "cards of a dataset",
    "partitions",
    "data versions",
    "streams",
    "the data dictionary",
    "AppDB collections",
    "AppDB collection",
    "AppDB documents",
    "AppDB document",
    "AppDB query",
    "AppDB update",
    "AppDB bulk",
    "AppDB upsert",
    "AppDB permissions",
    "AppDB export",
]

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
class Content:
    """A body as it goes over the wire, with its media type."""

    data: bytes
    type: str


class Surface:
    """One way in. `instead` says what to do where it does not offer something."""

    title: ClassVar[str]
    instead: ClassVar[str]
    from_takes_alias: ClassVar[bool] = False
    """Whether FROM has to name the dataset as the path does; elsewhere the id in the path decides."""
    one_app: ClassVar[bool] = False
    """Whether AppDB is one app's own: its collections go by name, and an export takes all of them."""
    _places: ClassVar[Mapping[Service, str]]

    def offers(self, service: Service) -> bool:
        """Whether it has an endpoint for that."""
        return service in self._places

    def at(self, service: Service, *ids: str) -> ApiPath:
        """Where the service is; each of `ids` fills one `{}` of its path. Raises `Refused` where it is not offered."""
        if not self.offers(service):
            raise Refused(f"{service[0].upper()}{service[1:]} is not offered on {self.title}.", self.instead)
        segments = self._places[service].split("/")
        given = iter(ids)
        return path(*[next(given) if segment == "{}" else segment for segment in segments])

    def statement(self, sql: str) -> Content:
        """The body that carries a SELECT."""
        return Content(json.dumps({"sql": sql}).encode(), "application/json")


class Product(Surface):
    """`https://{instance}.domo.com/api/…`, signed with a developer token."""

    title = "the product surface"
    instead = "Use run_sql, which asks the same dataset in SQL."
    _places: ClassVar[Mapping[Service, str]] = {
        "text to SQL": "api/ai/v1/text/sql",
        "text generation": "api/ai/v1/text/generation",
        "image to text": "api/ai/v1/image/text",
        "SQL": "api/query/v1/execute/{}",
        "the identity of the caller": "api/content/v2/users/me",
        "the list of users": "api/content/v3/users",
        "the list of groups": "api/content/v2/groups/grouplist",
        "dataset search": "api/data/ui/v3/datasources/search",
        "dataset metadata": "api/data/v3/datasources/{}",
        "metadata of many datasets": "api/data/v3/datasources/bulk",
        "the indexed schema": "api/query/v1/datasources/{}/schema/indexed",
        "the declared schema": "api/data/v2/datasources/{}/schemas/latest",
        "dataset permissions": "api/data/v3/datasources/{}/permissions",
        "cards of a dataset": "api/content/v1/datasources/{}/cards",
        "partitions": "api/query/v1/datasources/{}/partition",
        "data versions": "api/data/v3/datasources/{}/dataversions/details",
        "streams": "api/data/v1/streams/{}",
        "the data dictionary": "api/ai/readiness/v1/data-dictionary/dataset/{}",
        "AppDB collections": "api/datastores/v1/collections",
        "AppDB collection": "api/datastores/v1/collections/{}",
        "AppDB documents": "api/datastores/v1/collections/{}/documents",
        "AppDB document": "api/datastores/v1/collections/{}/documents/{}",
        "AppDB query": "api/datastores/v2/collections/{}/documents/query",
        "AppDB update": "api/datastores/v1/collections/{}/documents/update",
        "AppDB bulk": "api/datastores/v1/collections/{}/documents/bulk",
        "AppDB upsert": "api/datastores/v2/collections/{}/documents/bulk",
        "AppDB permissions": "api/datastores/v1/collections/{}/permission/{}/{}",
        "AppDB export": "api/datastores/v1/export/{}",
    }


class AppFramework(Surface):
    """What an app sees: `/domo/…`, `/data/v1`, `/sql/v1` on its own host, signed with an app session.

    Datasets are the aliases of the app's manifest. Source: App-Framework document, AI Service Layer, AppDB API, Data
    API, SQL API, User API, Groups API.
    """

    title = "the App-Framework surface"
    from_takes_alias = True
    one_app = True
    instead = "It needs an instance on the product surface, with a developer token."
    _places: ClassVar[Mapping[Service, str]] = {
        "text to SQL": "domo/ai/v1/text/sql",
        "text generation": "domo/ai/v1/text/generation",
        "image to text": "domo/ai/v1/image/text",
        "SQL": "sql/v1/{}",
        "the Data API": "data/v1/{}",
        "the identity of the caller": "domo/environment/v1",
        "the list of users": "domo/users/v1",
        "the list of groups": "domo/groups/v1",
        "AppDB collections": "domo/datastores/v1/collections",
        "AppDB collection": "domo/datastores/v1/collections/{}",
        "AppDB documents": "domo/datastores/v1/collections/{}/documents",
        "AppDB document": "domo/datastores/v1/collections/{}/documents/{}",
        "AppDB query": "domo/datastores/v1/collections/{}/documents/query",
        "AppDB update": "domo/datastores/v1/collections/{}/documents/update",
        "AppDB bulk": "domo/datastores/v1/collections/{}/documents/bulk",
        "AppDB upsert": "domo/datastores/v1/collections/{}/documents/bulk",
        "AppDB permissions": "domo/datastores/v1/collections/{}/permission/{}/{}",
        "AppDB export": "domo/datastores/v1/export",
    }

    def statement(self, sql: str) -> Content:
        """The body that carries a SELECT: the plain text (App-Framework document, SQL API)."""
        return Content(sql.encode(), "text/plain")


class PublicApi(Surface):
    """`https://api.domo.com/v1/…`, signed with client credentials. Source: portal, DataSet, User and Group API."""

    title = "the public API"
    instead = "It needs the instance's own host and a developer token in place of client credentials."
    _places: ClassVar[Mapping[Service, str]] = {
        "SQL": "v1/datasets/query/execute/{}",
        "the identity of the caller": "v1/users/me",
        "the list of users": "v1/users",
        "the list of groups": "v1/groups",
        "dataset search": "v1/datasets",
        "dataset metadata": "v1/datasets/{}",
    }
