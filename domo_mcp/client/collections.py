"""The collections of AppDB: find, define, permit, sync."""

from __future__ import annotations

from collections.abc import Sequence

from domo_mcp.client.appdb_failures import explained, one_export_at_a_time
from domo_mcp.client.documents import Collection, CollectionColumn
from domo_mcp.client.places import Place
from domo_mcp.client.places import appdb as places
from domo_mcp.client.session import Session
from domo_mcp.client.surface import ApiPath, Surface
from domo_mcp.errors import InvalidInput, NotFound
from domo_mcp.untrusted import foreign


class Collections:
    """Collections of one instance, or of one app. Every method raises `DomoError`.

    The public API has no AppDB: `Refused`. What is not there or may not be seen is `NotFound`; `Forbidden` names the
    missing permission. Source, where nothing else is said: App-Framework document, AppDB API, Programmatic Operations
    for Collections; on the product surface the same with the collection's id in place of its name (portal, App-DB).
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def collections(self) -> tuple[Collection, ...]:
        """Return all collections that the user may see, of an app only its own."""
        where = self._surface.at(places.COLLECTIONS)
        return tuple(await self._session.read("GET", where, list[Collection]))

    async def collection(self, key: str) -> Collection:
        """Return the collection with the id `key`; of an app, which has no such endpoint, by id or else name."""
        if not self._surface.one_app:
            with explained(key, "read"):
                return await self._session.read("GET", self._surface.at(places.COLLECTION, key), Collection)
        found = await self.collections()
        for each in (*(c for c in found if c.id == key), *(c for c in found if c.name == key)):
            return each
        raise NotFound(f'The app has no collection "{foreign(key)}" that its user may see.', "List the collections.")

    async def create_collection(self, name: str, columns: Sequence[CollectionColumn], *, sync: bool) -> Collection:
        """Create a collection; `columns` are what is synced, and may be none where `sync` is off."""
        body = {"name": name, **_schema(columns), "syncEnabled": sync}
        return await self._session.write("POST", self._surface.at(places.COLLECTIONS), Collection, json=body)

    async def update_collection(
        self, c: Collection, *, columns: Sequence[CollectionColumn] | None = None, sync: bool | None = None
    ) -> Collection:
        """Change what is synced. What is None is sent as it is in `c`, since a PUT says the whole (assumed).

        Filters of document-level security are in no answer that the document prints, so they are not sent.
        """
        body = {
            "id": c.id,
            **_schema(c.columns if columns is None else columns),
            "syncEnabled": c.sync_enabled if sync is None else sync,
        }
        with explained(c.name, "write"):
            return await self._session.write("PUT", self._at(places.COLLECTION, c), Collection, json=body)

    async def delete_collection(self, c: Collection) -> None:
        """Delete a collection with all its documents."""
        with explained(c.name, "delete"):
            await self._session.write("DELETE", self._at(places.COLLECTION, c), str)

    async def set_permissions(self, c: Collection, entity: str, entity_id: str, permissions: Sequence[str]) -> None:
        """Set the permissions of a USER, GROUP or RYUU_APP (Collection Level Security, Modify Permissions).

        The product surface is told to overwrite what the entity has (parameter of the product APIs' Postman
        collection); of an app no such parameter is documented.
        """
        params = {"permissions": ",".join(permissions), "overwrite": None if self._surface.one_app else True}
        with explained(c.name, "share"):
            await self._session.write("PUT", self._at(places.PERMISSIONS, c, entity, entity_id), str, params=params)

    async def remove_permissions(self, c: Collection, entity: str, entity_id: str) -> None:
        """Remove all permissions of a USER, GROUP or RYUU_APP (Collection Level Security, Delete Permissions)."""
        with explained(c.name, "share"):
            await self._session.write("DELETE", self._at(places.PERMISSIONS, c, entity, entity_id), str)

    async def export(self, c: Collection | None, *, include_related: bool = False) -> None:
        """Start syncing to datasets: an app's collections, or on the product surface the datastore of `c`.

        `include_related` adds collections that other instances of the app made. `Conflict` where one is running.
        Source: Manually Exporting Collections; product surface: documentation hub, workflow-appdb-sync.
        """
        where = self._export_of(c, include_related=include_related)
        params = {"includeRelatedCollections": include_related or None}
        with one_export_at_a_time():
            await self._session.write("POST", where, str, params=params)

    def _export_of(self, c: Collection | None, *, include_related: bool) -> ApiPath:
        if self._surface.one_app:
            if c:
                raise InvalidInput("An app exports all its collections at once.", "Leave the collection out.")
            return self._surface.at(places.EXPORT)
        if include_related:
            raise InvalidInput("Related collections are an app's.", f"Leave them out on {self._surface.title}.")
        if not c:
            raise InvalidInput("An export needs to know which datastore.", "Name a collection that is in it.")
        return self._surface.at(places.EXPORT, c.datastore_id)

    def _at(self, place: Place, c: Collection, *ids: str) -> ApiPath:
        return self._surface.at(place, c.name if self._surface.one_app else c.id, *ids)


def _schema(columns: Sequence[CollectionColumn]) -> dict[str, object]:
    """The schema as the document writes it: `visible` where it was said, nothing where there are no columns."""
    said = [column.model_dump(include={"name", "type", "visible"}, exclude_unset=True) for column in columns]
    return {"schema": {"columns": said}} if said else {}
