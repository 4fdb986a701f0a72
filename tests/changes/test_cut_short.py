"""A client that gives up, or Ctrl-C, in the middle of a change: what happened is on record, and it happened once."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.faults import Faults, Plan, Rule
from domo_mcp.sandbox.store import Store
from tests.answers import rows_of, text_of
from tests.changes.answers import Person
from tests.changes.processes import Remote, configured, on_http, on_stdio, served
from tests.changes.scratch import Scratch, contents, scratch, writes
from tests.protocol.test_stdio import END_S, INITIALIZE

INTERRUPTED = 130
WAYS = [("stdio", "legacy"), ("stdio", "auto"), ("http", "auto")]


class Silent:
    """Between a sandbox and the network: while `on`, what was acted on is not answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.on = False
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if not self.on or scope.get("method") != "PUT":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _swallow)
        while (await receive())["type"] != "http.disconnect":
            pass


async def _swallow(message: Message) -> None:
    """Send nothing."""


SILENT: list[Silent] = []


@pytest.fixture(scope="module")
def remote(store: Store) -> Iterator[Remote]:
    """A sandbox over HTTP that can be kept from answering."""

    def behind(app: ASGIApp) -> ASGIApp:
        SILENT.append(Silent(app))
        return SILENT[-1]

    with served(sandbox_app(store), behind) as remote:
        yield remote


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Servers with one state."""
    return configured(tmp_path, policy={"access": "full"}, state={"url": str(tmp_path / "state.sqlite")})


@pytest.fixture
def held(remote: Remote) -> Iterator[Callable[..., None]]:
    """Holds what changes a collection: for some seconds before it is acted on, or after that for good (None)."""

    def hold(at: Scratch, before_s: float | None) -> None:
        remote.app.state.requests.clear()
        remote.app.state.processed.clear()
        if before_s is None:
            SILENT[-1].on = True
            return
        rule = Rule(kind="slow", path=f"*{at.id}/documents/update", method="PUT", delay_s=before_s)
        remote.app.state.faults = Faults(Plan(rules=(rule,)))

    yield hold
    _release(remote)


def _release(remote: Remote) -> None:
    SILENT[-1].on = False
    remote.app.state.faults = Faults(Plan())


async def arrived(remote: Remote, *, processed: bool = False) -> None:
    """Wait for a change to arrive, or to be acted on."""
    seen = remote.app.state.processed if processed else remote.app.state.requests
    with anyio.fail_after(30):
        while not any(method == "PUT" for method, *_ in list(seen)):  # noqa: ASYNC110 - another thread's queue
            await anyio.sleep(0.01)


@asynccontextmanager
async def connected(remote: Remote, config: Path, transport: str, era: str) -> AsyncIterator[Client]:
    """A client that can be asked and says yes, of a new server process."""
    with _target(remote, config, transport) as target:
        async with Client(target, mode=era, elicitation_callback=Person("accepted")) as client:
            yield client


@contextmanager
def _target(remote: Remote, config: Path, transport: str) -> Iterator[Any]:
    if transport == "stdio":
        yield on_stdio(remote, config)
        return
    with on_http(remote, config) as url:
        yield url


def update(at: Scratch) -> dict[str, Any]:
    """What changes the first document."""
    return {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}


async def ended(client: Client) -> dict[str, str]:
    """The only change of the journal, once it has an end."""
    with anyio.fail_after(30):
        while True:
            text = text_of(await client.call_tool("list_changes", {}))
            if "No change found" not in text:
                header, row = rows_of(text)
                entry = dict(zip(header, row, strict=True))
                if entry["status"] != "pending":
                    return entry


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_change_that_was_sent_is_finished_although_the_client_gave_up(
    remote: Remote, config: Path, held: Callable[..., None], transport: str, era: str
) -> None:
    async with remote.direct() as direct, connected(remote, config, transport, era) as client:
        at = await scratch(direct)
        held(at, 0.5)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "update_appdb_documents", update(at))
            await arrived(remote)
            tasks.cancel_scope.cancel()
        entry = await ended(client)
        assert (entry["status"], entry["confirmed_by"]) == ("applied", "person")
        assert (await contents(direct, at))[at.ids[0]]["state"] == "done"
        assert len(writes(remote.app.state.processed)) == 1
        _release(remote)
        undone = await client.call_tool("undo_change", {"change": entry["change"]})
        assert not undone.is_error, text_of(undone)
        assert (await contents(direct, at))[at.ids[0]]["state"] == "open"


@pytest.mark.parametrize(("transport", "era"), WAYS)
async def test_a_client_that_gives_up_before_anything_was_sent_changes_nothing(
    remote: Remote, config: Path, transport: str, era: str
) -> None:
    async with remote.direct() as direct, connected(remote, config, transport, era) as client:
        at = await scratch(direct)
        await client.call_tool("query_appdb_documents", {"collection": at.id})
        remote.app.state.requests.clear()
        remote.app.state.processed.clear()
        remote.app.state.latency_s = 3600
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.call_tool, "update_appdb_documents", update(at))
                with anyio.fail_after(30):
                    while not remote.app.state.requests:  # noqa: ASYNC110 - another thread's queue
                        await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()
        finally:
            remote.app.state.latency_s = 0
        assert "No change found" in text_of(await client.call_tool("list_changes", {}))
        assert writes(remote.app.state.processed) == []
        assert (await contents(direct, at))[at.ids[0]]["state"] == "open"


@dataclass(frozen=True)
class Raw:
    """A server process on stdio, spoken to line by line."""

    process: subprocess.Popen[str]

    def ask(self, number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of a request."""
        self.send(number, method, params)
        assert self.process.stdout
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("id") == number:
                return dict(message["result"])
        raise AssertionError(f"stdout ended before {method} was answered")

    def send(self, number: int, method: str, params: dict[str, Any]) -> None:
        """Send a request and do not wait."""
        assert self.process.stdin
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()


@contextmanager
def raw(remote: Remote, config: Path) -> Iterator[Raw]:
    """A server process, connected; killed at the end."""
    started = on_stdio(remote, config)
    with subprocess.Popen(
        [started.command, *started.args], env=started.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            server = Raw(process)
            server.ask(1, "initialize", INITIALIZE)
            yield server
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("before_s", "status"),
    [(3600, "failed"), (None, "applied")],
    ids=["before Domo acted", "before Domo's answer was there"],
)
async def test_ctrl_c_in_the_middle_of_a_change_is_found_and_settled_by_the_next_start(
    remote: Remote, config: Path, held: Callable[..., None], before_s: float | None, status: str
) -> None:
    async with remote.direct() as direct:
        at = await scratch(direct)
        with raw(remote, config) as server:
            proposed = server.ask(2, "tools/call", {"name": "update_appdb_documents", "arguments": update(at)})
            written = proposed["structuredContent"]
            ticket = {part: written[part] for part in ("ticket", "summary")}
            held(at, before_s)
            server.send(3, "tools/call", {"name": "confirm_change", "arguments": ticket})
            await arrived(remote, processed=before_s is None)
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(timeout=END_S) == INTERRUPTED
        _release(remote)
        before = len(writes(remote.app.state.processed))
        async with connected(remote, config, "stdio", "legacy") as client:
            entry = await ended(client)
            again = await client.call_tool("confirm_change", ticket)
            assert again.is_error, "a ticket that was used is not good after the crash"
        assert entry["status"] == status
        assert before == len(writes(remote.app.state.processed)) == int(status == "applied")
        assert (await contents(direct, at))[at.ids[0]]["state"] == ("done" if status == "applied" else "open")
