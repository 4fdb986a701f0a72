"""Over every transport, as of both eras: nothing is written but where a valid yes was given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, MCPError
from mcp_types import CallToolResult

from tests.answers import text_of
from tests.changes.answers import Person
from tests.changes.conftest import EVERYTHING
from tests.changes.processes import Remote, configured, on_http, on_stdio
from tests.changes.scratch import CHANGING, ChangingTool, Scratch, scratch, writes

ANSWERS = ("accepted", "no", "declined", "cancelled")
POLICIES: dict[str, dict[str, str]] = {
    "ask, else a ticket": {"confirm": "ask", "fallback": "two_step"},
    "ask, else refuse": {"confirm": "ask", "fallback": "refuse"},
    "ticket": {"confirm": "two_step"},
}
ASK_TIMEOUT_S = 2
PREPARED = "Prepared"
"""How collections are called in which the operator lets documents be made without asking: there is then a change that
a client may try to undo."""

CONFIRM = ChangingTool("confirm_change", lambda at: {"ticket": f"{at.id[:8]}abcdefgh.abcdefgh", "summary": "Yes."})
UNDO = ChangingTool("undo_change", lambda at: {"change": at.id})
TOOLS = [*CHANGING, CONFIRM, UNDO]

Connect = Callable[[Person | None], Any]


@dataclass(frozen=True)
class Server:
    """A server of one policy, over HTTP, and the file that starts it on stdio."""

    policy: str
    config: Path
    url: str


@pytest.fixture(scope="module", params=POLICIES)
def server(
    request: pytest.FixtureRequest, remote: Remote, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of each policy in turn, that has to confirm everything."""
    folder = tmp_path_factory.mktemp("transports")
    policy = {
        "access": "full",
        "confirm_for": EVERYTHING,
        "ask_timeout_s": ASK_TIMEOUT_S,
        "unattended": [f"create_appdb_documents:{PREPARED} *"],
        **POLICIES[request.param],
    }
    config = configured(folder, policy=policy, state={"url": str(folder / "state.sqlite")})
    with on_http(remote, config) as url:
        yield Server(request.param, config, url)


@dataclass(frozen=True)
class Cell:
    """One call of a changing tool, answered in one way."""

    tool: ChangingTool
    answer: str
    policy: str

    @property
    def asks(self) -> bool:
        """Whether a person is asked."""
        may_ask = self.answer != "unsupported" and self.tool is not CONFIRM
        return may_ask and (self.policy != "ticket" or self.tool.permanent)

    @property
    def writes(self) -> int:
        """How many writes may arrive."""
        return int(self.asks and self.answer == "accepted")

    @property
    def status(self) -> str | None:
        """What the answer says became of the change."""
        if self.tool is CONFIRM:
            return None
        if self.answer == "unsupported" and (self.tool.permanent or self.policy == "ask, else refuse"):
            return "refused"
        if not self.asks:
            return "needs_confirmation"
        return "applied" if self.writes else "declined"


