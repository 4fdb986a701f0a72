"""The context pack as a client gets it: what it tells, what it costs, and what never stands in it."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from platformdirs import user_cache_path
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config, load
from domo_mcp.errors import ConfigError
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.serving import server
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from domo_mcp.server.local import local_client
from tests.answers import Connect, raw_text_of, text_of
from tests.changes.answers import Person
from tests.columns.conftest import Recorder
from tests.tools.workshop import Workshop, applied

QUESTION = "total revenue by region last month"
SALES = "5a1e0000-0000-4000-8000-000000000001"
Written = Callable[[str], str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes notes; the path of the file."""

    def write(text: str) -> str:
        (tmp_path / "notes.md").write_text(text, encoding="utf-8")
        return str(tmp_path / "notes.md")

    return write


async def pack(client: Client, **arguments: Any) -> str:
    """The context pack without its fences, of which each answer has its own."""
    result = await client.call_tool("get_schema_context", arguments)
    assert not result.is_error, text_of(result)
    return re.sub(r"</?data-\w+>", "", text_of(result))


async def test_it_tells_all_that_is_known(connect: Connect, written: Written) -> None:
    catalog = {
        "notes": written("Amounts are in euro.\n# Sales Orders\nReturned orders count.\n# Products\nAbout goods."),
        "examples": [{"question": "revenue of June", "dataset": "Sales Orders", "sql": "SELECT 6 FROM `Sales Orders`"}],
        "time_zone": "Europe/Berlin",
        "fiscal_month": 10,
    }
    async with connect(catalog=catalog) as client:
        text = await pack(client, question=QUESTION)
    for part in (
        "today: 2026-11-22 (Europe/Berlin); the fiscal year begins in October",
        "Amounts are in euro.",
        "Returned orders count.",
        f"dataset `Sales Orders` id {SALES}",
        "`Region` STRING",
        "[values '",
        "'North'",
        "`Order Date` DATE",
        "beast mode ",
        "verified: revenue of June -> SELECT 6 FROM `Sales Orders`",
        'easily taken for: "Sales Orders (Archive)"',
        'Chosen by the question: "Sales Orders"',
    ):
        assert part in text
    assert text.index("Amounts are in euro.") < text.index("dataset `Sales Orders`")


async def test_a_second_identical_call_asks_domo_nothing(connect: Connect, sandbox: Starlette) -> None:
    async with connect() as client:
        first = await pack(client, question=QUESTION)
        asked = len(sandbox.state.requests)
        assert await pack(client, question=QUESTION) == first
    assert len(sandbox.state.requests) == asked


async def test_sixty_four_at_once_cost_what_one_costs(connect: Connect, sandbox: Starlette) -> None:
    async with connect() as client:
        first = await pack(client, question=QUESTION)
    alone = len(sandbox.state.requests)
    texts: list[str] = []

    async def ask(client: Client) -> None:
        texts.append(await pack(client, question=QUESTION))

    async with connect() as client, anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(ask, client)
    assert texts == [first] * 64
    assert len(sandbox.state.requests) == 2 * alone


