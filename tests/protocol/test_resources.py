"""Resources: what the tools read, by address; completions of the names in them; word of what changed."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    BlobResourceContents,
    PromptReference,
    ResourceTemplateReference,
    TextResourceContents,
)
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.workflows import REGION_REPORT
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.workflows.definitions import Workflow
from domo_mcp.server.addresses import PLACES, parsed
from domo_mcp.server.local import local_client
from tests.answers import Connect, raw_text_of, rows_of
from tests.protocol.conftest import Way

SALES = "5a1e0000-0000-4000-8000-000000000001"
POLICIES = "5a1e0000-0000-4000-8005-000000000001"
DATASET = "domo://{instance}/datasets/{id}"
APP = {
    "instances": {
        "company": {"kind": "sandbox"},
        "shop": {
            "kind": "sandbox",
            "surface": "app",
            "aliases": {"datasets": ["sales", "products"], "workflows": ["approveDiscount"]},
        },
    },
    "default_instance": "company",
}


async def text_at(client: Client, path: str) -> str:
    (content,) = (await client.read_resource(f"domo://{path}", cache_mode="bypass")).contents
    assert isinstance(content, TextResourceContents)
    assert content.text.strip()
    return content.text


async def completed(client: Client, template: str, name: str, typed: str, **given: str) -> list[str]:
    reference = ResourceTemplateReference(uri=template)
    answer = await client.complete(reference, {"name": name, "value": typed}, context_arguments=given or None)
    return answer.completion.values


async def test_every_way_lists_and_reads_the_same_resources(way: Way) -> None:
    async with way.open() as client:
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        templates = {template.uri_template for template in (await client.list_resource_templates()).resource_templates}
        schema = await text_at(client, "sandbox/datasets/Sales%20Orders/schema")
        with pytest.raises(MCPError) as missing:
            await client.read_resource("domo://sandbox/datasets/No%20Such%20Thing")
    kinds = ("datasets", "filesets", "collections", "workflows")
    assert listed == {*(f"domo://sandbox/{kind}" for kind in kinds), "ui://domo/table", "ui://domo/approval"}
    assert {DATASET, f"{DATASET}/schema", f"{DATASET}/context", f"{DATASET}/sample"} <= templates
    assert "domo://{instance}/filesets/{id}/files/{file}" in templates
    assert ("domo://{instance}/results/{ticket}" in templates) is (way.transport == "http")
    assert "Rebate" not in schema
    assert "Quantity times price after discount" in schema
    assert missing.value.error.code == INVALID_PARAMS


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("datasets", "Marketing Campaigns"),
        (f"datasets/{SALES}", '"rows":50000'),
        ("datasets/sales orders", '"rows":50000'),
        ("datasets/Sales%20Orders/schema", '"dictionary"'),
        ("datasets/Sales%20Orders/context", "Like MySQL"),
        ("filesets", "Quarterly Reports"),
        ("filesets/Policies", "customers/returns-and-refunds.md"),
        ("filesets/Policies/files", "customers/returns-and-refunds.md"),
        (f"filesets/{POLICIES}/files/customers%2Freturns-and-refunds.md", "return"),
        ("collections", "Campaign Notes"),
        ("collections/Tasks", "Check late parcels of the West"),
        ("collections/Tasks/documents/5a1e0002-0000-4000-8004-000000000001", '"status":"open"'),
        ("workflows", "Approve Discount"),
        ("workflows/Approve%20Discount", '"customer"'),
        ("workflows/Approve%20Discount/instances", "CANCELED"),
    ],
)
async def test_a_resource_tells_what_the_tool_tells(connect: Connect, path: str, expected: str) -> None:
    async with connect() as client:
        text = await text_at(client, f"sandbox/{path}")
    assert expected in text
    assert "<data-" in text
    assert "source: sandbox (invented data)" in text


async def test_a_sample_is_a_few_rows_as_run_sql_gives_them(connect: Connect) -> None:
    async with connect() as client:
        sample = await text_at(client, "sandbox/datasets/Products/sample")
        asked = raw_text_of(
            await client.call_tool("run_sql", {"dataset": "Products", "sql": "SELECT * FROM table LIMIT 10"})
        )
    assert rows_of(sample) == rows_of(asked)
    assert len(rows_of(sample)) == 11
    assert "data as of" in sample


async def test_hidden_and_masked_columns_are_so_in_resources_too(connect: Connect) -> None:
    rules = {"columns": {"hide": ["*Cost*"], "mask": ["Products.Brand"]}}
    async with connect(policy=rules) as client:
        sample = await text_at(client, "sandbox/datasets/Products/sample")
        told = [await text_at(client, f"sandbox/datasets/Products{part}") for part in ("", "/schema", "/context")]
    header, *rows = rows_of(sample)
    assert {row[header.index("Brand:STRING")] for row in rows} == {"***"}
    assert not [text for text in (sample, *told) if "Unit Cost" in text or "Peakline" in text]


async def test_what_is_denied_is_neither_read_nor_completed(connect: Connect) -> None:
    async with connect(policy={"deny": {"dataset": ["Sales*"], "collection": ["Tasks"]}}) as client:
        for path in ("datasets/Sales%20Orders", f"datasets/{SALES}/sample", "collections/Tasks"):
            with pytest.raises(MCPError, match="policy"):
                await client.read_resource(f"domo://sandbox/{path}")
        names = await completed(client, DATASET, "id", "sales", instance="sandbox")
        collections = await completed(client, "domo://{instance}/collections/{id}", "id", "")
    assert not names
    assert collections == ["Approvals", "Campaign Notes"]


@pytest.mark.parametrize(
    "uri",
    [
        "domo://sandbox/nothing/here",
        "domo://other/datasets",
        "domo://sandbox/datasets/",
        "domo://sandbox/datasets/../collections",
        "domo://sandbox/datasets/%2E%2E/schema",
        "domo://sandbox/filesets/Policies/files/..%2F..%2Fetc%2Fpasswd",
        "domo://sandbox/datasets/a%00b",
        "file:///etc/passwd",
        "domo://sandbox/data-files/1",
        "domo://sandbox/results/abc",
        "domo://sandbox/datasets/" + "x" * 9000,
    ],
)
async def test_what_is_not_there_is_an_error_of_the_caller_and_never_empty(connect: Connect, uri: str) -> None:
    async with connect() as client:
        with pytest.raises(MCPError) as missing:
            await client.read_resource(uri)
    assert missing.value.error.code == INVALID_PARAMS


async def test_a_resource_is_there_where_its_tool_is_listed(connect: Connect) -> None:
    async with connect(tools={"toolsets": ["appdb"]}) as client:
        templates = [template.uri_template for template in (await client.list_resource_templates()).resource_templates]
        with pytest.raises(MCPError):
            await client.read_resource("domo://sandbox/datasets/Products")
    assert templates == [
        "domo://{instance}/collections/{id}",
        "domo://{instance}/collections/{id}/documents/{document}",
    ]
    async with connect(tools={"toolsets": ["all"]}) as client:
        assert "oslo/box-01.pdf" in await text_at(client, "sandbox/filesets/Scanned%20Archive/files")
        assert '"permission"' in await text_at(client, "sandbox/filesets/Policies")
        price_list = await completed(client, "domo://{instance}/data-files/{id}", "id", "")
    assert not price_list


async def test_each_instance_and_surface_has_its_own(connect: Connect) -> None:
    async with connect(**APP) as client:
        listed = [str(resource.uri) for resource in (await client.list_resources()).resources]
        schema = await text_at(client, "shop/datasets/sales/schema")
        sample = await text_at(client, "shop/datasets/products/sample")
        workflow = await text_at(client, "shop/workflows/approveDiscount")
        company = await text_at(client, "company/datasets/Products")
        with pytest.raises(MCPError):
            await client.read_resource("domo://shop/datasets")
        instances = await completed(client, DATASET, "instance", "")
        aliases = await completed(client, DATASET, "id", "s", instance="shop")
        names = await completed(client, DATASET, "id", "sales", instance="company")
        workflows = await completed(client, "domo://{instance}/workflows/{id}", "id", "", instance="shop")
    assert "domo://company/datasets" in listed
    assert "domo://shop/datasets" not in listed
    assert "domo://shop/workflows" in listed
    assert "Revenue" in schema
    assert len(rows_of(sample)) == 11
    assert "approveDiscount" in workflow
    assert '"name":"Products"' in company
    assert instances == ["company", "sandbox", "shop"]
    assert aliases == ["sales", "products"]
    assert names == ["Sales Orders", "Sales Orders (Archive)"]
    assert workflows == ["approveDiscount"]


async def test_names_and_files_are_completed_while_they_are_typed(connect: Connect, sandbox: Starlette) -> None:
    async with connect() as client:
        names = await completed(client, f"{DATASET}/schema", "id", "ord")
        files = await completed(client, "domo://{instance}/filesets/{id}/files/{file}", "file", "ret", id="Policies")
        tickets = await completed(client, f"{DATASET}/sample", "id", "tick")
        for reference in (ResourceTemplateReference(uri="domo://{x}"), PromptReference(name="no-such-prompt")):
            with pytest.raises(MCPError) as wrong:
                await client.complete(reference, {"name": "id", "value": ""})
            assert wrong.value.error.code == INVALID_PARAMS
        first = await text_at(client, f"sandbox/datasets/{tickets[0]}")
    assert names == ["Sales Orders", "Sales Orders (Archive)"]
    assert files == ["customers/returns-and-refunds.md"]
    assert tickets == ["Support Tickets"]
    assert '"name":"Support Tickets"' in first


async def test_of_things_with_the_same_name_the_ids_are_completed(
    spare_store: Store, configure: Callable[..., Config]
) -> None:
    twin = spare_store.get(Workflow, REGION_REPORT)
    assert twin
    spare_store.put(twin.model_copy(update={"id": f"{twin.id[:-1]}9"}))
    try:
        async with open_app(configure(), embedded=sandbox_app(spare_store)) as app, local_client(app) as client:
            values = await completed(client, "domo://{instance}/workflows/{id}", "id", "")
            told = await text_at(client, f"sandbox/workflows/{twin.id}")
    finally:
        spare_store.remove(Workflow, f"{twin.id[:-1]}9")
    assert "Region Report" not in values
    assert {twin.id, f"{twin.id[:-1]}9"} <= set(values)
    assert "Approve Discount" in values
    assert "Region Report" in told


async def test_each_read_and_each_completion_leaves_a_line_of_audit(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    async with connect(audit={"file": str(file)}) as client:
        await text_at(client, "sandbox/datasets/Products")
        await completed(client, DATASET, "id", "pro")
        await completed(client, DATASET, "id", "prod")
        with pytest.raises(MCPError):
            await client.read_resource("domo://sandbox/datasets/Nothing%20So%20Called")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(line["tool"], line["decision"]) for line in lines] == [
        ("get_dataset", "allowed"),
        ("search_datasets", "allowed"),
        ("get_dataset", "refused"),
    ]


async def test_the_listing_asks_domo_nothing(connect: Connect, store: Store, configure: Callable[..., Config]) -> None:
    asked = []
    sandbox = sandbox_app(store)

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope.get("path"))
        await sandbox(scope, receive, send)

    async with open_app(configure(), embedded=counting) as app, local_client(app) as client:
        await client.list_resources()
        await client.list_resource_templates()
        await client.list_prompts()
        assert not asked
        await text_at(client, "sandbox/collections")
    assert asked


def test_an_address_reads_back_as_what_it_was_made_of() -> None:
    for place in PLACES:
        parts = {name: f"a/b c&d,{name}" for name in place.parts}
        address = parsed(place.uri("my host", parts))
        assert address is not None
        assert (address.instance, address.place, address.parts) == ("my host", place, parts)


@pytest.mark.parametrize(
    ("uri", "instead"),
    [
        ("domo://nowhere/datasets", "The instances are: domo://sandbox."),
        ("https://sandbox/datasets", "The instances are: domo://sandbox."),
        ("domo://sandbox/datasets/Products/scheme", "resources/templates/list has the forms of addresses"),
        ("domo://sandbox/filesets/Policies/files/customers/returns-and-refunds.md", "in a name write / as %2F"),
        ("domo://sandbox/data-files/401", "It is read by read_data_file, which this server does not list for sandbox."),
        ("domo://sandbox/datasets/%E5%AE%A2%E6%88%B7", "search_datasets"),
        ("domo://sandbox/filesets/Policies/files/nope.md", "list_fileset_files shows ids and paths"),
        ("domo://sandbox/results/abc", "save rows with run_sql and save_as"),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_wrong_address_is_told_what_to_do_next(connect: Connect, uri: str, instead: str, mode: str) -> None:
    async with connect(mode=mode) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    assert instead in str(refused.value)


async def test_a_picture_is_read_as_its_bytes(connect: Connect) -> None:
    async with connect(tools={"toolsets": ["all"]}) as client:
        listed = rows_of(raw_text_of(await client.call_tool("list_data_files", {})))
        ((file_id, size),) = ((row[0], row[4]) for row in listed if row[1].endswith(".png"))
        (content,) = (await client.read_resource(f"domo://sandbox/data-files/{file_id}")).contents
    assert isinstance(content, BlobResourceContents)
    assert content.mime_type == "image/png"
    assert len(b64decode(content.blob)) == int(size)
