"""Whatever the arguments: an answer or a refusal with a reason, in time, and the next call is answered."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, Any

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, given, settings

from benchmarks import hostile
from benchmarks.fuzz import OWN_FAULT, Range, fired_from_here, settled
from benchmarks.honest import HONEST
from domo_mcp.app import SANDBOX_TOKEN
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from tests.protocol.conftest import command, environment

EXAMPLES = 25
"""Calls of each tool; `benchmarks/fuzz.py` makes many."""

END_S = 60

CASES: list[tuple[str, dict[str, Any]]] = [
    ("create_appdb_documents", {"collection": "Tasks", "documents": '[{"\\ud800": "x"}]'}),
    ("create_appdb_documents", {"collection": "Tasks", "documents": [{"points": float("nan")}]}),
    ("create_appdb_documents", {"collection": "Tasks", "documents": f"[{'[' * 900}{']' * 900}]"}),
    ("create_appdb_documents", {"collection": "Tasks", "documents": f'[{{"points": {"9" * 5000}}}]'}),
    ("update_appdb_documents", {"collection": "Tasks", "filter": {}, "set": '{"title": "\\ud800"}'}),
    ("create_appdb_collection", {"name": "New", "columns": [{"name": "title", "type": {"$where": "sleep(1)"}}]}),
    ("query_appdb_documents", {"collection": "Tasks", "filter": {"title": {"$regex": "^(a+)+$"}}}),
    ("generate_text", {"prompt": "a", "parameters": '{"\\ud800": "\\udc00"}'}),
    ("query_data", {"dataset": "Sales Orders", "where": ["Quantity > 1e999"]}),
    ("run_sql", {"sql": f"SELECT {'9' * 5000} FROM `Products`"}),
    ("run_sql", {"sql": "SELECT 1 FROM `Products`", "cursor": "\ufeff" * 400}),
]
"""Calls that something once went wrong with, or is likely to."""

LINES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe\x00",
    b"\xed\xa0\x80",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"jsonrpc":"2.0"}',
    b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":{},"method":"ping"}',
    b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"ping"}',
    b'{"jsonrpc":"2.0","id":"\\ud800","method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":9001,"method":"tools/call","params":{"name":"\\ud800","arguments":{}}}',
    b'{"jsonrpc":"2.0","id":9002,"method":"tools/call","params":{"name":"whoami","arguments":[]}}',
    b'{"jsonrpc":"2.0","id":9003,"method":"tools/call","params":{"name":"whoami","arguments":{"a":NaN}}}',
    b'{"jsonrpc":"2.0","id":9004,"method":"tools/call","params":{"name":"run_sql","arguments":{"sql":"\\ud800"}}}',
    b'{"jsonrpc":"2.0","id":9005,"method":"tools/call","params":{"name":"run_sql","arguments":{"limit":1e999}}}',
    b'{"jsonrpc":"2.0","id":9006,"method":"tools/call","params":{"name":"' + b"x" * 1_000_000 + b'"}}',
    b'{"jsonrpc":"2.0","id":9007,"method":"tools/call"}',
    b'{"jsonrpc":"2.0","id":9008,"method":"prompts/get","params":{"name":"__proto__"}}',
    b'{"jsonrpc":"2.0","id":9009,"method":"resources/read","params":{"uri":"file:///etc/passwd"}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}',
    b'{"jsonrpc":"2.0","id":9010,"result":{}}',
]
"""What is no message, or a message that nobody should send."""


@pytest.fixture(scope="module")
def shooting(spare_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BlockingPortal, Range]]:
    """One connection for all calls."""
    with fired_from_here(settled(tmp_path_factory.mktemp("exports")), embedded=sandbox_app(spare_store)) as opened:
        yield opened


def test_every_tool_is_fired_at(shooting: tuple[BlockingPortal, Range]) -> None:
    _, at = shooting
    assert set(HONEST) == set(at.tools)


@pytest.mark.parametrize("name", sorted(HONEST))
def test_hostile_arguments_break_no_tool(shooting: tuple[BlockingPortal, Range], name: str) -> None:
    portal, at = shooting
    outcomes = set()

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(hostile.arguments(at.tools[name].input_schema, at.honest[name]))
    def fire(arguments: dict[str, Any]) -> None:
        verdict = portal.call(at.fire, name, arguments)
        outcomes.add(verdict.outcome)
        assert not verdict.faults

    fire()
    assert "refused" in outcomes
    assert portal.call(at.answers)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_arguments_with_a_history_break_nothing(
    shooting: tuple[BlockingPortal, Range], name: str, arguments: dict[str, Any]
) -> None:
    portal, at = shooting
    assert hostile.carried(arguments) is not None
    assert not portal.call(at.fire, name, arguments).faults
    assert portal.call(at.answers)


def test_stdout_stays_protocol_and_the_last_call_is_answered(settings: Path) -> None:
    """stdio: lines that are no messages, calls with every hostile text; all answers are JSON-RPC, none is lost."""
    numbers = count(1)
    calls = [_call(next(numbers), *case) for case in CASES]
    calls += [_call(next(numbers), "search_datasets", {"query": text}) for text in hostile.TEXTS]
    calls += [_call(next(numbers), "get_dataset", {"dataset": text}) for text in hostile.TEXTS]
    last = next(numbers)
    spoken = [_hello(), *LINES, *calls, *LINES, _call(last, "run_sql", {"sql": "SELECT COUNT(*) FROM `Products`"})]
    carried = {number for number, call in enumerate([*calls, spoken[-1]], 1) if _is_carried(call)}
    assert len(carried) > 250
    answers, log = _spoken(settings, spoken, set(carried))
    answered = {message.get("id"): message for message in map(json.loads, answers)}
    assert all(message["jsonrpc"] == "2.0" for message in answered.values())
    assert carried - set(answered) == set()
    assert "120" in answered[last]["result"]["content"][0]["text"]
    assert not any(OWN_FAULT in line or "Traceback" in line for line in answers)
    assert "Traceback" not in log
    assert not any(SANDBOX_TOKEN in said for said in (log, *answers))


def _hello() -> bytes:
    client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": client}
    return json.dumps(hello).encode() + b'\n{"jsonrpc":"2.0","method":"notifications/initialized"}'


def _call(number: int, name: str, arguments: dict[str, Any]) -> bytes:
    params = {"name": name, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode()


def _is_carried(line: bytes) -> bool:
    """Whether it holds no half of a character, for which there is no JSON that the server's reader takes."""
    return hostile.carried(json.loads(line)["params"]["arguments"]) is not None


def _spoken(config: Path, lines: list[bytes], awaited: set[int]) -> tuple[list[str], str]:
    """What a server says on stdout until all those ids are answered, and its log."""
    with (
        tempfile.TemporaryFile() as heard,
        subprocess.Popen(
            command("serve", "--sandbox", "--config", str(config)),
            env=environment(DOMO_MCP_LOG="INFO"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=heard,
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        late = threading.Timer(END_S, process.kill)
        late.start()
        writer = threading.Thread(target=_write, args=(process.stdin, lines))
        writer.start()
        said = []
        while awaited and (line := process.stdout.readline()):
            said.append(line.decode())
            awaited = awaited - {json.loads(line).get("id")}
        writer.join()
        process.stdin.close()
        said += process.stdout.read().decode().splitlines()
        process.wait()
        late.cancel()
        heard.seek(0)
        return said, heard.read().decode()


def _write(stdin: IO[bytes], lines: list[bytes]) -> None:
    stdin.write(b"\n".join(lines) + b"\n")
    stdin.flush()
