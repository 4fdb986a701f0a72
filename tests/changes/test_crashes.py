"""A process that is killed in the middle of a change loses no change from the journal, and none happens twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.answers import rows_of, text_of
from tests.changes.killed import STEPS
from tests.changes.processes import Remote
from tests.changes.scratch import Scratch, contents, scratch, writes

STATUS_AFTER = {
    "before the record": None,
    "after the record": "failed",
    "before sending": "failed",
    "after the answer": "applied",
    "before the end is recorded": "applied",
    "after the end is recorded": "applied",
}


def connected(remote: Remote, state: Path, *program: str) -> Client:
    """A client of a server process on that state."""
    arguments = [*program, "serve", "--access", "full", "--config", str(state / "config.toml")]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=remote.signed, cwd=Path.cwd())
    return Client(parameters, mode="legacy")


@pytest.mark.parametrize("step", STEPS)
async def test_a_change_is_on_record_and_happened_once_or_not_at_all(remote: Remote, tmp_path: Path, step: str) -> None:
    (tmp_path / "config.toml").write_text(f'[state]\nurl = "{tmp_path / "state.sqlite"}"\n', encoding="utf-8")
    async with remote.direct() as direct:
        at = await scratch(direct)
        remote.app.state.processed.clear()
        ticket = await _killed_while_applying(remote, tmp_path, step, at)
        happened = len(writes(remote.app.state.processed))
        async with connected(remote, tmp_path, "-m", "domo_mcp") as client:
            text = text_of(await client.call_tool("list_changes", {}))
            listed = rows_of(text) if STATUS_AFTER[step] else []
            again = await client.call_tool("confirm_change", ticket)
        state = (await contents(direct, at))[at.ids[0]]["state"]
    assert again.is_error
    assert happened <= 1
    assert len(writes(remote.app.state.processed)) == happened
    assert [row[listed[0].index("status")] for row in listed[1:]] == ([STATUS_AFTER[step]] if listed else [])
    assert listed or "No change found" in text
    assert state == ("done" if happened else "open")
    assert (STATUS_AFTER[step] == "applied") is bool(happened)


async def _killed_while_applying(remote: Remote, state: Path, step: str, at: Scratch) -> dict[str, str]:
    """Confirm a change on a server that is killed at that step; the ticket it was confirmed with."""
    ticket: dict[str, str] = {}

    async def change() -> None:
        async with connected(remote, state, "-m", "tests.changes.killed", step) as client:
            arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
            proposed = (await client.call_tool("update_appdb_documents", arguments)).structured_content
            assert proposed
            ticket.update(ticket=proposed["ticket"], summary=proposed["summary"])
            await client.call_tool("confirm_change", ticket)

    with pytest.raises(BaseException):  # noqa: B017, PT011 - however a client tells that its server is gone
        await change()
    assert ticket, "the server ended before the change was proposed"
    return ticket


@pytest.mark.parametrize("step", ["after the answer", "before the end is recorded"])
async def test_a_change_whose_end_was_not_recorded_can_still_be_undone(
    remote: Remote, tmp_path: Path, step: str
) -> None:
    (tmp_path / "config.toml").write_text(f'[state]\nurl = "{tmp_path / "state.sqlite"}"\n', encoding="utf-8")
    async with remote.direct() as direct:
        at = await scratch(direct)
        await _killed_while_applying(remote, tmp_path, step, at)
        async with connected(remote, tmp_path, "-m", "domo_mcp") as client:
            rows = rows_of(text_of(await client.call_tool("list_changes", {})))
            change = rows[1][rows[0].index("change")]
            waiting = (await client.call_tool("undo_change", {"change": change})).structured_content
            assert waiting
            confirmed = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
            undone = await client.call_tool("confirm_change", confirmed)
        assert not undone.is_error, text_of(undone)
        assert (await contents(direct, at))[at.ids[0]]["state"] == "open"
