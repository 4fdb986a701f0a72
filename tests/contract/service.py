"""A service of Domo through the real server: on the sandbox, or on the instance that `--live` names."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from starlette.types import ASGIApp

from domo_mcp.app import open_app
from domo_mcp.config import Config, load
from domo_mcp.errors import ConfigError
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from tests.answers import rows_of, text_of
from tests.changes.answers import Person
from tests.contract.asking import ALIASES
from tests.contract.table import Surface

on_product = pytest.mark.parametrize("surface", ["product"], indirect=True)
"""For what apps do not have."""

TYPES = {"STRING", "LONG", "DECIMAL", "DOUBLE", "DATE", "DATETIME"}


@dataclass(frozen=True)
class Service:
    """A client on one surface, and what can be told of the answers."""

    client: Client
    surface: Surface
    live: bool
    datasets: list[str] = field(default_factory=list)
    workflows: list[str] = field(default_factory=list)

    async def text(self, tool: str, **arguments: Any) -> str:
        """The text of an answer that is no error."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    async def rows(self, tool: str, **arguments: Any) -> list[dict[str, str]]:
        """The rows of an answer; none where it has none."""
        text = await self.text(tool, **arguments)
        header, *rows = rows_of(text) if "<data-" in text else [[]]
        names = [re.sub(r":[A-Z]+$", "", name) for name in header]
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """An answer that is one object."""
        result = await self.client.call_tool(tool, arguments)
        assert result.structured_content, text_of(result)
        return dict(result.structured_content)

    async def change(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What an applied change answers."""
        written = await self.facts(tool, **arguments)
        assert written["status"] == "applied", written
        return written


Open = Callable[[], AbstractAsyncContextManager[Service]]


def new_id(written: dict[str, Any]) -> str:
    """The id of the one thing that a change made."""
    (made,) = written["new_ids"].values()
    return str(made)


def invented(surface: Surface) -> Config:
    """A configuration whose one instance is the sandbox."""
    config = load(sandbox=True, overrides={"files": {"exports": ""}}, environment={})
    instance = {"kind": "sandbox", "surface": surface, "aliases": ALIASES if surface == "app" else {}}
    tables = {"instances": {surface: instance}, "default_instance": surface}
    return type(config).model_validate({**config.model_dump(), **tables})


def configured(name: str) -> Config:
    """The configuration of whoever runs the tests (DOMO_MCP_CONFIG, or DOMO_HOST), with one instance left.

    Raises ConfigError where there is none of that name.
    """
    config = load(environment=os.environ)
    if name not in config.instances:
        raise ConfigError(f"There is no instance {name!r}.", f"Configured: {', '.join(config.instances)}.")
    instance = config.instances[name].model_copy(update={"policy": config.policy_of(name)})
    return config.model_copy(update={"instances": {name: instance}, "default_instance": name})


@asynccontextmanager
async def opened(
    config: Config, access: Literal["read", "full"], folder: Path, sandbox: ASGIApp | None
) -> AsyncIterator[Service]:
    """The service on the one instance of `config`, at which a person allows everything that `access` does."""
    ((name, instance),) = config.instances.items()
    policy = config.policy_of(name).model_copy(update={"access": access})
    changed = {
        "instances": {name: instance.model_copy(update={"policy": policy})},
        "policy": policy,
        "tools": config.tools.model_copy(update={"toolsets": ["all"]}),
        "state": config.state.model_copy(update={"url": str(folder / "state.sqlite")}),
    }
    person = Person("accepted")
    async with (
        open_app(config.model_copy(update=changed), embedded=sandbox) as app,
        Client(build_server(app), elicitation_callback=person) as client,
    ):
        aliases = instance.aliases
        yield Service(client, instance.surface, sandbox is None, aliases.datasets, aliases.workflows)


def digest(store: Store) -> str:
    """Changes with any record, document or row of the sandbox."""
    found = sha256()
    for table in ("records", "documents"):
        for row in store._records.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
            found.update(repr(row).encode())
    for dataset in sorted(store.warehouse.datasets()):
        found.update(f"{dataset} {store.warehouse.columns(dataset)} {store.warehouse.row_count(dataset)}".encode())
    return found.hexdigest()
