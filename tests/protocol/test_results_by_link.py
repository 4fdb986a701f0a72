"""Over HTTP, where no file of the server's machine can be named, a large result is a link to all of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextResourceContents
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config
from domo_mcp.server.local import local_client
from tests.answers import Connect, raw_text_of
from tests.protocol.conftest import Way

CUT: dict[str, Any] = {"sql": "SELECT * FROM Products", "max_tokens": 300}


def links(result: CallToolResult) -> list[str]:
    return [str(block.uri) for block in result.content if block.type == "resource_link"]


async def read(client: Client, link: str) -> list[list[str]]:
    (content,) = (await client.read_resource(link)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "text/csv"
    return list(csv.reader(io.StringIO(content.text)))


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_a_result_that_was_cut_over_http_can_be_read_whole_by_its_link(
    ways: Callable[[str, str], Way], http_server: str, era: str
) -> None:
    async with ways("http", era).open() as client:
        result = await client.call_tool("run_sql", CUT)
        (link,) = links(result)
        rows = await read(client, link)
        again = await read(client, link)
    assert "read the linked resource" in raw_text_of(result)
    assert "save_as" not in raw_text_of(result)
    assert len(rows) == 121
    assert rows[0][0].startswith("Product")
    assert again == rows


async def test_a_result_that_is_whole_and_one_over_stdio_have_no_link(connect: Connect) -> None:
    async with connect(local_files=False) as client:
        assert not links(await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) FROM Products"}))
    async with connect() as client:
        assert not links(await client.call_tool("run_sql", CUT))
        templates = (await client.list_resource_templates()).resource_templates
        assert not [template for template in templates if "results" in template.uri_template]


async def test_a_link_is_worth_nothing_in_other_hands_or_when_it_is_another_text(
    configure: Callable[..., Config], sandbox: Starlette
) -> None:
    config = configure()
    async with open_app(config, local_files=False, embedded=sandbox) as app, local_client(app) as client:
        (link,) = links(await client.call_tool("run_sql", CUT))
        for other in (link[:-1] + ("a" if link[-1] != "a" else "b"), link.replace("/sandbox/", "/other/"), link + "x"):
            with pytest.raises(MCPError):
                await client.read_resource(other)
    async with open_app(config, local_files=False, embedded=sandbox) as app, local_client(app) as client:
        with pytest.raises(MCPError):
            await client.read_resource(link)


async def test_a_link_to_a_result_confirms_no_change_and_a_ticket_reads_nothing(connect: Connect) -> None:
    async with connect(local_files=False) as client:
        (link,) = links(await client.call_tool("run_sql", CUT))
        confirmed = await client.call_tool(
            "confirm_change", {"ticket": link.rsplit("/", 1)[1], "summary": "a whole result"}
        )
        arguments = {"collection": "Tasks", "filter": {"status": "open"}, "set": {"status": "done"}}
        waiting = (await client.call_tool("update_appdb_documents", arguments)).structured_content
        assert waiting
        with pytest.raises(MCPError):
            await client.read_resource(f"domo://sandbox/results/{waiting['ticket']}")
    assert confirmed.is_error
