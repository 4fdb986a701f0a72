"""Secrets stay where they are: nothing that a server says, writes or keeps holds one, even where Domo repeats it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import Tool
from starlette.applications import Starlette
from starlette.routing import Mount

from benchmarks.honest import HONEST
from domo_mcp.sandbox import app as sandbox
from domo_mcp.sandbox.company.plan import ALEX
from domo_mcp.sandbox.routes.oauth import Client as OAuthClient
from domo_mcp.sandbox.store import Store
from tests.changes.processes import served
from tests.echo import WAYS, Echo, forms
from tests.protocol.conftest import START_S, environment, free_port

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell keeps what the server says")

SECRETS = {
    "DEVELOPER_TOKEN": 'tok"en+a/b=c&d\\e~DEVELOPER',
    "CLIENT_SECRET": 'sec"ret+a/b=c&d\\e~CLIENT',
    "APP_SESSION": 'ses"sion+a/b=c&d\\e~SESSION',
    "AI_KEY": 'key"+a/b=c&d\\e~MODEL',
    "STATE_KEY": 'state"key+a/b=c&d\\e~of-at-least-32-characters',
}
PLACES = ("answers", "stdout", "stderr", "audit", "state", "exports")
AT_ONCE = 40
REPEATED = ("429", "500")
"""Ways that make the client wait and ask again."""

CONFIG = """
default_instance = "acme"
[instances.acme]
url = "{product}"
auth = {{ token = "${{DEVELOPER_TOKEN}}" }}
[instances.inapp]
url = "{product}"
surface = "app"
auth = {{ kind = "app-session", session = "file:{given}/session" }}
aliases = {{ datasets = ["sales", "products"] }}
[instances.public]
url = "{public}"
auth = {{ kind = "client-credentials", client_id = "a-client", client_secret = "${{CLIENT_SECRET}}" }}
[instances.box]
kind = "sandbox"
[sandbox]
ai_url = "{product}/v1"
ai_model = "none"
ai_key = "${{AI_KEY}}"
[policy]
access = "full"
confirm = "two_step"
[tools]
toolsets = ["all"]
[catalog]
max_age_s = 0
[limits]
per_minute = 1000000
concurrency = 50
timeout_s = 5
call_timeout_s = 8
[files]
exports = "{made}/exports"
[audit]
file = "{made}/audit.jsonl"
arguments = "full"
[state]
url = "{made}/state/state.db"
key = "{state_key}"
"""


@dataclass
class Run:
    """What one server produced: `answers` as its client got them, all else as bytes in `made`."""

    made: Path
    over_http: bool
    answers: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> dict[str, str]:
        """What it has to keep: STATE_KEY where it is configured, and the key that the state makes itself."""
        own = {str(path): path.read_bytes().hex() for path in self.made.rglob("key")}
        return {name: secret for name, secret in SECRETS.items() if self.over_http or name != "STATE_KEY"} | own

    def produced(self, place: str) -> Mapping[str, bytes]:
        """The contents of one of PLACES by name; the state's own key file is where its key belongs."""
        if place == "answers":
            return {"answers": "\n".join(self.answers).encode()}
        paths = [path for path in self.made.rglob("*") if path.is_file() and path.name != "key"]
        return {
            str(path.relative_to(self.made)): path.read_bytes()
            for path in paths
            if path.relative_to(self.made).parts[0].startswith(place)
        }


