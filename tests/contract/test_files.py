"""Domo's Files: listed, described, and kept in revisions."""

from __future__ import annotations

from uuid import uuid4

from tests.contract.service import Open, new_id


async def test_files_are_described(reading: Open) -> None:
    async with reading() as domo:
        for row in (await domo.rows("list_data_files", limit=3))[:3]:
            file = await domo.facts("get_data_file", file=row["id"], expand=["revisions"])
            assert (file["id"], file["name"]) == (row["id"], row["name"])


async def test_a_file_keeps_its_revisions_until_they_are_deleted(writing: Open) -> None:
    async with writing() as domo:
        uploaded = await domo.change("upload_data_file", name=f"contract-test-{uuid4()}.txt", content="the first")
        file = new_id(uploaded)
        try:
            first = await domo.facts("get_data_file", file=file, permissions=True)
            assert first["public"] is False
            revised = await domo.change("upload_data_file_revision", file=file, content="the second")
            assert "the second" in await domo.text("read_data_file", file=file)
            await domo.change("undo_change", change=revised["change"])
            assert "the first" in await domo.text("read_data_file", file=file)
        finally:
            await domo.change("undo_change", change=uploaded["change"])
