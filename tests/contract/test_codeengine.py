"""Domo's Code Engine: packages, their functions, and what they return."""

from __future__ import annotations

import pytest

from tests.contract.asking import GIVEN
from tests.contract.service import Open, on_product


@on_product
async def test_packages_and_their_functions_are_listed(reading: Open) -> None:
    async with reading() as domo:
        for row in await domo.rows("list_packages", limit=3):
            package = await domo.facts("get_package", package=row["id"])
            assert (package["id"], package["name"]) == (row["id"], row["name"])


async def test_a_function_gives_its_result(writing: Open) -> None:
    async with writing() as domo:
        if domo.live:
            pytest.skip(reason="what a real function does cannot be taken back")
        given = GIVEN[domo.surface]
        named = {"function": given["function"]} if domo.surface == "product" else {}
        written = await domo.change(
            "run_code_engine_function", package=given["package"], inputs=given["inputs"], **named
        )
        assert written["result"] == pytest.approx(9)
