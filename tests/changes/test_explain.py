"""The command line about changes: what the policy would do, what was done, and a yes at the terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.changes.processes import Remote, configured
from tests.changes.scratch import Scratch, contents, scratch, writes

LONGEST_S = 60
READS_ONLY = ("--access", "read")


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs commands of the package on a sandbox, with one configuration."""

    remote: Remote
    config: Path
    at: Scratch

    def run(self, command: str, *arguments: str, **pipes: Any) -> Outcome:
        """Run a command; nobody is at a terminal."""
        done = subprocess.run(
            self.line(command, *arguments),
            env=self.remote.signed,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
            **{"stdin": subprocess.DEVNULL, **pipes},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def at_a_terminal(self, given: bytes, command: str, *arguments: str, early: bytes = b"") -> Outcome:
        """Run a command at a terminal where somebody types `given` at the question; what it shows there is `err`.

        `early` is typed before anything is shown.
        """
        ours, theirs = pty.openpty()
        os.write(ours, early)
        with subprocess.Popen(
            self.line(command, *arguments),
            env=self.remote.signed,
            stdin=theirs,
            stderr=theirs,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            os.close(theirs)
            watch = threading.Timer(LONGEST_S, process.kill)
            watch.start()
            shown = b""
            with suppress(OSError):  # the end of a terminal
                while more := os.read(ours, 4096):
                    shown += more
                    if b"[y/N] " in shown and given:
                        os.write(ours, given)
                        given = b""
            os.close(ours)
            watch.cancel()
            out, _ = process.communicate(timeout=LONGEST_S)
        return Outcome(process.returncode, out, shown.decode())

    def line(self, command: str, *arguments: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "domo_mcp", command, *arguments, "--config", str(self.config)]

    def explain(self, tool: str, *arguments: str) -> Outcome:
        """What the policy would do with a call."""
        return self.run("doctor", "--explain", tool, *arguments)

    def contents(self) -> dict[str, Any]:
        """The documents of the collection."""
        return anyio.run(self._contents)

    async def _contents(self) -> dict[str, Any]:
        async with self.remote.direct() as direct:
            return await contents(direct, self.at)


@pytest.fixture
def at(remote: Remote) -> Scratch:
    """A collection of its own."""

    async def make() -> Scratch:
        async with remote.direct() as direct:
            return await scratch(direct, "Shell")

    return anyio.run(make)


@pytest.fixture
def shell(remote: Remote, at: Scratch, tmp_path: Path) -> Shell:
    """Commands with a state of their own. What is written is counted from here on."""
    policy = {
        "access": "full",
        "max_affected": 3,
        "unattended": [f"upsert_appdb_documents:{at.name}"],
    }
    config = configured(tmp_path, policy=policy, state={"url": str(tmp_path / "state.sqlite")})
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[policy.deny]\ncollection = ["Campaign Notes"]\n')
    remote.app.state.processed.clear()
    return Shell(remote, config, at)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("query_appdb_documents", {}, ["It changes nothing in Domo"]),
        ("create_appdb_documents", {"documents": [{"a": 1}]}, ["applied at once", "create is not in policy.confirm"]),
        ("upsert_appdb_documents", {"documents": [{"content": {"a": 1}}]}, ["applied at once", "policy.unattended"]),
        (
            "update_appdb_documents",
            {"ids": 1, "set": {"state": "done"}},
            [
                "A client that can ask a person: a person is asked first (policy.confirm_for has update).",
                "A client that cannot: it waits with a ticket for confirm_change",
                "Objects: 1. Undo: content.",
            ],
        ),
        (
            "delete_appdb_collection",
            {},
            ["a person is asked first (it cannot be undone)", "A client that cannot: it is refused", "Undo: none."],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_policy_explains_what_it_would_allow(
    shell: Shell, tool: str, arguments: dict[str, Any], told: list[str]
) -> None:
    if "ids" in arguments:
        arguments = {**arguments, "ids": shell.at.ids[: arguments["ids"]]}
    pairs = [f"{name}={json.dumps(value)}" for name, value in arguments.items()]
    outcome = shell.explain(tool, f"collection={shell.at.name}", *pairs)
    assert outcome.code == 0, outcome.err
    assert [part for part in told if part not in outcome.out] == []
    assert "access is full" in outcome.out
    assert writes(shell.remote.app.state.processed) == []


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("update_appdb_documents", ["collection={at.id}", 'ids=["{ids[0]}"]', 'set={"a": 1}', *READS_ONLY], "access"),
        ("query_appdb_documents", ["collection=campaign notes"], "policy.deny has 'Campaign Notes'"),
        ("delete_appdb_documents", ["collection=Tasks", 'filter={"title": {"$exists": true}}'], "policy.max_affected"),
        ("delete_appdb_document", ["collection={at.id}"], "delete_appdb_documents"),
        ("delete_appdb_documents", ["colection={at.id}"], "Did you mean collection?"),
        ("delete_appdb_documents", ["collection={at.id}", 'ids=["{ids[0]}"]', "domo_instance=elsewhere"], "elsewhere"),
    ],
    ids=["access", "list", "max_affected", "unknown tool", "unknown argument", "unknown instance"],
)
def test_the_policy_explains_what_it_refuses_and_the_exit_code_says_so(
    shell: Shell, tool: str, arguments: list[str], told: str
) -> None:
    filled = [part.replace("{at.id}", shell.at.id).replace("{ids[0]}", shell.at.ids[0]) for part in arguments]
    outcome = shell.explain(tool, *filled)
    assert outcome.code == 1, outcome.out
    assert told in outcome.err
    assert "Traceback" not in outcome.err
    assert writes(shell.remote.app.state.processed) == []


def update(shell: Shell) -> list[str]:
    """A call that needs a yes."""
    arguments = {"ids": shell.at.ids[:1], "set": {"state": "done"}}
    return ["update_appdb_documents", f"collection={shell.at.name}", "--json", json.dumps(arguments)]


def test_a_yes_at_the_terminal_applies_a_change_and_the_journal_lists_it(shell: Shell) -> None:
    applied = shell.at_a_terminal(b"y\n", "call", *update(shell))
    assert applied.code == 0, applied.err
    assert '"status":"applied"' in applied.out
    assert '"confirmed_by":"person"' in applied.out
    assert 'state: "open" -> "done"' in applied.err
    assert shell.contents()[shell.at.ids[0]]["state"] == "done"
    listed = shell.run("changes")
    assert listed.code == 0, listed.err
    assert "update_appdb_documents" in listed.out
    assert shell.at.name in listed.out


@pytest.mark.parametrize("given", [b"n\n", b"1\n", b"\n", b"\x04"], ids=repr)
def test_anything_else_at_the_terminal_is_a_no(shell: Shell, given: bytes) -> None:
    declined = shell.at_a_terminal(given, "call", *update(shell))
    assert '"status":"declined"' in declined.out, declined.err
    assert writes(shell.remote.app.state.processed) == []


def test_a_yes_typed_before_the_question_is_none(shell: Shell) -> None:
    declined = shell.at_a_terminal(b"n\n", "call", *update(shell), early=b"y\ny\n")
    assert '"status":"declined"' in declined.out, declined.err
    assert writes(shell.remote.app.state.processed) == []


def test_without_a_terminal_there_is_a_ticket(shell: Shell) -> None:
    outcome = shell.run("call", *update(shell))
    assert outcome.code == 1, outcome.err
    assert '"status":"needs_confirmation"' in outcome.out
    assert writes(shell.remote.app.state.processed) == []
    told = json.loads(outcome.out.splitlines()[1])
    confirmed = shell.run("call", "confirm_change", f"ticket={told['ticket']}", f"summary={told['summary']}")
    assert confirmed.code == 0, confirmed.err
    assert shell.contents()[shell.at.ids[0]]["state"] == "done"


def test_text_on_a_pipe_is_no_yes(shell: Shell) -> None:
    outcome = shell.run("call", *update(shell), stdin=None, input="1\n1\n1\n")
    assert '"status":"needs_confirmation"' in outcome.out, outcome.err
    assert writes(shell.remote.app.state.processed) == []


def test_the_journal_of_a_server_that_changed_nothing_is_empty(shell: Shell) -> None:
    outcome = shell.run("changes")
    assert outcome.code == 0, outcome.err
    assert "No change found" in outcome.out
