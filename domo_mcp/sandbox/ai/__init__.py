"""The sandbox's AI services: a language model where one is configured, else deterministic engines that say so."""

from __future__ import annotations

from domo_mcp.sandbox.ai.images import ImageRefused, ImageRequest, image_to_text
from domo_mcp.sandbox.ai.model import AiSettings, ModelFailed
from domo_mcp.sandbox.ai.service import Answer, SqlRequest, TextRequest, text_generation, text_to_sql

__all__ = [
    "AiSettings",
    "Answer",
    "ImageRefused",
    "ImageRequest",
    "ModelFailed",
    "SqlRequest",
    "TextRequest",
    "image_to_text",
    "text_generation",
    "text_to_sql",
]
