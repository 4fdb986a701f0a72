"""A sandbox to change things in: collections of a test's own, on both surfaces, and what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from mcp import Client
from mcp_types import CallToolResult
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.server.assembly import build_server
from tests.answers import text_of
from tests.changes.answers import Person
from tests.changes.scratch import writes

SURFACES = ("product", "app")

_INSTANCES: dict[str, Any] = {"product": {"kind": "sandbox"}, "app": {"kind": "sandbox", "surface": "app"}}
_PRODUCT, _APP = "/api/datastores/v1/collections", "/domo/datastores/v1/collections"
_ALEX = {"X-DOMO-Developer-Token": "sandbox-token", "X-DOMO-Ryuu-Session": "sandbox-session"}
_ADMIN = {"X-DOMO-Developer-Token": "sandbox-admin-token", "X-DOMO-Ryuu-Session": "sandbox-admin-session"}

_numbers = count(1)


@dataclass(frozen=True)
class Shelf:
    """A collection of one test, and the ids of its documents in order."""

    id: str
    name: str
    ids: list[str]


@dataclass(frozen=True)
class Workshop:
    """A sandbox, and what a test does in it without the server under test."""

    sandbox: Starlette

    @asynccontextmanager
    async def client(
        self,
        surface: str = "product",
        *,
        person: Person | None = None,
        domo: ASGIApp | None = None,
        mode: str = "auto",
        **tables: dict[str, Any],
    ) -> AsyncIterator[Client]:
        """A client of the server on one surface, at which a person says yes; keyword arguments are tables.

        `domo` stands before the sandbox where it is given.
        """
        settings: dict[str, Any] = {
            "files": {"exports": ""},
            "tools": {"toolsets": ["all"]},
            "policy": {"access": "full"},
            **tables,
        }
        config = load(sandbox=True, overrides=settings, environment={})
        instances = {"instances": {surface: _INSTANCES[surface]}, "default_instance": surface}
        config = type(config).model_validate({**config.model_dump(), **instances})
        async with (
            open_app(config, embedded=domo or self.sandbox) as app,
            Client(build_server(app), mode=mode, elicitation_callback=person or Person("accepted")) as client,
        ):
            yield client

    async def shelf(
        self, contents: Sequence[dict[str, Any]] = (), *, name: str = "", as_admin: bool = False, **definition: Any
    ) -> Shelf:
        """A new collection of the app's with these contents; Alex's unless `as_admin`."""
        name = name or f"Shelf {next(_numbers)}"
        made = await self.send("POST", f"{_APP}/", {"name": name, **definition}, as_admin=as_admin)
        ids = [str(uuid4()) for _ in contents]
        body = [{"id": key, "content": content} for key, content in zip(ids, contents, strict=True)]
        if body:
            await self.send("PUT", f"{_PRODUCT}/{made['id']}/documents/bulk", body, as_admin=as_admin)
        return Shelf(made["id"], name, ids)

    async def contents(self, shelf: Shelf) -> dict[str, Any]:
        """Every document by id, whoever may see it."""
        found = await self.send("GET", f"{_PRODUCT}/{shelf.id}/documents", as_admin=True)
        return {document["id"]: document["content"] for document in found}

    async def permit(self, shelf: Shelf, user: int, *permissions: str) -> None:
        """Set what a user may do; what all the app's users may do is taken away."""
        app = "5a1e0000-0000-4000-8001-000000000001"
        await self.send("DELETE", f"{_PRODUCT}/{shelf.id}/permission/RYUU_APP/{app}", as_admin=True)
        wanted = f"?permissions={','.join(permissions)}&overwrite=true"
        await self.send("PUT", f"{_PRODUCT}/{shelf.id}/permission/USER/{user}{wanted}", as_admin=True)

    async def definition(self, shelf: Shelf) -> dict[str, Any]:
        """The collection as the product surface gives it."""
        found: dict[str, Any] = await self.send("GET", f"{_PRODUCT}/{shelf.id}", as_admin=True)
        return found

    async def send(self, method: str, path: str, body: object = None, *, as_admin: bool = False) -> Any:
        """The JSON that the sandbox answers to a request of Alex's, or an administrator's."""
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.sandbox), base_url="https://sandbox.invalid"
        ) as direct:
            answer = await direct.request(method, path, json=body, headers=_ADMIN if as_admin else _ALEX)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def strike(self, kind: str, method: str, path: str, times: int = 1) -> None:
        """Let the next requests like this meet a fault, and forget what was processed until now."""
        rule = {"kind": kind, "method": method, "path": path, "times": times}
        self.sandbox.state.faults = Faults(Plan.model_validate({"rules": [rule]}))
        self.sandbox.state.processed.clear()

    def strike_second(self, kind: str, method: str, path: str) -> None:
        """Let all requests like this but the first meet a fault; the first one only comes a little later."""
        late = {"kind": "slow", "method": method, "path": path, "times": 1, "delay_s": 0}
        rules = [late, {"kind": kind, "method": method, "path": path}]
        self.sandbox.state.faults = Faults(Plan.model_validate({"rules": rules}))

    def written(self) -> list[tuple[str, str]]:
        """The requests that changed something since the last `strike` or `forget`, as method and path."""
        return writes(self.sandbox.state.processed)

    def forget(self) -> None:
        """Count what is written from here on."""
        self.sandbox.state.processed.clear()


class JustBefore:
    """The sandbox, in which something else happens right before the first request of a method gets there."""

    def __init__(self, workshop: Workshop, method: str, happens: Callable[[], Awaitable[object]]) -> None:
        self.workshop, self.method, self.happens = workshop, method, happens
        self.waiting = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if self.waiting and scope.get("method") == self.method:
            self.waiting = False
            await self.happens()
        await self.workshop.sandbox(scope, receive, send)


def applied(result: CallToolResult) -> dict[str, Any]:
    """What an applied change answers."""
    assert result.structured_content, text_of(result)
    assert result.structured_content["status"] == "applied", text_of(result)
    return dict(result.structured_content)


def refused(result: CallToolResult) -> str:
    """The text of an error."""
    assert result.is_error, text_of(result)
    return text_of(result)
