"""Names that moved on since they were looked up: a change reaches what is called so now, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from tests.tools.workshop import Workshop, applied, refused

JANE, OTHER_JANE = {"id": 501, "displayName": "Jane Doe"}, {"id": 777, "displayName": "Jane Doe"}


class Peopled:
    """The sandbox with users of a test's own."""

    def __init__(self, workshop: Workshop, users: Sequence[dict[str, Any]]) -> None:
        self.workshop, self.users = workshop, users

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        listed = scope.get("path") == "/api/content/v3/users"
        answer = JSONResponse(self.users if b"offset=0" in scope.get("query_string", b"") else [])
        await (answer if listed else self.workshop.sandbox)(scope, receive, send)


async def made(workshop: Workshop, name: str) -> str:
    body = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": [{"name": "a", "type": "STRING"}]}}
    found = await workshop.send("POST", "/api/data/v2/datasources", body)
    workshop.forget()
    return str(found["dataSource"]["dataSourceId"])


def rename(company: Store, dataset: str, name: str) -> None:
    found = company.get(Dataset, dataset)
    assert found is not None
    company.put(found.model_copy(update={"name": name}))


async def test_a_dataset_is_denied_and_left_alone_by_the_name_that_it_has_now(
    workshop: Workshop, company: Store
) -> None:
    dataset = await made(workshop, "Scratch 1")
    policy = {"access": "full", "unattended": ["tag_dataset:Scratch *"], "deny": {"dataset": ["Payroll*"]}}
    tags = {"dataset": dataset, "tags": ["y"]}
    async with workshop.client(policy=policy) as client:
        assert applied(await client.call_tool("tag_dataset", tags))["confirmed_by"] == "unattended"
        rename(company, dataset, "Other")
        again = applied(await client.call_tool("tag_dataset", {**tags, "tags": ["z"]}))
        rename(company, dataset, "Payroll 2026")
        workshop.forget()
        assert "not allowed here" in refused(await client.call_tool("tag_dataset", tags))
    assert again["confirmed_by"] == "person"
    assert not workshop.written()


async def test_a_change_by_name_reaches_what_is_called_so_now(workshop: Workshop, company: Store) -> None:
    old = await made(workshop, "Numbers of today")
    async with workshop.client() as client:
        await client.call_tool("get_dataset", {"dataset": "Numbers of today"})
        rename(company, old, "Numbers of yesterday")
        new = await made(workshop, "Numbers of today")
        grants = [{"id": "1004", "access_level": "CAN_VIEW"}]
        applied(await client.call_tool("share_dataset", {"dataset": "Numbers of today", "grants": grants}))
        applied(await client.call_tool("append_rows", {"dataset": "Numbers of today", "rows": [["x"]]}))
    assert {path.split("/")[5] for _, path in workshop.written()} == {new}


async def test_a_person_is_looked_up_anew_and_two_of_one_name_are_told(workshop: Workshop) -> None:
    dataset = await made(workshop, "Shared by name")
    domo = Peopled(workshop, [JANE])
    grants = {"dataset": dataset, "grants": [{"id": "Jane Doe", "access_level": "CAN_EDIT"}]}
    async with workshop.client(domo=domo) as client:
        await client.call_tool("list_users", {"user": "Jane Doe"})
        domo.users = [JANE, OTHER_JANE]
        assert '2 users are called "Jane Doe"' in refused(await client.call_tool("share_dataset", grants))
        domo.users = [{**JANE, "displayName": "Former Jane"}, OTHER_JANE]
        result = await client.call_tool("share_dataset", grants)
    assert "501" not in str(result)
    assert "777" in str(result)


async def test_blanks_around_a_new_name_do_not_pass_a_denial(workshop: Workshop) -> None:
    kinds = ("dataset", "collection", "fileset")
    policy = {"access": "full", "deny": {kind: ["Payroll*"] for kind in kinds}}
    columns = [{"name": "a", "type": "STRING"}]
    made = {"create_dataset": {"columns": columns}, "create_appdb_collection": {}, "create_fileset": {}}
    async with workshop.client(policy=policy) as client:
        for tool, arguments in made.items():
            assert "not allowed here" in refused(await client.call_tool(tool, {"name": " Payroll 1", **arguments})), (
                tool
            )
    assert not workshop.written()
