"""Where AppDB is: by a collection's id on the product surface, by its name in an app."""

from __future__ import annotations

from domo_mcp.client.places import Place

COLLECTIONS = Place("AppDB collections", product="api/datastores/v1/collections", app="domo/datastores/v1/collections")
COLLECTION = Place(
    "AppDB collection", product="api/datastores/v1/collections/{}", app="domo/datastores/v1/collections/{}"
)
DOCUMENTS = Place(
    "AppDB documents",
    product="api/datastores/v1/collections/{}/documents",
    app="domo/datastores/v1/collections/{}/documents",
)
DOCUMENT = Place(
    "AppDB document",
    product="api/datastores/v1/collections/{}/documents/{}",
    app="domo/datastores/v1/collections/{}/documents/{}",
)
QUERY = Place(
    "AppDB query",
    product="api/datastores/v2/collections/{}/documents/query",
    app="domo/datastores/v1/collections/{}/documents/query",
)
UPDATE = Place(
    "AppDB update",
    product="api/datastores/v1/collections/{}/documents/update",
    app="domo/datastores/v1/collections/{}/documents/update",
)
BULK = Place(
    "AppDB bulk",
    product="api/datastores/v1/collections/{}/documents/bulk",
    app="domo/datastores/v1/collections/{}/documents/bulk",
)
UPSERT = Place(
    "AppDB upsert",
    product="api/datastores/v2/collections/{}/documents/bulk",
    app="domo/datastores/v1/collections/{}/documents/bulk",
)
PERMISSIONS = Place(
    "AppDB permissions",
    product="api/datastores/v1/collections/{}/permission/{}/{}",
    app="domo/datastores/v1/collections/{}/permission/{}/{}",
)
EXPORT = Place("AppDB export", product="api/datastores/v1/export/{}", app="domo/datastores/v1/export")
