"""A sandbox with people and FileSets only, and clients of it on both surfaces."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
from starlette.applications import Starlette

from domo_mcp.sandbox.company.filesets import contents, records
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Warehouse
from tests.sandbox.clock import Clock

PRODUCT, APP = "/api/files/v1/filesets", "/domo/files/v1/filesets"


def filesets_store(clock: Clock) -> Store:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    store = Store(Warehouse(clock=clock), connection, clock)
    store.filesets.keep(contents(clock.now))
    store.put(*USERS, *records(clock.now))
    return store


@dataclass(frozen=True)
class Visitor:
    """Someone on one surface; paths are those behind `/filesets`."""

    app: Starlette
    base: str = PRODUCT
    token: str = "sandbox-token"

    async def ask(self, method: str, path: str = "", **options: Any) -> httpx.Response:
        header = "X-DOMO-Developer-Token" if self.base == PRODUCT else "X-Domo-Ryuu-Session"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sandbox") as http:
            return await http.request(method, f"{self.base}{path}", headers={header: self.token}, **options)

    async def told(self, method: str, path: str = "", **options: Any) -> Any:
        """The JSON of an answer that went well."""
        response = await self.ask(method, path, **options)
        assert response.status_code in {200, 201}, response.text
        return response.json()

    async def upload(
        self, fileset: str, name: str, data: bytes, directory: str = "", kind: str = "text/plain"
    ) -> httpx.Response:
        fields = {"createFileRequest": json.dumps({"directoryPath": directory})}
        return await self.ask("POST", f"/{fileset}/files", files={"file": (name, data, kind)}, data=fields)

    async def indexed(self, fileset: str, file: str) -> dict[str, Any]:
        """A file as it is when it is no longer waited for."""
        with anyio.fail_after(60):
            told = await self.told("GET", f"/{fileset}/files/{file}")
            while told["indexStatus"] == "PENDING":
                await anyio.sleep(0.01)
                told = await self.told("GET", f"/{fileset}/files/{file}")
        return dict(told)

    async def found(self, fileset: str, question: str, top: int = 3, **more: Any) -> list[str]:
        """The paths that a question leads to, the best first, each once."""
        body = {"query": question, "topK": top, **more}
        matches = (await self.told("POST", f"/{fileset}/query", json=body))["matches"]
        return list(dict.fromkeys(match["node"]["path"] for match in matches))
