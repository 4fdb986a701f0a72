"""Where Domo's AI services are. Source: App-Framework document, AI Service Layer."""

from __future__ import annotations

from domo_mcp.client.places import Place

TEXT_TO_SQL = Place("text to SQL", product="api/ai/v1/text/sql", app="domo/ai/v1/text/sql")
TEXT_GENERATION = Place("text generation", product="api/ai/v1/text/generation", app="domo/ai/v1/text/generation")
IMAGE_TO_TEXT = Place("image to text", product="api/ai/v1/image/text", app="domo/ai/v1/image/text")
