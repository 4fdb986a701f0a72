"""Whether any arguments break the server: every tool of tools/list, called with what its schema allows and what not.

A client calls the real server on the sandbox in this process. All tools are there, and every change needs a ticket.
Exit code 1 where a call fails for a reason of the server's own, takes too long, cannot be sent, or shows what is none
of the caller's business. The same seed makes the same calls.

    python -m benchmarks.fuzz [--examples 300] [--seed 1] [--tool NAME]
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import os
import platform
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, given, seed, settings
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Tool

import domo_mcp
from benchmarks import hostile
from benchmarks.honest import HONEST
from domo_mcp.app import SANDBOX_SESSION, SANDBOX_TOKEN, open_app
from domo_mcp.config import Config, load
from domo_mcp.server.local import local_client

CALL_S, LATE_S = 10.0, 5.0
OWN_FAULT = "failed for a reason of its own"
SHOWN = frozenset("\n\t")
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Verdict:
    """How a call ended (answered, refused, ticket, no message, lost), what is wrong with that, and its seconds."""

    outcome: str
    faults: tuple[str, ...] = ()
    seconds: float = 0.0


class Complaints(logging.Handler):
    """What the log says at level ERROR, where nothing should ever be said."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line, with the end of its traceback."""
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        self.lines.append(" | ".join([record.getMessage(), *trace.splitlines()[-3:]]))


@dataclass
class Range:
    """The open client, its tools, and what no answer may show."""

    client: Client
    tools: Mapping[str, Tool]
    honest: Mapping[str, Mapping[str, Any]]
    private: Sequence[str]
    complaints: Complaints

    async def fire(self, name: str, given: Mapping[str, Any]) -> Verdict:
        """Call one tool; never raises for what the server does."""
        arrived = hostile.carried(given)
        if arrived is None:
            return Verdict("no message")
        began = time.monotonic()
        self.complaints.lines.clear()
        try:
            with anyio.fail_after(CALL_S + LATE_S):
                result = await self.client.call_tool(name, arrived)
        except TimeoutError:
            return Verdict("lost", ("no answer came",), time.monotonic() - began)
        except (MCPError, ValueError, RuntimeError) as error:
            return Verdict("lost", (f"the client got {type(error).__name__}: {error}"[:400],))
        seconds = time.monotonic() - began
        late = (f"took {seconds:.1f} s",) if seconds > CALL_S + 1 else ()
        return Verdict(_outcome(result), (*late, *self._wrong_with(result), *self.complaints.lines), seconds)

    async def answers(self) -> bool:
        """Whether the server still gives a right answer."""
        result = await self.client.call_tool("run_sql", {"sql": "SELECT COUNT(*) AS n FROM `Products`"})
        return not result.is_error and "\n120\n" in _text(result)

    def _wrong_with(self, result: CallToolResult) -> Iterator[str]:
        text = _text(result)
        try:
            whole = result.model_dump_json(by_alias=True)
        except ValueError as error:
            whole = text
            yield f"cannot be sent: {error}"
        if OWN_FAULT in text:
            yield "failed for a reason of its own"
        if "Traceback (most recent" in whole or "pydantic.dev" in whole:
            yield "shows a traceback"
        for private in self.private:
            if private in whole or json.dumps(private)[1:-1] in whole:
                yield f"shows {private}"
        if hidden := {letter for letter in text if letter not in SHOWN and unicodedata.category(letter) in INVISIBLE}:
            yield f"shows characters that nobody sees: {sorted(map(ascii, hidden))[:5]}"


def settled(exports: Path) -> Config:
    """All tools on the sandbox, and a ticket before every change."""
    tables: Mapping[str, Mapping[str, Any]] = {
        "tools": {"toolsets": ["all"]},
        "policy": {
            "access": "full",
            "confirm": "two_step",
            "confirm_for": ["create", "update", "delete", "run"],
            "max_affected": 10_000,
        },
        "files": {"exports": str(exports), "roots": []},
        "limits": {"call_timeout_s": CALL_S, "per_minute": 1_000_000},
    }
    return load(sandbox=True, overrides=tables, environment={})


@asynccontextmanager
async def opened(config: Config, *, embedded: Any = None) -> AsyncIterator[Range]:
    """A server of its own and what it takes to fire at it."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        async with open_app(config, embedded=embedded) as app, local_client(app) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            private = [
                str(Path(domo_mcp.__file__).parent),
                sys.prefix,
                str(Path.home()),
                SANDBOX_TOKEN,
                SANDBOX_SESSION,
                app.state.key.hex(),
            ]
            honest = await _with_ids(client)
            yield Range(client, tools, honest, private, complaints)
    finally:
        logging.getLogger().removeHandler(complaints)


async def _with_ids(client: Client) -> Mapping[str, Mapping[str, Any]]:
    """HONEST with the id of a document and a ticket that are really there."""
    found = _text(await client.call_tool("query_appdb_documents", {"collection": "Tasks", "limit": 1}))
    document = found.splitlines()[2].split(",")[0]
    waits = await client.call_tool("delete_appdb_documents", {"collection": "Tasks", "ids": [document]})
    ticket = str((waits.structured_content or {})["ticket"])
    text = json.dumps(HONEST).replace("DOCUMENT", document).replace("TICKET", ticket)
    honest: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return honest


@contextmanager
def fired_from_here(config: Config, *, embedded: Any = None) -> Iterator[tuple[BlockingPortal, Range]]:
    """The same for code that is not asynchronous, as Hypothesis is."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened(config, embedded=embedded)) as at:
        yield portal, at


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


def _outcome(result: CallToolResult) -> str:
    waits = (result.structured_content or {}).get("status") == "needs_confirmation"
    return "refused" if result.is_error else "ticket" if waits else "answered"


def main() -> int:
    """Fire, print what came back; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=300, help="calls of each tool")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", default="", help="only this one")
    options = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs · seed {options.seed}")
    print(f"Python {platform.python_version()} · domo-mcp {version('domo-mcp')} · hypothesis {version('hypothesis')}")
    wrong: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, fired_from_here(settled(Path(folder))) as (portal, at):
        for name in [options.tool] if options.tool else at.tools:
            verdicts = list(_barrage(portal, at, name, options.examples, options.seed, wrong))
            counts = ", ".join(f"{kind} {count}" for kind, count in Counter(each.outcome for each in verdicts).items())
            slowest = max(each.seconds for each in verdicts)
            print(f"{name:27} {counts}; slowest {slowest:.2f} s", flush=True)
            if not portal.call(at.answers):
                wrong[f"after {name}"] = "the server does not answer rightly any more"
    for fault, example in wrong.items():
        print(f"\nWRONG {fault}\n   by {example}")
    return int(bool(wrong))


def _barrage(
    portal: BlockingPortal, at: Range, name: str, examples: int, number: int, wrong: dict[str, str]
) -> Sequence[Verdict]:
    """Call one tool many times; what is wrong goes to `wrong`, with the shortest arguments that showed it."""
    verdicts: list[Verdict] = []

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hostile.arguments(at.tools[name].input_schema, at.honest[name]))
    def fire(arguments: dict[str, Any]) -> None:
        faulthandler.dump_traceback_later(3 * CALL_S, exit=True)  # a loop that never ends would hold this process too
        verdict = portal.call(at.fire, name, arguments)
        faulthandler.cancel_dump_traceback_later()
        verdicts.append(verdict)
        shown = ascii(arguments)[:600]
        for fault in verdict.faults:
            key = f"{name}: {fault[:400]}"
            wrong[key] = min(wrong.get(key, shown), shown, key=len)

    fire()
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
