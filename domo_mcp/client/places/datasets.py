"""Where datasets are: asked, found, described, administered."""

from __future__ import annotations

from domo_mcp.client.places import Place

SQL = Place("SQL", product="api/query/v1/execute/{}", app="sql/v1/{}", public="v1/datasets/query/execute/{}")
DATA_API = Place("the Data API", app="data/v1/{}")
SEARCH = Place("dataset search", product="api/data/ui/v3/datasources/search", public="v1/datasets")
METADATA = Place("dataset metadata", product="api/data/v3/datasources/{}", public="v1/datasets/{}")
INDEXED_SCHEMA = Place("the indexed schema", product="api/query/v1/datasources/{}/schema/indexed")
DECLARED_SCHEMA = Place("the declared schema", product="api/data/v2/datasources/{}/schemas/latest")
PERMISSIONS = Place("dataset permissions", product="api/data/v3/datasources/{}/permissions")
CARDS = Place("cards of a dataset", product="api/content/v1/datasources/{}/cards")
PARTITIONS = Place("partitions", product="api/query/v1/datasources/{}/partition")
VERSIONS = Place("data versions", product="api/data/v3/datasources/{}/dataversions/details")
DICTIONARY = Place("the data dictionary", product="api/ai/readiness/v1/data-dictionary/dataset/{}")

CREATE = Place("making datasets", product="api/data/v2/datasources")
SCHEMAS = Place("changing a schema", product="api/data/v2/datasources/{}/schemas")
PROPERTIES = Place("dataset properties", product="api/data/v3/datasources/{}/properties")
TAGS = Place("dataset tags", product="api/data/ui/v3/datasources/{}/tags")
SHARE = Place("sharing a dataset", product="api/data/v3/datasources/{}/share")
USER_PERMISSION = Place("revoking a user's grant", product="api/data/v3/datasources/{}/permissions/USER/{}")
ONE_USER = Place("removing a user from a dataset", product="api/data/v3/datasources/{}/USERS/{}")
SEVERAL_USERS = Place("removing users from a dataset", product="api/data/v3/datasources/{}/users")
PARTITION_SEARCH = Place("partition search", product="api/query/v1/datasources/{}/partition/list")
PARTITION_DATA = Place("deleting a partition's data", product="api/query/v1/datasources/{}/tag/{}/data")
PARTITION_TAG = Place("deleting a partition tag", product="api/query/v1/datasources/{}/partition/{}")
MAGIC_VERSIONS = Place("data versions of Magic", product="api/dataprocessing/v2/dataflows/data-version-hydrate")
INDEXES = Place("indexing", product="api/data/v3/datasources/{}/indexes")
QUERY_INDEX = Place("indexing for queries", product="api/query/v1/datasources/{}")
INDEX_STATUSES = Place("index progress", product="api/data/v3/datasources/{}/indexes/{}/statuses")
