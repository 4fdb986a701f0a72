"""How long a client waits for its server: from spawning `domo-mcp serve` to the answer to tools/list.

The same is measured for a bare server of the SDK with as many tools, their names, descriptions and arguments, in turns
within one run, so that a busy machine slows both. Both run from bytecode, as installed packages do, that a first start
of each has compiled. No request leaves the machine.

    python benchmarks/start.py [--rounds 10] [--max-ratio 1.15]

With `--instructions` the processor's instructions are counted instead, by valgrind: about the same in every run,
whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "array": "list[str]",
    "object": "dict[str, object]",
}
_INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "start-benchmark", "version": "1"},
}


@dataclass(frozen=True)
class Contender:
    """A server to start: its command and what its environment has on top of ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


def main() -> int:
    """Print the figures; exit code 1 where ours takes more than `--max-ratio` times the bare server's median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="starts of each server (default 10)")
    parser.add_argument("--max-ratio", type=float, default=1.15, help="most that ours may take (default 1.15)")
    parser.add_argument("--instructions", action="store_true", help="count instructions (needs valgrind)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = contenders(folder)
        _, tools = start(ours)
        Path(folder, "bare.py").write_text(bare_server(tools), encoding="utf-8")
        _check_same(tools, start(bare)[1])
        if options.instructions:
            return report_instructions({server.name: instructions(server) for server in (bare, ours)}, len(tools))
        seconds = in_turns([bare, ours], options.rounds)
    return report(seconds, len(tools), options.max_ratio)


def contenders(folder: str) -> tuple[Contender, Contender]:
    """Ours on an instance that does not exist, and the bare server, a module in `folder`; bytecode goes there too."""
    configured = {
        "DOMO_HOST": "example.invalid",
        "DOMO_DEVELOPER_TOKEN": "no-token-of-any-domo",
        "PYTHONPYCACHEPREFIX": folder,
    }
    return (
        Contender("domo-mcp serve", [sys.executable, "-m", "domo_mcp", "serve"], configured),
        Contender(
            "bare SDK server",
            [sys.executable, "-c", "import bare"],
            {"PYTHONPATH": folder, "PYTHONPYCACHEPREFIX": folder},
        ),
    )


def in_turns(servers: Sequence[Contender], rounds: int) -> dict[str, list[float]]:
    """Seconds of each start, by contender; who goes first changes from round to round."""
    seconds: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(rounds):
        for server in servers if number % 2 else reversed(servers):
            seconds[server.name].append(start(server)[0])
    return seconds


def start(contender: Contender) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from spawning to the answer to tools/list, and that answer's tools."""
    began = time.perf_counter()
    with subprocess.Popen(
        contender.command,
        env={**_own_environment(), **contender.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        tools = _listed(process)
        seconds = time.perf_counter() - began
        process.communicate(timeout=30)
    return seconds, tools


def _listed(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """The tools that a server answers with first of all."""
    _ask(process, 1, "initialize", _INITIALIZE)
    _send(process, {"method": "notifications/initialized"})
    tools: list[dict[str, Any]] = _ask(process, 2, "tools/list", {})["tools"]
    return tools


def instructions(contender: Contender) -> int:
    """Instructions from spawning to the answer to tools/list."""
    counting = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    with subprocess.Popen(
        [*counting, *contender.command],
        env={**_own_environment(), **contender.environment, "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _listed(process)
        process.send_signal(signal.SIGUSR1)  # which ends it there: what a server does at its end is not its start
        told = process.communicate(timeout=30)[1]
    counted = re.search(r"I\s+refs:\s+([\d,]+)", told)
    if counted is None:
        raise SystemExit(f"{contender.name} could not be counted: {told[-500:]}")
    return int(counted[1].replace(",", ""))


def bare_server(tools: Sequence[Mapping[str, Any]]) -> str:
    """The text of a module that serves tools of the same names, descriptions and arguments, and nothing else."""
    functions = "\n".join(_function(tool) for tool in tools)
    return (
        "from typing import Annotated\n\nfrom mcp.server import MCPServer\nfrom pydantic import Field\n\n"
        f'server = MCPServer("bare")\n\n{functions}\nserver.run("stdio")\n'
    )


def report(seconds: Mapping[str, Sequence[float]], tools: int, max_ratio: float) -> int:
    """Print medians and minima; the exit code."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("domo-mcp", "mcp", "pydantic"))
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs")
    print(f"Python {platform.python_version()} · {parts} · {tools} tools")
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, values in seconds.items():
        print(f"{name:16} median {medians[name] * 1000:6.0f} ms  min {min(values) * 1000:6.0f} ms  n {len(values)}")
    bare, ours = medians.values()
    print(f"ratio of medians {ours / bare:.2f}, at most {max_ratio:.2f}")
    return int(ours / bare > max_ratio)


def report_instructions(counted: Mapping[str, int], tools: int) -> int:
    """Print the counts; the exit code."""
    print(f"Python {platform.python_version()} · mcp {version('mcp')} · {tools} tools")
    for name, count in counted.items():
        print(f"{name:16} {count / 1e6:8,.0f} million instructions")
    bare, ours = counted.values()
    print(f"ratio {ours / bare:.3f}")
    return 0


def _function(tool: Mapping[str, Any]) -> str:
    required = tool["inputSchema"].get("required", [])
    arguments = ", ".join(
        f"{name}: {_annotation(schema)}" if name in required else f"{name}: {_annotation(schema)} | None = None"
        for name, schema in sorted(tool["inputSchema"]["properties"].items(), key=lambda item: item[0] not in required)
    )
    return (
        f"@server.tool()\nasync def {tool['name']}({arguments}) -> str:\n    {tool['description']!r}\n    return ''\n"
    )


def _annotation(schema: Mapping[str, Any]) -> str:
    return f"Annotated[{_TYPES[schema.get('type', 'string')]}, Field(description={schema.get('description', '')!r})]"


def _check_same(ours: Sequence[Mapping[str, Any]], bare: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to compare with a server that offers something else."""
    for one, other in zip(ours, bare, strict=True):
        if one["name"] != other["name"] or set(one["inputSchema"]["properties"]) != set(
            other["inputSchema"]["properties"]
        ):
            raise SystemExit(f"The bare server's {other['name']} is not like {one['name']}.")


def _own_environment() -> dict[str, str]:
    foreign = ("DOMO_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _ask(process: subprocess.Popen[str], number: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    _send(process, {"id": number, "method": method, "params": params})
    assert process.stdout is not None
    reply = json.loads(process.stdout.readline())
    if reply.get("id") != number or "result" not in reply:
        raise SystemExit(f"{method} was answered with {reply}")
    result: dict[str, Any] = reply["result"]
    return result


def _send(process: subprocess.Popen[str], message: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()


if __name__ == "__main__":
    sys.exit(main())
