"""Where datasets are: asked, found, described."""

from __future__ import annotations

from domo_mcp.client.places import Place

SQL = Place("SQL", product="api/query/v1/execute/{}", app="sql/v1/{}", public="v1/datasets/query/execute/{}")
DATA_API = Place("the Data API", app="data/v1/{}")
SEARCH = Place("dataset search", product="api/data/ui/v3/datasources/search", public="v1/datasets")
METADATA = Place("dataset metadata", product="api/data/v3/datasources/{}", public="v1/datasets/{}")
BULK_METADATA = Place("metadata of many datasets", product="api/data/v3/datasources/bulk")
INDEXED_SCHEMA = Place("the indexed schema", product="api/query/v1/datasources/{}/schema/indexed")
DECLARED_SCHEMA = Place("the declared schema", product="api/data/v2/datasources/{}/schemas/latest")
PERMISSIONS = Place("dataset permissions", product="api/data/v3/datasources/{}/permissions")
CARDS = Place("cards of a dataset", product="api/content/v1/datasources/{}/cards")
PARTITIONS = Place("partitions", product="api/query/v1/datasources/{}/partition")
VERSIONS = Place("data versions", product="api/data/v3/datasources/{}/dataversions/details")
DICTIONARY = Place("the data dictionary", product="api/ai/readiness/v1/data-dictionary/dataset/{}")
