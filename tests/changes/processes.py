"""Server processes on a sandbox that outlives them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from mcp import StdioServerParameters
from starlette.applications import Starlette
from starlette.types import ASGIApp

from domo_mcp.sandbox.serving import server
from tests.changes.scratch import TOKEN
from tests.protocol.conftest import environment, free_port, wait_for


@dataclass(frozen=True)
class Remote:
    """The sandbox over HTTP: its origin, and the application that answers there."""

    origin: str
    app: Starlette

    @property
    def signed(self) -> dict[str, str]:
        """The environment of a process for which it is Domo."""
        return environment(DOMO_HOST=self.origin, DOMO_DEVELOPER_TOKEN=TOKEN)

    def direct(self) -> httpx.AsyncClient:
        """It without the server under test."""
        return httpx.AsyncClient(base_url=self.origin)


@contextmanager
def served(app: Starlette, behind: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Remote]:
    """A sandbox over HTTP, in a thread of this process; `behind` puts something between it and the network."""
    port = free_port()
    serving = server(behind(app), host="127.0.0.1", port=port)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    while not serving.started:
        time.sleep(0.01)
    yield Remote(f"http://127.0.0.1:{port}", app)
    serving.should_exit = serving.force_exit = True
    thread.join()


def configured(folder: Path, **tables: dict[str, Any]) -> Path:
    """A configuration file with these tables, for a server that is not throttled."""
    tables = {"limits": {"per_minute": 1_000_000}, "tools": {"toolsets": ["all"]}, **tables}
    lines = [
        line
        for name, values in tables.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()))
    ]
    file = folder / "config.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def on_stdio(remote: Remote, config: Path, *program: str) -> StdioServerParameters:
    """A server process on stdio; `program` starts the command line, which is the package's if not given."""
    arguments = [*(program or ("-m", "domo_mcp")), "serve", "--config", str(config)]
    return StdioServerParameters(command=sys.executable, args=arguments, env=remote.signed, cwd=Path.cwd())


@contextmanager
def on_http(remote: Remote, config: Path) -> Iterator[str]:
    """The URL of a server process over HTTP."""
    port = free_port()
    command = [sys.executable, "-m", "domo_mcp", "serve", "--config", str(config), "--http", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=remote.signed) as process:
        try:
            wait_for(process, f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()
