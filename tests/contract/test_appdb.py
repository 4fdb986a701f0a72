"""Domo's AppDB: collections, their documents, and what becomes of changes."""

from __future__ import annotations

from uuid import uuid4

from tests.contract.service import Open, new_id

COLUMNS = [{"name": "title", "type": "STRING"}, {"name": "points", "type": "LONG"}]


async def test_collections_and_their_documents_are_read(reading: Open) -> None:
    async with reading() as domo:
        for collection in (await domo.rows("list_appdb_collections", limit=3))[:3]:
            for document in await domo.rows("query_appdb_documents", collection=collection["id"], limit=2):
                found = await domo.facts("get_appdb_document", collection=collection["id"], document=document["id"])
                assert found["id"] == document["id"]


async def test_a_collection_lives_from_its_creation_to_its_deletion(writing: Open) -> None:
    async with writing() as domo:
        name = f"contract test {uuid4()}"
        await domo.change("create_appdb_collection", name=name, columns=COLUMNS, sync=False)
        try:
            documents = [{"title": "one", "points": 1}, {"title": "two", "points": 2}]
            await domo.change("create_appdb_documents", collection=name, documents=documents)
            updated = await domo.change(
                "update_appdb_documents", collection=name, filter={"title": "two"}, operation={"$inc": {"points": 5}}
            )
            sums = {"group_by": ["title"], "sum": {"total": "points"}, "order_by": ["total descending"]}
            rows = await domo.rows("query_appdb_documents", collection=name, **sums)
            assert [(row["title"], float(row["total"])) for row in rows] == [("two", 7), ("one", 1)]
            await domo.change("undo_change", change=updated["change"])
            rows = await domo.rows("query_appdb_documents", collection=name, filter={"points": {"$gt": 1}})
            assert [(row["title"], row["points"]) for row in rows] == [("two", "2")]
            made = await domo.change("create_appdb_documents", collection=name, documents=[{"title": "three"}])
            await domo.change("delete_appdb_documents", collection=name, ids=[new_id(made)])
        finally:
            await domo.change("delete_appdb_collection", collection=name)
        assert name not in {row["name"] for row in await domo.rows("list_appdb_collections", query=name)}
