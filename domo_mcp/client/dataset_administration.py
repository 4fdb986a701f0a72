"""Datasets as things to administer: made, shaped, tagged, shared, cleaned of partitions, indexed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from domo_mcp.client.dataset_states import (
    AccessGrant,
    BegunIndex,
    DeclaredSchema,
    EntityType,
    IndexStatus,
    IndexStatuses,
    MadeDataset,
    MagicVersions,
    PartitionPage,
    PartitionState,
    Properties,
    SchemaColumn,
)
from domo_mcp.client.paging import pages
from domo_mcp.client.places import datasets as places
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Surface
from domo_mcp.client.wire import Params
from domo_mcp.errors import NotFound, UnreadableAnswer

_PARTITIONS_AT_ONCE = 500
_ALL_VERSIONS = {"type": "EXPRESSION", "expression": "1=1"}


class DatasetAdministration:
    """Datasets of an instance, on the product surface alone. Every method raises `DomoError`; other surfaces `Refused`.

    What is not there is `NotFound`; what the user may not is `Forbidden`. Source, where nothing else is said: datasets
    document, the section named; of answers it prints none but those of metadata and permissions.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def create(self, name: str, columns: Sequence[tuple[str, str]]) -> str:
        """Make an empty dataset of columns (name and type) and return its id (Create Dataset Copy)."""
        schema = {"columns": [{"type": kind, "name": column} for column, kind in columns]}
        body = {"userDefinedType": "api", "dataSourceName": name, "schema": schema}
        made = await self._session.write("POST", self._surface.at(places.CREATE), MadeDataset, json=body)
        return made.id

    async def schema(self, dataset_id: str) -> tuple[SchemaColumn, ...]:
        """Return all columns as they were declared last, hidden ones too (portal, Get-Dataset-Schema).

        Where an instance does not tell that, those of the indexed schema (Get Dataset Schema). Raises
        `UnreadableAnswer` where there are none: what is not named in a schema is lost when it is altered.
        """
        try:
            where = self._surface.at(places.DECLARED_SCHEMA, dataset_id)
            declared = await self._session.read("GET", where, DeclaredSchema)
        except NotFound:
            where = self._surface.at(places.INDEXED_SCHEMA, dataset_id)
            declared = await self._session.read("GET", where, DeclaredSchema, params={"includeHidden": True})
        if not declared.columns:
            raise UnreadableAnswer("Domo names no columns of this dataset.", "Nothing was changed; look at it in Domo.")
        return declared.columns

    async def alter_schema(self, dataset_id: str, columns: Sequence[SchemaColumn]) -> None:
        """Give it these columns in place of all it has (Alter Dataset Schema)."""
        said = [
            {"name": each.name, "id": each.id or each.name, "type": each.type, "visible": each.visible, "order": 0}
            for each in columns
        ]
        body = {"columns": said, "objects": [], "views": []}
        await self._session.write("POST", self._surface.at(places.SCHEMAS, dataset_id), str, json=body)

    async def properties(self, dataset_id: str) -> Properties:
        """Return its data provider type and tags (Get Metadata)."""
        where = self._surface.at(places.METADATA, dataset_id)
        return await self._session.read("GET", where, Properties, params={"part": "core"})

    async def set_provider_type(self, dataset_id: str, provider_type: str) -> None:
        """Set its data provider type (Change Dataset Properties)."""
        where = self._surface.at(places.PROPERTIES, dataset_id)
        await self._session.write("PUT", where, str, json={"dataProviderType": provider_type})

    async def tag(self, dataset_id: str, tags: Sequence[str]) -> None:
        """Set its tags (createDatasetTag): those given take the place of those before (assumed)."""
        await self._session.write("POST", self._surface.at(places.TAGS, dataset_id), str, json=list(tags))

    async def share(self, dataset_id: str, grants: Sequence[AccessGrant], *, send_email: bool) -> None:
        """Give users and groups access (Share Dataset with Access permissions)."""
        permissions = [{"id": each.id, "type": each.type, "accessLevel": each.level} for each in grants]
        body = {"permissions": permissions, "sendEmail": send_email}
        await self._session.write("POST", self._surface.at(places.SHARE, dataset_id), str, json=body)

    async def revoke_grant(self, dataset_id: str, user_id: str) -> None:
        """Take what a user was given directly (Revoke Dataset Access)."""
        await self._session.write("DELETE", self._surface.at(places.USER_PERMISSION, dataset_id, user_id), str)

    async def remove(self, dataset_id: str, entities: Sequence[tuple[str, EntityType]]) -> None:
        """Take users, by id and type, from its permissions.

        One user: Remove user from dataset; else Remove multiple users from dataset, whose objects have a type, so that
        a group is taken to be one of them (assumed).
        """
        if [kind for _, kind in entities] == ["USER"]:
            where = self._surface.at(places.ONE_USER, dataset_id, entities[0][0])
            await self._session.write("DELETE", where, str)
            return
        body = [{"id": key, "type": kind} for key, kind in entities]
        await self._session.write("DELETE", self._surface.at(places.SEVERAL_USERS, dataset_id), str, json=body)

    async def search_partitions(
        self,
        dataset_id: str,
        *,
        newest_first: bool = True,
        earliest: int | None = None,
        latest: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[PartitionState, ...]:
        """Return partitions with row counts, by when they were loaded (Search Partition List).

        `earliest` and `latest` are milliseconds since 1970, both inside (the unit is assumed).
        """
        field = {
            "fieldName": "datecompleted",
            "sortOrder": "DESC" if newest_first else "ASC",
            "filterValues": {"MIN": earliest, "MAX": latest},
        }
        body = {"paginationFields": [field], "limit": limit, "offset": offset}
        where = self._surface.at(places.PARTITION_SEARCH, dataset_id)
        return (await self._session.read("POST", where, PartitionPage, json=body)).items

    async def partition(self, dataset_id: str, partition: str) -> PartitionState | None:
        """Return the partition of that tag with its rows, None where no such one holds data."""

        async def fetch(limit: int, offset: int) -> tuple[PartitionState, ...]:
            return await self.search_partitions(dataset_id, limit=limit, offset=offset)

        async for page in pages(fetch, size=_PARTITIONS_AT_ONCE):
            for each in page:
                if each.id == partition:
                    return each
        return None

    async def magic_versions(self, dataset_id: str, *, engine: str, limit: int, offset: int) -> MagicVersions:
        """Return data versions as a dataflow engine sees them (Data Version List from Magic)."""
        body = {"id": "", "type": "LoadFromVault", "dataSourceId": dataset_id, "versionWindow": _ALL_VERSIONS}
        params: Params = {"engine": engine, "limit": limit, "offset": offset}
        where = self._surface.at(places.MAGIC_VERSIONS)
        return await self._session.read("POST", where, MagicVersions, params=params, json=body)

    async def delete_partition_data(self, dataset_id: str, partition: str) -> None:
        """Mark the data of a partition as deleted; the tag stays (Delete Data Version)."""
        await self._session.write("DELETE", self._surface.at(places.PARTITION_DATA, dataset_id, partition), str)

    async def delete_partition_tag(self, dataset_id: str, partition: str) -> None:
        """Take a partition out of the list; its data stay (Delete Partition Tag)."""
        await self._session.write("DELETE", self._surface.at(places.PARTITION_TAG, dataset_id, partition), str)

    async def index(self, dataset_id: str, versions: Sequence[int] = ()) -> str | None:
        """Begin to index data versions, none given means all that are not (Index Dataset).

        Returns the id under which progress is told, None where Domo says none.
        """
        where = self._surface.at(places.INDEXES, dataset_id)
        answered = await self._session.write("POST", where, str, json={"dataIds": list(versions)})
        return _begun(answered)

    async def index_for_query(self, dataset_id: str) -> None:
        """Index it for the query engine (Index Dataset, POST /api/query/v1/datasources)."""
        await self._session.write("POST", self._surface.at(places.QUERY_INDEX, dataset_id), str)

    async def index_statuses(self, dataset_id: str, index_id: str) -> tuple[IndexStatus, ...]:
        """Return how far an index request is (Index Dataset Progress)."""
        where = self._surface.at(places.INDEX_STATUSES, dataset_id, index_id)
        return (await self._session.read("GET", where, IndexStatuses)).items


def _begun(answered: str) -> str | None:
    """The id in an answer of which nothing is documented, not even that it is there.

    A number keeps all its digits: an `indexRequestKey` of the document, 20220513224325.628, is more than a float holds.
    """
    try:
        return BegunIndex.model_validate(json.loads(answered, parse_float=str)).id
    except ValueError:
        return None
