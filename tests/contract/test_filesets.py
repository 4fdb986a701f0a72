"""Domo's FileSets: found, searched, read, and filled."""

from __future__ import annotations

from uuid import uuid4

from tests.contract.service import Open, new_id


async def test_filesets_and_their_files_are_found(reading: Open) -> None:
    async with reading() as domo:
        for row in await domo.rows("list_filesets", limit=3):
            fileset = await domo.facts("get_fileset", fileset=row["id"])
            assert (fileset["id"], fileset["name"]) == (row["id"], row["name"])
            for file in await domo.rows("list_fileset_files", fileset=row["id"], limit=2):
                assert file["path"].endswith(file.get("name", ""))


async def test_a_fileset_lives_from_its_creation_to_its_deletion(writing: Open) -> None:
    async with writing() as domo:
        made = await domo.change("create_fileset", name=f"contract test {uuid4()}", description="made by a test")
        fileset = new_id(made)
        try:
            text = "The warehouse in Tromsø opens at seven."
            await domo.change("upload_fileset_file", fileset=fileset, name="hours.txt", content=text, directory="a/b")
            (file,) = await domo.rows("list_fileset_files", fileset=fileset, directory="a/b")
            assert file["path"] == "a/b/hours.txt"
            assert text in await domo.text("read_fileset_file", fileset=fileset, file="a/b/hours.txt")
            assert text in await domo.text("read_fileset_file", fileset=fileset, file=file["id"])
            renamed = await domo.change("update_fileset", fileset=fileset, description="changed by a test")
            await domo.change("undo_change", change=renamed["change"])
            assert (await domo.facts("get_fileset", fileset=fileset))["description"] == "made by a test"
            await domo.change("delete_fileset_file", fileset=fileset, file=file["id"])
        finally:
            await domo.change("delete_fileset", fileset=fileset)
