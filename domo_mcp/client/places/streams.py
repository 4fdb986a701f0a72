"""Where streams are."""

from __future__ import annotations

from domo_mcp.client.places import Place

STREAM = Place("streams", product="api/data/v1/streams/{}")
