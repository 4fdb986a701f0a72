"""All calls of the table, made once on each surface of a company of their own, and everything that was sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client, MCPError
from starlette.types import ASGIApp

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.server.assembly import build_server
from tests.answers import text_of
from tests.changes.answers import Person
from tests.contract.call import Call
from tests.contract.calls import CALLS, PICTURE
from tests.contract.recorder import Recorder, Sent
from tests.contract.table import SURFACES, Surface

_NOT_DONE = re.compile(r'"status":"(declined|refused|needs_confirmation)"')

ALIASES = {"datasets": ["sales"], "workflows": ["approveDiscount"], "packages": ["discountedPrice"]}
LARGEST_PART = 1024 * 1024

_START = {"customer": "Fjord & Sons", "discount": 0.05, "amount": 1200}
GIVEN: dict[Surface, dict[str, Any]] = {
    "product": {
        "sales": "Sales Orders",
        "asked": "Policies",
        "workflow": "Approve Discount",
        "start": _START,
        "package": "Pricing",
        "function": "discountedPrice",
        "inputs": {"price": 10, "discount": 0.1},
    },
    "app": {
        "sales": "sales",
        "asked": "Policies",
        "workflow": "approveDiscount",
        "start": {"customerName": "Fjord & Sons", "discountPercent": 0.05, "amount": 1200},
        "package": "discountedPrice",
        "inputs": {"listPrice": 10, "rebate": 0.1},
    },
}


@dataclass
class Asked:
    """What came of the calls: all requests, and what went wrong in a call."""

    sent: dict[Surface, list[Sent]] = field(default_factory=dict)
    failed: dict[Surface, dict[int, str]] = field(default_factory=dict)

    def during(self, surface: Surface, tool: str, of: str) -> list[Sent]:
        """The requests of a tool's calls."""
        return [sent for sent in self.sent[surface] if sent.call.tool == tool and sent.call.of == of]

    def faults(self, surface: Surface, tool: str) -> list[str]:
        """What went wrong in a tool's calls."""
        return [fault for number, fault in self.failed[surface].items() if CALLS[number].tool == tool]


async def ask_everything(sandbox: ASGIApp, folder: Path) -> Asked:
    """Make all calls on both surfaces. `folder` is where files to upload may be."""
    large = folder / "large.bin"
    large.write_bytes(bytes(range(256)) * (LARGEST_PART // 256 * 2 + 1))
    asked = Asked()
    for surface in SURFACES:
        recorder = Recorder(sandbox)
        kept = {**GIVEN[surface], "surface": surface, "picture": PICTURE, "large": str(large)}
        asked.failed[surface] = {}
        async with client_on(surface, recorder, folder) as client:
            for number, call in enumerate(CALLS):
                if call.is_on(surface) and (fault := await _made(client, recorder, call, kept)):
                    asked.failed[surface][number] = f"{call.tool} {dict(call.arguments)}: {fault}"
        asked.sent[surface] = recorder.sent
    return asked


@asynccontextmanager
async def client_on(surface: Surface, domo: ASGIApp, folder: Path) -> AsyncIterator[Client]:
    """A client of a server whose one instance is `domo` on that surface, at which a person allows everything."""
    overrides: dict[str, dict[str, Any]] = {
        "tools": {"toolsets": ["all"]},
        "results": {
            "structured": "none"
        },  # the text says the same; a client checks what is structured, which takes time
        "files": {"exports": "", "roots": [str(folder)], "part_mb": 1},
        "policy": {"access": "full", "max_affected": 1000},
    }
    config = load(sandbox=True, overrides=overrides, environment={})
    instance = {"kind": "sandbox", "surface": surface, "aliases": ALIASES if surface == "app" else {}}
    tables = {"instances": {surface: instance}, "default_instance": surface}
    config = type(config).model_validate({**config.model_dump(), **tables})
    async with (
        open_app(config, embedded=domo) as app,
        Client(build_server(app), elicitation_callback=Person("accepted")) as client,
    ):
        yield client


async def _made(client: Client, recorder: Recorder, call: Call, kept: dict[str, Any]) -> str:
    """Make one call and keep what others need; what went wrong, empty for nothing."""
    recorder.call, recorder.refuses = call, call.refuses
    try:
        result = await client.call_tool(
            call.tool, {name: _filled(value, kept) for name, value in call.arguments.items()}
        )
    except (MCPError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    text = text_of(result)
    if call.fails is not (result.is_error or bool(_NOT_DONE.search(text))):
        return text
    if call.keep:
        found = re.search(call.found or r'"new_ids":{"[^"]+":"([^"]+)"', text)
        if not found:
            return f"no {call.keep} in {text}"
        kept[call.keep] = found[1]
    return ""


def _filled(value: Any, kept: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part, kept) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, kept) for part in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"<(\w+)>", value)
    return kept[whole[1]] if whole else re.sub(r"<(\w+)>", lambda name: str(kept[name[1]]), value)
