"""What a change of columns must not lose: answers that say too little, rows that wait, ids, access levels."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from tests.answers import text_of
from tests.changes.answers import Person
from tests.tools.workshop import Workshop, applied, refused

A, B = {"name": "a", "type": "STRING"}, {"name": "b", "type": "STRING"}


class Declaring:
    """A Domo that declares a schema of its own, and keeps what it is told to declare."""

    def __init__(self, workshop: Workshop, *answers: object) -> None:
        self.workshop, self.answers = workshop, list(answers)
        self.told: list[list[dict[str, Any]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        asked = (scope.get("method"), scope.get("path", "").rpartition("/")[2])
        if asked == ("GET", "latest") and self.answers:
            await JSONResponse(self.answers[min(len(self.told), len(self.answers) - 1)])(scope, receive, send)
            return
        if asked != ("POST", "schemas"):
            await self.workshop.sandbox(scope, receive, send)
            return
        body = await receive()

        waiting = [body]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        self.told.append(json.loads(body["body"])["columns"])
        await self.workshop.sandbox(scope, again, send)


async def made(workshop: Workshop, *columns: dict[str, str]) -> str:
    body = {"userDefinedType": "api", "dataSourceName": "Shaped", "schema": {"columns": columns}}
    found = await workshop.send("POST", "/api/data/v2/datasources", body)
    workshop.forget()
    return str(found["dataSource"]["dataSourceId"])


@pytest.mark.parametrize(
    "answer", [{}, {"schema": None}, {"schema": {"columns": []}}, {"schema": {"columns": [{"name": "a"}]}}]
)
async def test_columns_that_domo_does_not_tell_are_not_taken_for_none(workshop: Workshop, answer: object) -> None:
    dataset = await made(workshop, A, B)
    async with workshop.client(domo=Declaring(workshop, answer)) as client:
        result = await client.call_tool(
            "alter_dataset_schema", {"dataset": dataset, "columns": [A, B, {**A, "name": "z"}]}
        )
    assert result.is_error, text_of(result)
    assert not workshop.written()


async def test_a_column_is_not_taken_back_while_rows_wait_for_their_index(workshop: Workshop) -> None:
    dataset = await made(workshop, A)
    uploads = f"/api/data/v3/datasources/{dataset}/uploads"
    token = {"X-DOMO-Developer-Token": "sandbox-token"}
    async with workshop.client() as client:
        written = applied(await client.call_tool("alter_dataset_schema", {"dataset": dataset, "columns": [A, B]}))
        upload = (await workshop.send("POST", uploads, {"action": "APPEND"}))["uploadId"]
        transport = httpx.ASGITransport(workshop.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url="https://sandbox.invalid", headers=token) as direct:
            headers = {"content-type": "text/csv"}
            part = await direct.put(f"{uploads}/{upload}/parts/1", content=b"x,precious\n", headers=headers)
        assert part.is_success
        await workshop.send("PUT", f"{uploads}/{upload}/commit", {"action": "APPEND", "index": False})
        text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        applied(await client.call_tool("index_dataset", {"dataset": dataset}))
        filled = refused(await client.call_tool("undo_change", {"change": written["change"]}))
    assert "Rows may wait for their index" in text
    assert "Values stand in b by now" in filled


async def test_an_undo_tells_columns_by_the_ids_that_domo_gave_them(workshop: Workshop) -> None:
    dataset = await made(workshop, A)
    before = {"schema": {"columns": [{**A, "id": "col-17"}]}}
    after = {"schema": {"columns": [{**A, "id": "col-17"}, {**B, "id": "col-18"}]}}
    domo = Declaring(workshop, before, after, before)
    async with workshop.client(domo=domo) as client:
        written = applied(await client.call_tool("alter_dataset_schema", {"dataset": dataset, "columns": [A, B]}))
        applied(await client.call_tool("undo_change", {"change": written["change"]}))
    assert [[column["id"] for column in told] for told in domo.told] == [["col-17", "b"], ["col-17"]]


@pytest.mark.parametrize("columns", [[A], [A, {**B, "type": "LONG"}]])
async def test_values_of_columns_go_at_no_access_below_full(workshop: Workshop, columns: list[dict[str, str]]) -> None:
    dataset = await made(workshop, A, B)
    someone = Person("accepted")
    async with workshop.client(policy={"access": "write"}, person=someone) as client:
        text = refused(await client.call_tool("alter_dataset_schema", {"dataset": dataset, "columns": columns}))
        assert not workshop.written()
        more = [A, B, {**A, "name": "c"}]
        applied(await client.call_tool("alter_dataset_schema", {"dataset": dataset, "columns": more}))
    assert "would delete something here" in text
