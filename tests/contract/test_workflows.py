"""Domo's Workflows: listed, described, started and followed."""

from __future__ import annotations

import pytest

from tests.contract.asking import GIVEN
from tests.contract.service import Open

STATUSES = {"", "null", "IN_PROGRESS", "COMPLETED", "CANCELED", "CANCELLED", "FAILED"}


async def test_workflows_and_their_instances_are_listed(reading: Open) -> None:
    async with reading() as domo:
        rows = await domo.rows("list_workflows", limit=3)
        for name in [next(iter(row.values())) for row in rows]:
            await domo.facts("get_workflow", workflow=name)
            for instance in await domo.rows("list_workflow_instances", workflow=name, limit=3):
                assert instance["status"] in STATUSES


async def test_an_instance_is_started_and_followed(writing: Open) -> None:
    async with writing() as domo:
        if domo.live:
            pytest.skip(reason="what a real workflow does cannot be taken back")
        given = GIVEN[domo.surface]
        started = await domo.change("start_workflow", workflow=given["workflow"], parameters=given["start"])
        (instance,) = started["new_ids"].values()
        found = await domo.facts("get_workflow_instance", workflow=given["workflow"], instance_id=instance)
        assert (found["status"] or "") in STATUSES
