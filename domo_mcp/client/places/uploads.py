"""Where uploads of rows into datasets are."""

from __future__ import annotations

from domo_mcp.client.places import Place

UPLOADS = Place("the upload of rows", product="api/data/v3/datasources/{}/uploads")
PART = Place("a part of an upload", product="api/data/v3/datasources/{}/uploads/{}/parts/{}")
COMMIT = Place("the commit of an upload", product="api/data/v3/datasources/{}/uploads/{}/commit")
