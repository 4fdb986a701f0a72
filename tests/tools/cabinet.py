"""FileSets of a test's own, filled and looked into without the server under test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import anyio.to_thread
import httpx

from domo_mcp.sandbox.faults import NO_FAULTS, Faults
from tests.tools.workshop import Workshop

_SEEDED = "5a1e0000-"
_BASE = "/api/files/v1/filesets"
_ADMIN = {"X-DOMO-Developer-Token": "sandbox-admin-token"}
_ALEX = {"X-DOMO-Developer-Token": "sandbox-token"}

_numbers = count(1)


@dataclass(frozen=True)
class Cabinet:
    """A FileSet, and the ids of its files by path."""

    workshop: Workshop
    id: str
    name: str
    files: dict[str, str] = field(default_factory=dict)

    async def put(self, path: str, content: str | bytes, kind: str = "text/plain", *, as_admin: bool = False) -> str:
        """Put a file there and return its id."""
        folder, _, name = path.rpartition("/")
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.workshop.sandbox), base_url="https://sandbox.invalid"
        ) as direct:
            answer = await direct.post(
                f"{_BASE}/{self.id}/files",
                files={"file": (name, content.encode() if isinstance(content, str) else content, kind)},
                data={"createFileRequest": json.dumps({"directoryPath": folder})},
                headers=_ADMIN if as_admin else _ALEX,
            )
        assert answer.is_success, answer.text
        self.files[path] = answer.json()["id"]
        return self.files[path]

    async def paths(self) -> list[str]:
        """The paths of all that is in it."""
        found = await self.workshop.send("POST", f"{_BASE}/{self.id}/files/search?limit=1000", {}, as_admin=True)
        return [file["path"] for file in found["files"]]

    async def definition(self) -> dict[str, Any]:
        """The FileSet as the product surface gives it."""
        found: dict[str, Any] = await self.workshop.send("GET", f"{_BASE}/{self.id}", as_admin=True)
        return found

    async def indexed(self) -> None:
        """Wait until everything is searchable."""
        futures = [future for _, future in self.workshop.sandbox.state.store.index._futures.values()]
        for future in futures:
            await anyio.to_thread.run_sync(future.result)


async def cabinet(
    workshop: Workshop,
    files: Mapping[str, str | bytes] | None = None,
    *,
    name: str = "",
    ai: bool = False,
    as_admin: bool = False,
) -> Cabinet:
    """A new FileSet with these files; Alex's unless `as_admin`."""
    name = name or f"Cabinet {next(_numbers)}"
    made = await workshop.send("POST", _BASE, {"name": name, "aiEnabled": ai}, as_admin=as_admin)
    new = Cabinet(workshop, made["id"], name)
    for path, content in (files or {}).items():
        await new.put(path, content, as_admin=as_admin)
    return new


async def clear(workshop: Workshop) -> None:
    """Delete every FileSet that the company did not come with."""
    workshop.sandbox.state.faults = Faults(NO_FAULTS)
    found = await workshop.send("POST", f"{_BASE}/search?limit=1000", {}, as_admin=True)
    for key in [each["id"] for each in found["fileSets"] if not each["id"].startswith(_SEEDED)]:
        await workshop.send("DELETE", f"{_BASE}/{key}", as_admin=True)
