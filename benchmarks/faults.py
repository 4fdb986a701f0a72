"""How the server fares while Domo has a bad day: many calls on a sandbox of its own process, over TCP, with faults.

A client of the real server in this process asks; what it reaches is `domo-mcp sandbox`, of whose requests a share meets
a fault, of every kind equally. Waits are short: 1 s for a request, 5 s for a call. Exit code 1 where a call took longer
than its time, was answered wrongly, or failed for a reason of the server's own.

    python benchmarks/faults.py [--calls 10000] [--share 0.2] [--at-once 32] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

import anyio
import httpx
from mcp import Client

from domo_mcp import telemetry
from domo_mcp.app import SANDBOX_TOKEN, open_app
from domo_mcp.config import Config, load
from domo_mcp.sandbox.faults import CONTROL, KINDS
from domo_mcp.server.local import local_client

START_S = 60
REQUEST_S, CALL_S, LATE_S = 1.0, 5.0, 2.0
NEVER_S = 600
CALLS: Sequence[tuple[str, dict[str, Any]]] = (
    ("whoami", {}),
    ("search_datasets", {"query": "sales"}),
    ("get_dataset", {"dataset": "Products", "include": ["schema", "access", "cards"]}),
    ("run_sql", {"sql": "SELECT `Category`, COUNT(*) AS n FROM `Products` GROUP BY `Category` ORDER BY `Category`"}),
    ("run_sql", {"sql": "SELECT COUNT(*) AS n FROM `Sales Orders` WHERE `Quantity` > 2"}),
    ("get_schema_context", {"question": "Which region sold most?"}),
    ("ask_data", {"question": "How many products are there?", "datasets": ["Products"]}),
)
OWN_FAULT = "failed for a reason of its own"


@dataclass(frozen=True)
class Answer:
    """Whether a call failed, and its text without the marks of its fences."""

    failed: bool
    text: str


@dataclass(frozen=True)
class Outcome:
    """How one call ended, in a few words, and its time."""

    kind: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """All calls."""

    outcomes: Sequence[Outcome]
    seconds: float
    struck: int
    resident: Sequence[int]
    """Bytes of memory of this process: before, after half of the calls, after all."""


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000, help="how many calls (default 10000)")
    parser.add_argument("--share", type=float, default=0.2, help="share of requests that meet a fault (default 0.2)")
    parser.add_argument("--at-once", type=int, default=32, help="calls at the same time (default 32)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of the order of calls (default 1)")
    options = parser.parse_args()
    telemetry.configure("ERROR")
    with local_domo() as url:
        run = anyio.run(measure, url, options)
    return report(run, options)


@contextmanager
def local_domo() -> Iterator[str]:
    """The origin of a sandbox in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "domo_mcp", "sandbox", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, url)
            yield url
        finally:
            process.terminate()


async def measure(url: str, options: argparse.Namespace) -> Run:
    """Every call once in peace, then all of them with faults."""
    async with open_app(configured(url, options.at_once)) as app, local_client(app) as client:
        right = [await answer(client, number) for number in range(len(CALLS))]
        if failed := [answer.text for answer in right if answer.failed]:
            raise SystemExit(f"Without faults a call fails: {failed[0]}")
        await _put(url, options)
        memory, began = [resident()], time.perf_counter()
        outcomes = await all_at_once(client, right, options, memory)
        seconds = time.perf_counter() - began
    return Run(outcomes, seconds, await _struck(url), [*memory, resident()])


def configured(url: str, at_once: int) -> Config:
    """The server's configuration: no throttling, little time."""
    text = (
        f'[instances.local]\nurl = "{url}"\nauth = {{ token = "{SANDBOX_TOKEN}" }}\n'
        f"[limits]\nper_minute = 1000000\nconcurrency = {at_once}\n"
        f"timeout_s = {REQUEST_S}\ncall_timeout_s = {CALL_S}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.toml")
        file.write_text(text, encoding="utf-8")
        return load(file, environment={})


async def all_at_once(
    client: Client, right: Sequence[Answer], options: argparse.Namespace, memory: list[int]
) -> list[Outcome]:
    """The calls in a random order, some at the same time; `memory` is noted after half of them."""
    dice = Random(options.seed)  # noqa: S311 - the order of calls is no secret
    waiting = iter([dice.randrange(len(CALLS)) for _ in range(options.calls)])
    outcomes: list[Outcome] = []

    async def work() -> None:
        for number in waiting:
            began = time.perf_counter()
            kind = _kind(await answer(client, number), right[number])
            outcomes.append(Outcome(kind, time.perf_counter() - began))
            if len(outcomes) == options.calls // 2:
                memory.append(resident())

    async with anyio.create_task_group() as group:
        for _ in range(options.at_once):
            group.start_soon(work)
    return outcomes


async def answer(client: Client, number: int) -> Answer:
    """What comes back for one of `CALLS`."""
    result = await client.call_tool(*CALLS[number])
    text = "\n".join(block.text for block in result.content if block.type == "text")
    return Answer(bool(result.is_error), re.sub(r"data-[0-9a-f]{6}", "data", text))


def report(run: Run, options: argparse.Namespace) -> int:
    """Print outcomes, times and memory; the exit code."""
    kinds = Counter(outcome.kind for outcome in run.outcomes)
    times = sorted(outcome.seconds for outcome in run.outcomes)
    late = sum(seconds > CALL_S + LATE_S for seconds in times)
    parts = ", ".join(f"{name} {version(name)}" for name in ("domo-mcp", "mcp", "httpx", "uvicorn"))
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs")
    print(f"Python {platform.python_version()} · {parts}")
    print(
        f"{options.calls} calls, {options.at_once} at once, share {options.share:g}, seed {options.seed}: "
        f"{run.struck} faults, {run.seconds:.1f} s, {options.calls / run.seconds:.0f} calls/s"
    )
    for kind, number in kinds.most_common():
        print(f"{number:7}  {kind}")
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    print(
        f"latency p50 {statistics.median(times) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, max {times[-1] * 1000:.0f} ms"
    )
    print(f"past the time of a call ({CALL_S:g} s, {LATE_S:g} s late at most): {late}")
    print("RSS before, at half, after: " + ", ".join(f"{size / 1e6:.0f} MB" for size in run.resident))
    return int(bool(late or kinds["wrong"] or kinds["own fault"]))


def _kind(answer: Answer, right: Answer) -> str:
    if answer == right:
        return "right"
    if not answer.failed:
        return "wrong"
    if OWN_FAULT in answer.text:
        return "own fault"
    return f"told: {re.sub(r'to /[^ ]+', 'to …', answer.text)[:70]} …"


async def _put(url: str, options: argparse.Namespace) -> None:
    rules = [{"kind": kind, "share": options.share / len(KINDS), "delay_s": NEVER_S} for kind in KINDS]
    plan = {"seed": options.seed, "rules": rules if options.share else []}
    async with _control(url) as http:
        (await http.put(CONTROL, json=plan)).raise_for_status()


async def _struck(url: str) -> int:
    async with _control(url) as http:
        return sum((await http.get(CONTROL)).json()["struck"])


def _control(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"X-DOMO-Developer-Token": SANDBOX_TOKEN}, trust_env=False)


def resident() -> int:
    """Bytes of memory that this process holds now; on systems without /proc, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("The sandbox ended before it answered.")
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"No answer from {url} within {START_S} seconds.")


if __name__ == "__main__":
    sys.exit(main())