@pytest.fixture(scope="module", params=["stdio", "http"])
def run(request: pytest.FixtureRequest, spare_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One server on a Domo that repeats its secrets, after all kinds of calls."""
    folder, over_http = tmp_path_factory.mktemp(request.param), request.param == "http"
    made, given = folder / "made", folder / "given"
    made.mkdir()
    given.mkdir()
    (given / "session").write_text(SECRETS["APP_SESSION"], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setitem(sandbox.SESSIONS, SECRETS["APP_SESSION"], ALEX)
        patch.setitem(sandbox.CLIENTS, "a-client", OAuthClient(SECRETS["CLIENT_SECRET"], ALEX))
        inner = sandbox.sandbox_app(spare_store, token=SECRETS["DEVELOPER_TOKEN"]), sandbox.api_app(spare_store)
        echoes = [Echo(app, list(SECRETS.values())) for app in inner]
        product, public = (stack.enter_context(served(Starlette(routes=[Mount("/", echo)]))).origin for echo in echoes)
        config = given / "config.toml"
        state_key = "${STATE_KEY}" if over_http else ""
        places = {"product": product, "public": public, "made": made, "given": given, "state_key": state_key}
        config.write_text(CONFIG.format(**places), encoding="utf-8")
        opened = partial(on_http if over_http else on_stdio, config, made)
        run = Run(made, over_http)
        anyio.run(busy, opened, echoes, run)
        yield run


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "domo_mcp", "serve", "--config", str(config)]


@asynccontextmanager
async def on_stdio(config: Path, made: Path) -> AsyncIterator[Client]:
    """A client of a server process, of which a shell keeps what it says."""
    kept = f'exec 2> "{made}/stderr"; "$@" | tee "{made}/stdout"'
    server = StdioServerParameters(
        command="sh", args=["-c", kept, "sh", *command(config)], env=environment(DOMO_MCP_LOG="DEBUG", **SECRETS)
    )
    async with Client(server) as client:
        yield client


@asynccontextmanager
async def on_http(config: Path, made: Path) -> AsyncIterator[Client]:
    """A client of a server process over HTTP."""
    port = free_port()
    arguments = [*command(config), "--http", f"127.0.0.1:{port}"]
    variables = environment(DOMO_MCP_LOG="DEBUG", **SECRETS)
    with (made / "stdout").open("wb") as out, (made / "stderr").open("wb") as err:
        async with await anyio.open_process(arguments, env=variables, stdout=out, stderr=err) as process:
            try:
                await _listening(port)
                async with Client(f"http://127.0.0.1:{port}/mcp") as client:
                    yield client
            finally:
                process.terminate()


async def _listening(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
        except OSError:
            await anyio.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not listen")


async def busy(opened: Callable[[], AbstractAsyncContextManager[Client]], echoes: list[Echo], run: Run) -> None:
    """Every tool on every instance, while Domo answers in every way."""
    async with opened() as client:
        tools = (await client.list_tools()).tools
        run.answers += [tool.model_dump_json() for tool in tools]
        await changes(client, run)
        for way in ("bodies", *WAYS):
            for echo in echoes:
                echo.way = way
            at_once = anyio.CapacityLimiter(AT_ONCE)
            async with anyio.create_task_group() as tasks:
                few = tools[:8] if way in REPEATED else tools
                for name, arguments in calls(few, everywhere=way in {"bodies", "401", "text"}):
                    tasks.start_soon(limited, at_once, client, run, name, arguments)
        for echo in echoes:
            echo.way = "bodies"
        await changes(client, run)


def calls(tools: list[Tool], *, everywhere: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of every tool, on every instance or one, a few with secrets in what the caller sends."""
    words = " ".join(SECRETS.values())
    for tool in tools:
        properties = tool.input_schema["properties"]
        instances = properties.get("domo_instance", {}).get("enum", ["acme"])
        for instance in instances if everywhere else instances[:1]:
            there = {"domo_instance": instance} if "domo_instance" in properties else {}
            yield tool.name, {**HONEST[tool.name], **there}
    at = {"domo_instance": "acme"}
    for text in ("CANARY", words):
        quoted = text.replace("'", "''")
        yield "run_sql", {**at, "sql": f"SELECT '{quoted}' AS `CANARY`, `Product Name` FROM `Products` LIMIT 3"}
        yield "run_sql", {**at, "sql": f"SELECT `{quoted}` FROM `Products`"}
        yield "search_datasets", {**at, "query": text, "owner": text}
        yield "get_dataset", {**at, "dataset": text, text: text}
        yield "generate_text", {**at, "prompt": text}
        yield "generate_text", {"domo_instance": "box", "prompt": text}
        yield text, {}


async def limited(at_once: anyio.CapacityLimiter, client: Client, run: Run, name: str, arguments: Any) -> None:
    async with at_once:
        await ask(client, run, name, arguments)


async def ask(client: Client, run: Run, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The structured part of an answer; all of it is kept."""
    try:
        result = await client.call_tool(name, arguments)
    except MCPError as error:
        run.answers.append(str(error))
        return {}
    run.answers.append(result.model_dump_json())
    return dict(result.structured_content or {})


async def changes(client: Client, run: Run) -> None:
    """Documents made, changed, replaced and taken back, with tickets; in their contents stands what Domo repeats."""
    at = {"domo_instance": "acme", "collection": "Tasks"}
    made = await applied(client, run, "create_appdb_documents", {**at, "documents": [{"title": "CANARY"}]})
    found = await client.call_tool("query_appdb_documents", {**at, "limit": 1})
    run.answers.append(found.model_dump_json())
    which = {"filter": {"title": {"$exists": True}, "status": "done"}}
    changed = await applied(client, run, "update_appdb_documents", {**at, **which, "set": {"note": "CANARY"}})
    again = await applied(client, run, "update_appdb_documents", {**at, **which, "set": {"note": "other"}})
    await ask(client, run, "list_changes", {"domo_instance": "acme"})
    for change in (again, changed, made):
        if "change" in change:
            await applied(client, run, "undo_change", {"domo_instance": "acme", "change": change["change"]})
    words = " ".join(SECRETS.values())
    await applied(client, run, "create_appdb_documents", {**at, "documents": [{"title": words, words: "CANARY"}]})
    await applied(client, run, "create_appdb_collection", {"domo_instance": "acme", "name": f"CANARY {time.time_ns()}"})
    await ask(client, run, "list_changes", {"domo_instance": "acme"})
    if "save_as" in (await schema(client, "run_sql")):
        rows = {"sql": "SELECT 'CANARY' AS a, `Product Name` FROM `Products`", "save_as": f"rows-{time.time_ns()}.csv"}
        await ask(client, run, "run_sql", {"domo_instance": "acme", **rows})


async def schema(client: Client, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = next(
        tool.input_schema["properties"] for tool in (await client.list_tools()).tools if tool.name == name
    )
    return properties


async def applied(client: Client, run: Run, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A change and, where it waits for one, its yes."""
    written = await ask(client, run, name, arguments)
    if "ticket" in written:
        yes = {"domo_instance": "acme", "ticket": written["ticket"], "summary": written["summary"]}
        written = await ask(client, run, "confirm_change", yes)
    run.statuses.append(f"{name}: {written.get('status')}")
    return written


def test_the_run_had_something_to_hide(run: Run) -> None:
    """What the tests below would miss if nothing had happened."""
    told = "\n".join(run.answers)
    assert len(run.answers) > 500
    assert "[hidden]" in told
    assert sum(status.endswith("applied") for status in run.statuses) >= 6, run.statuses
    assert run.produced("stderr")["stderr"].count(b"DEBUG") > 100
    assert run.produced("audit")["audit.jsonl"].count(b"\n") > 500
    assert "state/state.db" in run.produced("state")
    assert run.over_http or any(content.count(b"[hidden]") > 10 for content in run.produced("exports").values())


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_found_anywhere(run: Run, place: str) -> None:
    """Plain, as base64, in a URL and in JSON."""
    found = {
        f"{name} as {form} in {source}": content[max(0, content.find(form.encode()) - 150) :][:300]
        for name, secret in run.secrets.items()
        for form in sorted(forms(secret))
        for source, content in run.produced(place).items()
        if form.encode() in content
    }
    assert found == {}


def test_the_key_file_is_where_its_key_is_and_nobody_else_reads_it(run: Run) -> None:
    """The state makes its own key only where none is configured."""
    files = [*run.made.rglob("key")]
    assert all(path.stat().st_mode & 0o077 == 0 and len(path.read_bytes()) == 32 for path in files)
    assert all(path.read_bytes() not in content for path in files for content in run.produced("state").values())
