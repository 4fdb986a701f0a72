"""Domo's AI Service Layer; each call costs credits."""

from __future__ import annotations

from tests.contract.calls import PICTURE
from tests.contract.service import Open


async def test_each_service_answers_and_says_which_model_spoke(writing: Open) -> None:
    async with writing() as domo:
        text = await domo.text("generate_text", prompt="Say that all is well. All is well.")
        assert "1 AI call" in text
        if domo.live:
            assert "1 AI call" in await domo.text("image_to_text", image=PICTURE)
