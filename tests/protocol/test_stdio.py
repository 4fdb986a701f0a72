"""The stdio transport as raw lines: only protocol on stdout, an end when stdin ends."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.protocol.conftest import command, environment

END_S = 10
"""Most seconds from the end of stdin to the end of the process."""

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "1"},
}


def test_stdout_carries_only_protocol_however_loud_the_log(settings: Path) -> None:
    """stdio, MUST: nothing on stdout that is not a message; logs go to stderr."""
    with _server(settings, DOMO_MCP_LOG="DEBUG") as process:
        _ask(process, 1, "initialize", INITIALIZE)
        _send(process, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        lines = [
            _ask(process, 2, "tools/list", {}),
            _ask(process, 3, "tools/call", {"name": "whoami", "arguments": {}}),
            _ask(process, 4, "tools/call", {"name": "run_sql", "arguments": {"sql": "nonsense"}}),
            _ask(process, 5, "no/such/method", {}),
        ]
        rest, log = process.communicate(timeout=END_S)
    messages = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert "error" in messages[3]
    assert "whoami" in log


def test_the_process_ends_cleanly_when_stdin_ends(settings: Path) -> None:
    """stdio, SHOULD: a client shuts the server down by closing its stdin."""
    with _server(settings) as process:
        _ask(process, 1, "initialize", INITIALIZE)
        rest, log = process.communicate(timeout=END_S)
    assert process.returncode == 0
    assert rest == ""
    assert "Traceback" not in log


def test_after_data_was_read_too_nothing_is_left_to_tell_at_the_end(settings: Path) -> None:
    """stdio: engines that were used are given back, and do not complain to whoever reads the log."""
    with _server(settings) as process:
        _ask(process, 1, "initialize", INITIALIZE)
        _send(process, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        statement = {"sql": "SELECT COUNT(*) AS n FROM `Products`"}
        assert "120" in _ask(process, 2, "tools/call", {"name": "run_sql", "arguments": statement})
        _, log = process.communicate(timeout=END_S)
    assert process.returncode == 0
    assert log == ""


def test_ctrl_c_ends_the_process_although_stdin_stays_open(settings: Path) -> None:
    """stdio: a person at a terminal can stop the server."""
    with _server(settings) as process:
        _ask(process, 1, "initialize", INITIALIZE)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=END_S) == 130


def test_a_line_that_is_no_message_does_not_end_the_server(settings: Path) -> None:
    """stdio: one broken line costs nothing but itself."""
    with _server(settings) as process:
        _ask(process, 1, "initialize", INITIALIZE)
        assert process.stdin is not None
        process.stdin.write("this is no message\n")
        assert json.loads(_ask(process, 2, "tools/list", {}))["result"]["tools"]
        process.communicate(timeout=END_S)
    assert process.returncode == 0


@contextmanager
def _server(settings: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command("serve", "--sandbox", "--config", str(settings)),
        env=environment(**more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ask(process: subprocess.Popen[str], number: int, method: str, params: dict[str, Any]) -> str:
    """Send a request and give the line that answers it; each line before it must be a message too."""
    _send(process, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("id") == number:
            return line
    raise AssertionError(f"stdout ended before {method} was answered")


def _send(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
