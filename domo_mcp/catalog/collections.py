"""The AppDB collections of one instance by id and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import UUID, Directory, Kind, named
from domo_mcp.catalog.permits import Permits
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection
    from domo_mcp.client.domo import Domo

__all__ = ["collections", "named"]


def collections(domo: Domo, max_age_s: float, permits: Permits) -> Directory[Collection]:
    """The directory of collections; of an app the list is all there is."""
    kind = Kind(
        name="collection",
        lister="list_appdb_collections",
        load=domo.appdb.collections,
        about=_about,
        one=None if domo.surface.one_app else lambda key: domo.appdb.collection(key.lower()),
        is_id=UUID.fullmatch,
    )
    return Directory(kind, max_age_s, permits)


def _about(collection: Collection) -> str:
    owner = f"owner {one_line(collection.owner, 40)}" if collection.owner else "unknown owner"
    updated = f"updated {collection.updated_on:%Y-%m-%d}" if collection.updated_on else "update unknown"
    return f"{owner}, documents unknown, {updated}"