@pytest.mark.parametrize(
    ("zone", "day", "fiscal"),
    [("Asia/Tokyo", "2027-01-01", 4), ("UTC", "2026-12-31", 1), ("America/New_York", "2026-12-31", 12)],
)
async def test_the_time_zone_decides_the_day_near_midnight(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, zone: str, day: str, fiscal: int
) -> None:
    monkeypatch.setattr("domo_mcp.app._now", lambda: datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
    async with connect(catalog={"time_zone": zone, "fiscal_month": fiscal}) as client:
        text = await pack(client, datasets=["Products"])
    month = {4: "April", 1: "January", 12: "December"}[fiscal]
    assert f"today: {day} ({zone}); the fiscal year begins in {month}" in text


async def test_domos_ai_is_told_the_same(connect: Connect, written: Written, sandbox: Starlette) -> None:
    recorder = Recorder(sandbox)
    catalog = {
        "notes": written("Amounts are in euro.\n# Sales Orders\nReturned orders count."),
        "examples": [{"question": "revenue of June", "dataset": SALES, "sql": "SELECT 6 FROM table"}],
    }
    config = load(sandbox=True, overrides={"catalog": catalog, "files": {"exports": ""}}, environment={})
    for tool in ("text_to_sql", "ask_data"):
        recorder.sent.clear()
        async with open_app(config, embedded=recorder) as app, local_client(app) as client:
            assert not (await client.call_tool(tool, {"question": QUESTION})).is_error
        for part in ("Amounts are in euro.", "Returned orders count.", "revenue of June", "'North'", "Region"):
            assert part in recorder.to_ai()


@pytest.mark.parametrize(
    ("catalog", "says"),
    [
        ({"examples": [{"question": "revenue", "dataset": "x", "sql": "DROP TABLE x"}]}, 'the SQL for "revenue"'),
        ({"notes": "/nowhere/notes.md"}, "cannot be read"),
    ],
)
async def test_what_cannot_be_used_ends_the_start(configure: Callable[..., Config], catalog: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        async with open_app(configure(catalog=catalog)):
            pass


@pytest.mark.parametrize("most", [200, 400, 1000, 4000])
async def test_max_tokens_holds_whatever_the_notes_are(connect: Connect, written: Written, most: int) -> None:
    lines = "\n".join(f"General rule {number} about money." for number in range(400))
    notes = written(f"{lines}\n# Sales Orders\n{lines.replace('General', 'Special')}")
    async with connect(catalog={"notes": notes}) as client:
        result = await client.call_tool("get_schema_context", {"question": QUESTION, "max_tokens": most})
    assert len(raw_text_of(result)) / 4 <= most
    assert re.search(r"Left out for max_tokens: .*\d+ lines of notes", text_of(result), re.DOTALL)


class TestPolicy:
    """What policy keeps back."""

    async def test_of_a_denied_dataset_nothing_is_told(self, connect: Connect, written: Written) -> None:
        catalog = {
            "notes": written(f"Open.\n# Sales Orders\nSecret one.\n# {SALES}\nSecret two.\n## Deeper\nSecret three."),
            "examples": [{"question": QUESTION, "dataset": "Sales Orders", "sql": "SELECT 42 FROM table"}],
        }
        for denied in ("Sales Orders", SALES):
            async with connect(catalog=catalog, policy={"deny": {"dataset": [denied]}}) as client:
                text = await pack(client, question=QUESTION)
                refused = await client.call_tool("get_schema_context", {"datasets": ["Sales Orders"]})
            assert "Open." in text
            for part in ("Secret", "SELECT 42", SALES, "`Sales Orders`", '"Sales Orders"'):
                assert part not in text
            assert refused.is_error
            assert "Secret" not in text_of(refused)

    async def test_a_dataset_that_the_user_may_not_read_is_not_told(self, connect: Connect, store: Store) -> None:
        closed = [each for each in store.all(Dataset) if not any(grant.user_id == 1001 for grant in each.grants)]
        assert closed
        async with connect() as client:
            text = await pack(client, question=" ".join(each.name for each in closed))
        assert not [each.name for each in closed if f"`{each.name}`" in text or each.id in text]

    async def test_no_value_of_a_personal_or_hidden_column_is_told(self, sandbox: Starlette) -> None:
        recorder = Recorder(sandbox)
        policy = {"columns": {"hide": ["Department"], "mask": ["Office"]}, "access": "read"}
        config = load(sandbox=True, overrides={"policy": policy, "files": {"exports": ""}}, environment={})
        async with open_app(config, embedded=recorder) as app, local_client(app) as client:
            text = await pack(client, datasets=["Employees"])
            await pack(client, datasets=["Customers"])
        sent = [json.loads(body)["sql"] for path, body in recorder.sent if "/execute/" in path]
        assert sent
        for name in ("Department", "Office", "Name", "Salary", "Email", "Phone", "Customer Name"):
            assert not [sql for sql in sent if f"(`{name}`)" in sql or f"GROUP BY `{name}`" in sql], name
        assert "Department" not in text
        assert "`Office` STRING (masked by policy: every value is ***)" in text
        assert "`Salary` DECIMAL" in text
        assert not re.search(r"`(Salary|Name|Office)`[^\n]*\[", text)


@pytest.mark.parametrize("fault", ["500", "not_json", "reset_before", "403", "slow"])
async def test_rows_that_cannot_be_looked_into_leave_the_rest(
    connect: Connect, sandbox: Starlette, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("domo_mcp.catalog.knowledge._PROFILING_S", 0.2)
    rule = {"kind": fault, "path": "*/query/v1/execute/*", "delay_s": 3600}
    sandbox.state.faults = Faults(Plan.model_validate({"rules": [rule]}))
    async with connect() as client:
        text = await pack(client, question=QUESTION)
        asked = len(sandbox.state.requests)
        assert await pack(client, question=QUESTION) == text
    assert "dataset `Sales Orders`" in text
    assert "`Region` STRING" in text
    assert "values '" not in text
    assert "not told: values of columns, which could not be read now" in text
    assert len(sandbox.state.requests) == asked


async def test_after_a_warm_start_only_rows_are_asked_for(configure: Callable[..., Config], sandbox: Starlette) -> None:
    async with open_app(configure(catalog={"warm_up": True}), embedded=sandbox) as app, local_client(app) as client:
        await app.warm_up()
        asked = len(sandbox.state.requests)
        await pack(client, question=QUESTION)
        later = list(sandbox.state.requests)[asked:]
    assert asked
    assert later
    assert all("/query/v1/execute/" in path for _, path in later)


async def test_without_the_setting_the_start_asks_nothing(configure: Callable[..., Config], sandbox: Starlette) -> None:
    async with open_app(configure(), embedded=sandbox) as app:
        await app.warm_up()
    assert not sandbox.state.requests


async def test_a_warm_start_without_domo_is_a_warning(
    configure: Callable[..., Config], sandbox: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.state.faults = Faults(Plan.model_validate({"rules": [{"kind": "401"}]}))
    async with open_app(configure(catalog={"warm_up": True}), embedded=sandbox) as app:
        await app.warm_up()
    assert "sandbox is not warmed up" in caplog.text


async def cups(workshop: Workshop) -> str:
    """A dataset without rows; its id."""
    columns = [{"name": "Kiosk", "type": "STRING"}, {"name": "Cups", "type": "LONG"}]
    body = {"userDefinedType": "api", "dataSourceName": "Cups Sold", "schema": {"columns": columns}}
    made = await workshop.send("POST", "/api/data/v2/datasources", body)
    return str(made["dataSource"]["dataSourceId"])


async def widen(client: Client, key: str, *names: str) -> None:
    """Add columns to that dataset."""
    columns = [{"name": name, "type": "LONG" if name == "Cups" else "STRING"} for name in ("Kiosk", "Cups", *names)]
    applied(await client.call_tool("alter_dataset_schema", {"dataset": key, "columns": columns}))


async def test_what_the_server_changed_is_told_at_once(workshop: Workshop) -> None:
    key = await cups(workshop)
    async with workshop.client() as client:
        assert "values" not in await pack(client, datasets=[key])
        rows = {"dataset": key, "rows": [["Harbour", 3], ["Station", 4]]}
        applied(await client.call_tool("append_rows", rows))
        assert "`Kiosk` STRING [values 'Harbour', 'Station']" in await pack(client, datasets=[key])
        assert "`Kiosk` STRING [values" in await pack(client, question="cups sold by kiosk")
        await widen(client, key, "Barista Level")
        assert "`Barista Level` STRING" in await pack(client, datasets=[key])
        assert "`Barista Level` STRING" in await pack(client, question="cups sold by kiosk")


APP = {"kind": "sandbox", "surface": "app", "aliases": {"datasets": ["sales", "products"]}}


class TestApp:
    """The App-Framework surface, where datasets are aliases."""

    @asynccontextmanager
    async def client(self, sandbox: Starlette, **tables: Any) -> AsyncIterator[Client]:
        """A client of a server for an app."""
        config = load(sandbox=True, overrides={"files": {"exports": ""}}, environment={})
        everything = {**config.model_dump(), "instances": {"app": APP}, "default_instance": "app", **tables}
        async with open_app(Config.model_validate(everything), embedded=sandbox) as app, local_client(app) as client:
            yield client

    async def test_notes_examples_and_values_are_told_by_alias(self, sandbox: Starlette, written: Written) -> None:
        notes = written("Open.\n# SALES\nReturned orders count.")
        examples = [{"question": "revenue of June", "dataset": "sales", "sql": "SELECT 6 FROM sales"}]
        async with self.client(sandbox, catalog={"notes": notes, "examples": examples}) as client:
            text = await pack(client, question=QUESTION)
            asked = len(sandbox.state.requests)
            assert await pack(client, question=QUESTION) == text
        assert len(sandbox.state.requests) == asked
        for part in ("Open.", "Returned orders count.", "verified: revenue of June", "'North'"):
            assert part in text

    async def test_of_a_denied_alias_nothing_is_told(self, sandbox: Starlette, written: Written) -> None:
        notes = written("Open.\n# sales\nSecret.")
        policy = {"deny": {"dataset": ["sales"]}}
        async with self.client(sandbox, catalog={"notes": notes}, policy=policy) as client:
            text = await pack(client, question="stock of products")
        assert "Open." in text
        assert "Secret" not in text


OnDomo = Callable[..., AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def over_http(sandbox: Starlette) -> AsyncIterator[OnDomo]:
    """Opens clients, each of a new server process, on an instance that is reached over HTTP, as Domo is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        @asynccontextmanager
        async def opened(token: str = "sandbox-token", **policy: Any) -> AsyncIterator[Client]:  # noqa: S107 - invented
            tables: dict[str, Any] = {
                "instances": {"acme": {"url": url, "auth": {"token": token}}},
                "limits": {"per_minute": 100_000},
                "tools": {"toolsets": ["all"]},
                "policy": policy,
                "files": {"exports": ""},
            }
            environment = {"DOMO_HOST": "acme.domo.com", "DOMO_DEVELOPER_TOKEN": "sandbox-token"}
            config = load(overrides=tables, environment=environment)
            async with (
                open_app(config) as app,
                Client(build_server(app), elicitation_callback=Person("accepted")) as client,
            ):
                yield client

        serving = server(sandbox, host="127.0.0.1", port=0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serving.serve, [listener])
            yield opened
            serving.should_exit = True


def schemas(sandbox: Starlette) -> list[str]:
    """The requests for columns, details, meanings and rows so far."""
    parts = ("/schema", "/data-dictionary/", "/execute/")
    return [path for _, path in sandbox.state.requests if any(part in path for part in parts)]


async def test_a_restart_asks_for_no_schema_again(sandbox: Starlette) -> None:
    async with over_http(sandbox) as on_domo:
        async with on_domo() as client:
            first = await pack(client, question=QUESTION)
        asked = schemas(sandbox)
        async with on_domo() as client:
            assert await pack(client, question=QUESTION) == first
    assert asked
    again = schemas(sandbox)[len(asked) :]
    assert all("/schema" in path for path in again)
    assert len(again) <= 2  # of the datasets that the user may not read


@pytest.mark.parametrize(
    ("token", "policy"), [("sandbox-admin-token", {}), ("sandbox-token", {"columns": {"hide": ["Region"]}})]
)
async def test_another_token_or_column_policy_learns_for_itself(
    sandbox: Starlette, token: str, policy: dict[str, Any]
) -> None:
    async with over_http(sandbox) as on_domo:
        async with on_domo() as client:
            assert "`Region` STRING" in await pack(client, datasets=["Sales Orders"])
        asked = schemas(sandbox)
        async with on_domo(token, **policy) as client:
            assert ("`Region` STRING" in await pack(client, datasets=["Sales Orders"])) is (not policy)
    assert set(schemas(sandbox)[len(asked) :]) >= set(asked)


async def test_nothing_is_stale_after_a_change_and_a_restart(workshop: Workshop) -> None:
    key = await cups(workshop)
    async with over_http(workshop.sandbox) as on_domo:
        for name in ("First", "Second", "Third"):
            async with on_domo(access="full") as client:
                await widen(client, key, name)
            async with on_domo() as client:
                assert f"`{name}` STRING" in await pack(client, datasets=[key])


async def test_a_damaged_shelf_costs_requests_and_nothing_else(sandbox: Starlette) -> None:
    file = user_cache_path("domo-mcp", appauthor=False) / "catalog.db"
    async with over_http(sandbox) as on_domo:
        async with on_domo() as client:
            first = await pack(client, datasets=["Products"])
        file.write_bytes(b"nonsense" * 1000)
        async with on_domo() as client:
            assert await pack(client, datasets=["Products"]) == first
        file.unlink()
        file.mkdir()
        async with on_domo() as client:
            assert await pack(client, datasets=["Products"]) == first
