"""Domo's streams: how a dataset is filled, and when it was."""

from __future__ import annotations

from tests.contract.service import Open, on_product


@on_product
async def test_a_stream_tells_its_runs(reading: Open) -> None:
    async with reading() as domo:
        found = [row["id"] for row in await domo.rows("search_datasets", limit=20)]
        described = [await domo.facts("get_dataset", dataset=dataset, include=["stream"]) for dataset in found]
        for stream in [dataset["stream"]["id"] for dataset in described if dataset.get("stream")][:2]:
            assert (await domo.facts("get_stream", stream=stream))["id"] == stream
            for run in await domo.rows("list_stream_runs", stream=stream, limit=2):
                assert run["state"] in {"SUCCESS", "ERROR", "ACTIVE", "ABORTED"}
