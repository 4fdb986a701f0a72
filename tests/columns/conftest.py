"""A company in which every value that policy keeps back is a canary, and a client that keeps all that it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.appdb import CAMPAIGN_NOTES, NOTES_DATASET, TASKS
from domo_mcp.sandbox.company.plan import dataset_id
from domo_mcp.sandbox.records import BeastMode, Card, Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from tests.changes.answers import Person
from tests.conftest import TODAY

EMPLOYEES, CUSTOMERS = dataset_id(5), dataset_id(3)
HIDE = ["Employees.Salary", "Customers.E*ail", "*phone*", "Campaign Notes.budget", "Tasks.assignee.name", "tags"]
MASK = ["Employees.Name", "Campaign Notes.author", "priority"]
CANARIES = ("8675", "canary")
"""In every hidden or masked value: numbers that begin with 8675, texts with that word."""

_MODES = (
    ("Pay per Point", "SUM(`Salary`) / SUM(`Performance Score`)"),
    ("Loud Pay", "sum(  SALARY )"),
    ("Odd Pay", "SUM(`Pay per Point`) * 2"),
    ("Odder Pay", "DOMO_BEAST_MODE(3) + 1"),
    ("Initials", "LEFT(`Name`, 1)"),
    ("Mean Score", "AVG(`Performance Score`)"),
)


@dataclass
class Recorder:
    """The sandbox, and the bodies of all requests that reached it."""

    app: ASGIApp
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""

        async def heard() -> Message:
            nonlocal body
            message = await receive()
            if message["type"] == "http.request":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    query = scope.get("query_string", b"").decode()
                    self.sent.append((scope["path"], f"{query} {body.decode(errors='replace')}"))
            return message

        await self.app(scope, heard if scope["type"] == "http" else receive, send)

    def to_ai(self) -> str:
        """All that Domo's AI was sent."""
        return "\n".join(body for path, body in self.sent if "/ai/" in path)


@dataclass
class Door:
    """One client; `said` is everything that it was told, questions too."""

    client: Client
    sandbox: Recorder
    person: Person
    said: list[str] = field(default_factory=list)

    async def __call__(self, tool: str, **arguments: Any) -> str:
        """The whole answer of a call as text: what is shown, and what is structured."""
        result = await self.client.call_tool(tool, arguments)
        told = everything(result)
        self.said += [told, *self.person.questions]
        return told


Open = Callable[..., AbstractAsyncContextManager[Door]]


def everything(result: CallToolResult) -> str:
    """All of an answer, as the client has it."""
    return json.dumps(result.model_dump(mode="json"), ensure_ascii=False)


def leaks(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text.casefold()]


@pytest.fixture(scope="module")
def mine() -> Iterator[Store]:
    """A company of this module's own, with canaries."""
    store = Store.open(clock=lambda: TODAY)
    _plant(store)
    yield store
    store.close()


def _plant(store: Store) -> None:
    cursor = store.warehouse._db.cursor()
    for table, sets in (
        (EMPLOYEES, '"Salary" = 867500 + (hash("Employee ID") % 100) / 100.0, "Name" = \'Canary \' || "Employee ID"'),
        (CUSTOMERS, '"Email" = \'canary\' || "Customer ID" || \'@x.example\', "Phone" = \'8675-\' || "Customer ID"'),
        (NOTES_DATASET, '"budget" = 8675.5, "author" = \'Canary Author\''),
    ):
        cursor.execute(f'UPDATE "{table}" SET {sets}')
    employees = store.get(Dataset, EMPLOYEES)
    assert employees
    modes = tuple(
        BeastMode(id=f"calculation_{n}", name=name, formula=text, data_type="DOUBLE", aggregated=True, columns=())
        for n, (name, text) in enumerate(_MODES, 1)
    )
    told = "Everybody who works here, with salary and score."
    store.put(employees.model_copy(update={"beast_modes": modes, "description": told}))
    store.put(Card(id=1, title="Salary by Office", chart_type="badge_pie", dataset_id=EMPLOYEES, owner_id=27))


async def _plant_documents(sandbox: Recorder) -> None:
    import httpx

    signed = {"X-DOMO-Developer-Token": "sandbox-admin-token"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox), base_url="https://x.invalid", headers=signed
    ) as direct:
        for collection, change in (
            (CAMPAIGN_NOTES, {"content.budget": 8675.5, "content.author": "Canary Author", "content.note": "Fine."}),
            (TASKS, {"content.assignee": {"id": 1001, "name": "Canary"}, "content.tags": ["canary"]}),
            (TASKS, {"content.priority": "canary high", "content.contact": {"phone": "8675", "city": "Oslo"}}),
        ):
            answer = await direct.put(
                f"/api/datastores/v1/collections/{collection}/documents/update",
                json={"query": {"id": {"$exists": True}}, "operation": {"$set": change}},
            )
            assert answer.is_success, answer.text


@pytest.fixture(params=["product", "app"])
def surface(request: pytest.FixtureRequest) -> str:
    """Each surface."""
    name: str = request.param
    return name


@pytest.fixture
def opened(mine: Store, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a client on a surface under the rules; `ruled=False`: without any."""
    monkeypatch.setattr("domo_mcp.app._now", lambda: TODAY)

    @asynccontextmanager
    async def open_door(
        surface: str = "product",
        *,
        ruled: bool = True,
        answer: str = "accepted",
        columns: Any = None,
        state: str = "",
        **policy: Any,
    ) -> AsyncIterator[Door]:
        recorder, person = Recorder(sandbox_app(mine)), Person(answer)
        await _plant_documents(recorder)
        recorder.sent.clear()
        rules = columns if columns is not None else {"hide": HIDE, "mask": MASK} if ruled else {}
        config = load(
            sandbox=True,
            overrides={
                "policy": {"access": "full", "columns": rules, **policy},
                "tools": {"toolsets": ["all"]},
                "files": {"exports": str(tmp_path / "exports")},
                "state": {"url": state},
            },
            environment={},
        )
        instance: dict[str, Any] = {"kind": "sandbox", "surface": surface}
        if surface == "app":
            instance["aliases"] = {"datasets": ["employees", "customers", "sales"]}
        config = type(config).model_validate({**config.model_dump(), "instances": {"sandbox": instance}})
        async with (
            open_app(config, embedded=recorder) as app,
            Client(build_server(app), elicitation_callback=person) as client,
        ):
            yield Door(client, recorder, person)

    return open_door
