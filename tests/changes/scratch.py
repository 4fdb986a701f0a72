"""A collection of its own for each test of a change, and a count of the writes that reach the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import httpx

TOKEN = "sandbox-token"

_numbers = count(1)


class Reached(Protocol):
    """A request that a handler of the sandbox got."""

    method: str
    path: str


@dataclass(frozen=True)
class Scratch:
    """A collection with three documents."""

    id: str
    name: str
    ids: list[str]


@dataclass(frozen=True)
class ChangingTool:
    """A call that changes Domo. `permanent`: it destroys for good, so that only a person can allow it."""

    name: str
    arguments: Callable[[Scratch], dict[str, Any]]
    permanent: bool = False
    undoable: bool = True


CHANGING = [
    ChangingTool("create_appdb_documents", lambda at: {"collection": at.id, "documents": [{"title": "new"}]}),
    ChangingTool(
        "update_appdb_documents", lambda at: {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    ),
    ChangingTool(
        "upsert_appdb_documents",
        lambda at: {"collection": at.id, "documents": [{"id": at.ids[0], "content": {"title": "other"}}]},
    ),
    ChangingTool("delete_appdb_documents", lambda at: {"collection": at.id, "ids": at.ids[:2]}),
    ChangingTool(
        "replace_appdb_document",
        lambda at: {"collection": at.id, "document": at.ids[0], "content": {"title": "other"}},
    ),
    ChangingTool(
        "create_appdb_collection",
        lambda at: {"name": f"{at.name} too", "columns": [{"name": "title", "type": "STRING"}], "sync": False},
    ),
    ChangingTool(
        "update_appdb_collection",
        lambda at: {
            "collection": at.id,
            "columns": [{"name": "title", "type": "STRING"}, {"name": "n", "type": "LONG"}],
        },
    ),
    ChangingTool("delete_appdb_collection", lambda at: {"collection": at.id}, permanent=True, undoable=False),
    ChangingTool(
        "set_appdb_permissions",
        lambda at: {"collection": at.id, "entity": "USER", "entity_id": "27", "permissions": ["read", "read_content"]},
        permanent=True,
        undoable=False,
    ),
    ChangingTool(
        "remove_appdb_permissions",
        lambda at: {"collection": at.id, "entity": "USER", "entity_id": "27"},
        permanent=True,
        undoable=False,
    ),
    ChangingTool("export_appdb_collections", lambda at: {"collection": at.id}, undoable=False),
]


async def scratch(client: httpx.AsyncClient, called: str = "Scratch") -> Scratch:
    """A new collection with three documents, made without the server under test."""
    signed = {"X-DOMO-Developer-Token": TOKEN}
    name = f"{called} {next(_numbers)}"
    body = {"name": name, "schema": {"columns": [{"name": "title", "type": "STRING"}]}, "syncEnabled": True}
    made = await client.post("/api/datastores/v1/collections", json=body, headers=signed)
    made.raise_for_status()
    collection = made.json()["id"]
    ids = []
    for number in range(3):
        content = {"content": {"title": f"task {number}", "state": "open", "points": number}}
        answer = await client.post(
            f"/api/datastores/v1/collections/{collection}/documents", json=content, headers=signed
        )
        answer.raise_for_status()
        ids.append(answer.json()["id"])
    return Scratch(collection, name, ids)


async def contents(client: httpx.AsyncClient, at: Scratch) -> dict[str, Any]:
    """The documents of a collection by id, as the sandbox has them."""
    answer = await client.get(
        f"/api/datastores/v1/collections/{at.id}/documents", headers={"X-DOMO-Developer-Token": TOKEN}
    )
    answer.raise_for_status()
    return {document["id"]: document["content"] for document in answer.json()}


def writes(processed: Iterable[Reached]) -> list[tuple[str, str]]:
    """The requests among these that change something."""
    return [
        (request.method, request.path)
        for request in processed
        if request.method != "GET" and not request.path.endswith(("/query", "/search", "/bulk-read"))
    ]
