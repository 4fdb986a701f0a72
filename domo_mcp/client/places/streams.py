"""Where streams are."""

from __future__ import annotations

from domo_mcp.client.places import Place

STREAMS = Place("the making of streams", product="api/data/v1/streams")
STREAM = Place("streams", product="api/data/v1/streams/{}")
HISTORY = Place("the runs of a stream", product="api/data/v1/streams/{}/history/aggregate")
EXECUTIONS = Place("running a stream", product="api/data/v1/streams/{}/executions")