@dataclass(frozen=True)
class Trial:
    """A client that tries every tool; `shared` is the collection of calls that shall change nothing."""

    remote: Remote
    direct: httpx.AsyncClient
    client: Client
    shared: Scratch

    async def faults(self, cell: Cell) -> list[str]:
        """What is wrong about one cell, empty where all is as it should be."""
        arguments = await self._arguments(cell)
        self.remote.app.state.processed.clear()
        result = await called(self.client.call_tool(cell.tool.name, arguments))
        return self._judged(cell, result)

    async def faults_unanswered(self, policy: str, person: Person) -> list[str]:
        """What is wrong where nobody answers: all tools at once, since each waits.

        A client of 2025-11-25 is told so by the server in time. One of 2026-07-28 has the question as its answer.
        """
        cells = [Cell(tool, "never", policy) for tool in TOOLS]
        calls = [(cell, await self._arguments(cell)) for cell in cells]
        self.remote.app.state.processed.clear()
        wrong: list[str] = []

        async def call(cell: Cell, arguments: dict[str, Any]) -> None:
            wrong.extend(self._judged(cell, await called(self.client.call_tool(cell.tool.name, arguments))))

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for each in calls:
                    tasks.start_soon(call, *each)
                while len(person.questions) < sum(cell.asks for cell in cells):  # noqa: ASYNC110 - a list that a callback fills
                    await anyio.sleep(0.01)
                if self.client.protocol_version >= "2026":
                    tasks.cancel_scope.cancel()
        return wrong + ([f"{policy}: unanswered, and written"] if writes(self.remote.app.state.processed) else [])

    async def _arguments(self, cell: Cell) -> dict[str, Any]:
        if cell.tool is UNDO:
            return {"change": await self._made()}
        return cell.tool.arguments(await scratch(self.direct) if cell.writes else self.shared)

    async def _made(self) -> str:
        """The id of a change that can be undone."""
        at = await scratch(self.direct, PREPARED)
        result = await self.client.call_tool("create_appdb_documents", {"collection": at.id, "documents": [{"a": 1}]})
        assert result.structured_content, text_of(result)
        return str(result.structured_content["change"])

    def _judged(self, cell: Cell, result: CallToolResult | MCPError) -> list[str]:
        told = f"{cell.tool.name}, {cell.answer}, {cell.policy}"
        if isinstance(result, MCPError):
            return [f"{told}: protocol error {result.code} {result.message}"]
        status = (result.structured_content or {}).get("status")
        arrived = writes(self.remote.app.state.processed)
        wrong = []
        if len(arrived) != cell.writes:
            wrong.append(f"{told}: {arrived} arrived")
        if status != cell.status:
            wrong.append(f"{told}: {status} instead of {cell.status}: {text_of(result)}")
        if bool(result.is_error) is not (cell.status in {None, "refused"}):
            wrong.append(f"{told}: is_error {result.is_error}")
        return wrong


async def called(call: Awaitable[CallToolResult]) -> CallToolResult | MCPError:
    """The answer of a call, or the protocol's error."""
    try:
        return await call
    except MCPError as error:
        return error


@asynccontextmanager
async def trying(remote: Remote, target: Any, era: str, person: Person | None) -> AsyncIterator[Trial]:
    """A client of a server at which `person` sits; its shared collection is new."""
    async with remote.direct() as direct, Client(target, mode=era, elicitation_callback=person) as client:
        yield Trial(remote, direct, client, await scratch(direct))


def target_of(server: Server, remote: Remote, transport: str) -> Any:
    """What a client connects to."""
    return server.url if transport == "http" else on_stdio(remote, server.config)


@pytest.mark.parametrize(("transport", "era"), [("stdio", "legacy"), ("stdio", "auto"), ("http", "auto")])
async def test_only_a_valid_yes_lets_a_change_happen(remote: Remote, server: Server, transport: str, era: str) -> None:
    someone, wrong = Person("declined"), list[str]()
    async with trying(remote, target_of(server, remote, transport), era, someone) as trial:
        for answer in ANSWERS:
            someone.answer = answer
            for tool in TOOLS:
                wrong += await trial.faults(Cell(tool, answer, server.policy))
        someone.answer = "never"
        someone.questions.clear()
        wrong += await trial.faults_unanswered(server.policy, someone)
    assert wrong == []


@pytest.mark.parametrize(
    ("transport", "era", "declares"),
    [
        ("stdio", "legacy", False),
        ("stdio", "auto", False),
        ("http", "auto", False),
        ("http", "legacy", False),
        ("http", "legacy", True),
    ],
    ids=lambda value: {True: "declares", False: "cannot"}.get(value, value),
)
async def test_a_client_that_cannot_be_asked_changes_nothing(
    remote: Remote, server: Server, transport: str, era: str, declares: bool
) -> None:
    """Over stateless HTTP a 2025-11-25 client cannot be asked, whatever it declares: the server has no way back."""
    someone = Person("accepted") if declares else None
    async with trying(remote, target_of(server, remote, transport), era, someone) as trial:
        wrong = [fault for tool in TOOLS for fault in await trial.faults(Cell(tool, "unsupported", server.policy))]
    assert wrong == []
    assert someone is None or someone.questions == []
