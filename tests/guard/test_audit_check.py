"""An audit file that was tampered with says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from domo_mcp.cli import main
from tests.answers import Connect

Lines = list[str]


@pytest.fixture
async def written(connect: Connect, tmp_path: Path) -> Path:
    """An audit file with 45 lines of one server and 2 of another, and the configuration that made it."""
    audit, state = tmp_path / "audit.jsonl", tmp_path / "state.sqlite"
    (tmp_path / "config.toml").write_text(f'[audit]\nfile = "{audit}"\n[state]\nurl = "{state}"\n', encoding="utf-8")
    for calls in (45, 2):
        async with connect(audit={"file": str(audit)}, state={"url": str(state)}) as client:
            for _ in range(calls):
                await client.call_tool("list_changes", {})
    return audit


def verified(audit: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify", "--sandbox", "--config", str(audit.parent / "config.toml")])
    return int(str(ended.value.code)), capsys.readouterr().out


def test_a_file_as_it_was_written_is_whole(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = verified(written, capsys)
    assert code == 0, out
    assert "47 lines of 2 servers, 2 anchors" in out


def _edited(lines: Lines) -> Lines:
    line = json.loads(lines[10])
    return [*lines[:10], json.dumps(line | {"decision": "refused"}) + "\n", *lines[11:]]


def _rehashed(lines: Lines) -> Lines:
    line = json.loads(lines[10])
    return [*lines[:10], json.dumps(line | {"tool": "whoami", "hash": "0" * 64}) + "\n", *lines[11:]]


TAMPERED: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "a word changed": (_edited, "line 11: it was edited"),
    "a word and its hash changed": (_rehashed, "line 11: it was edited"),
    "a line removed": (lambda lines: [*lines[:10], *lines[11:]], "line 11: 1 lines before it were removed"),
    "the first line removed": (lambda lines: lines[1:], "line 1: 1 lines before it were removed"),
    "a line repeated": (lambda lines: [*lines[:11], lines[10], *lines[11:]], "repeated, or out of order"),
    "two lines swapped": (lambda lines: [*lines[:10], lines[11], lines[10], *lines[12:]], "line 11: 1 lines before"),
    "the end cut off": (lambda lines: lines[:30], "is cut off: 15 lines are missing"),
    "a whole server removed": (lambda lines: lines[:45], "is cut off: 2 lines are missing"),
    "everything removed": (lambda lines: lines[:0], "is cut off"),
    "half a line": (lambda lines: [*lines[:10], lines[10][:40] + "\n", *lines[11:]], "line 11: it is no audit line"),
    "a line of another hand": (lambda lines: [*lines, '{"tool": "whoami"}\n'], "line 48: it is no audit line"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_it_is_found(written: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    tamper, told = TAMPERED[how]
    written.write_text("".join(tamper(written.read_text(encoding="utf-8").splitlines(keepends=True))), encoding="utf-8")
    code, out = verified(written, capsys)
    assert code == 1
    assert told in out, out


async def test_no_call_is_answered_where_it_cannot_be_recorded(connect: Connect, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    async with connect(audit={"file": str(audit)}, state={"url": str(tmp_path / "s.sqlite")}) as client:
        assert not (await client.call_tool("whoami", {})).is_error
        audit.unlink()
        audit.mkdir()
        result = await client.call_tool("whoami", {})
    assert result.is_error
