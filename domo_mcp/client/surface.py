"""The paths of the product surface that another surface spells differently, and how any path is built."""

from __future__ import annotations

from typing import NewType
from urllib.parse import quote

from domo_mcp.errors import InvalidInput

ApiPath = NewType("ApiPath", str)
"""A path below an instance's origin. Only `path` makes one, so nothing unquoted reaches a URL."""

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


class Product:
    """The product surface: `https://{instance}.domo.com/api/…`, signed with a developer token."""

    text_to_sql = path("api", "ai", "v1", "text", "sql")
    text_generation = path("api", "ai", "v1", "text", "generation")
    me = path("api", "content", "v2", "users", "me")
    users = path("api", "content", "v3", "users")

    def execute(self, dataset_id: str) -> ApiPath:
        """Where SQL on one dataset is sent."""
        return path("api", "query", "v1", "execute", dataset_id)
