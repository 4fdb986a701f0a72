"""`domo-mcp call` for a person: an answer without the marks for models at a terminal, and its picture in a file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from domo_mcp.cli import main
from tests.protocol.conftest import environment

LOOKALIKE = "<data-abcdef>x</data-abcdef>"
STATEMENT = f"SELECT '{LOOKALIKE}' AS a, COUNT(*) AS n FROM `Products`"
AVATAR = ("get_avatar", "--sandbox", "--toolsets", "people", "entity_type=USER", "entity_id=Alex Rivera")
PAST_INSTANCE = "5a1e0000-0000-4000-8016-000000000001"
MARK = re.compile(r"</?data-[0-9a-f]{6}>")
WAIT_S = 60


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Exit code, stdout and stderr of `domo-mcp call` where neither is a terminal."""
    for name in [name for name in os.environ if name.startswith("DOMO_")]:
        monkeypatch.delenv(name)

    def called(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(("call", *arguments))
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return called


def at_terminal(*arguments: str, of: str = "stdout") -> tuple[int, str]:
    """Exit code and what it prints on stdout, or `of` stderr, where that is a terminal."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "domo_mcp", "call", *arguments]
    out, err = (theirs, None) if of == "stdout" else (subprocess.DEVNULL, theirs)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment()) as process:
        os.close(theirs)
        shown = _all_of(ours)
        return process.wait(timeout=WAIT_S), shown


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_an_answer_has_no_marks_but_those_that_are_content() -> None:
    code, out = at_terminal("run_sql", "--sandbox", f"sql={STATEMENT}")
    assert code == 0
    assert out.startswith("a:STRING,n:")
    assert MARK.findall(out) == ["<data-abcdef>", "</data-abcdef>"]
    assert f"{LOOKALIKE},120\r\n" in out
    assert 'dataset "Products" (5a1e0000' in out


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_progress_tells_a_count_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[files]\nexports = "{tmp_path / "exports"}"\n', encoding="utf-8")
    export = ("sql=SELECT * FROM `Products` ORDER BY `Product ID`", "save_as=products.csv", "--config", str(file))
    code, told = at_terminal("run_sql", "--sandbox", *export, of="stderr")
    assert code == 0, told
    assert told.splitlines()[0] == "120 rows written"
    assert "[120]" not in told


def test_into_a_pipe_an_answer_is_what_a_model_reads(call: Run) -> None:
    code, out, _ = call("run_sql", "--sandbox", f"sql={STATEMENT}")
    assert code == 0
    opening = out.splitlines()[0]
    assert MARK.fullmatch(opening)
    assert f"\n{LOOKALIKE},120\n{opening.replace('<', '</')}\n" in out


def test_a_picture_is_saved_in_a_new_file(call: Run, tmp_path: Path) -> None:
    file = tmp_path / "alex.png"
    code, out, told = call(*AVATAR, "--save", str(file))
    assert code == 0, told
    assert "Picture of the user" in out
    assert file.read_bytes().startswith(b"\x89PNG")
    assert f"{file.stat().st_size:,} bytes, is in {file}" in told


def test_a_file_that_is_there_is_not_overwritten(call: Run, tmp_path: Path) -> None:
    file = tmp_path / "alex.png"
    file.write_text("mine", encoding="utf-8")
    code, out, told = call(*AVATAR, "--save", str(file))
    assert (code, out) == (2, "")
    assert "nothing is overwritten" in told
    assert file.read_text(encoding="utf-8") == "mine"


def test_without_a_file_it_says_how_a_picture_is_saved(call: Run) -> None:
    code, _, told = call(*AVATAR)
    assert code == 0
    assert "--save FILE" in told


@pytest.mark.parametrize("place", ["a.png", "nowhere/a.png", f"{'a' * 300}.png"])
def test_what_cannot_be_saved_is_told_before_the_call(call: Run, tmp_path: Path, place: str) -> None:
    tool = ("whoami", "--sandbox") if place == "a.png" else AVATAR
    code, out, told = call(*tool, "--save", str(tmp_path / place))
    assert (code, out) == (2, "")
    assert "Traceback" not in told
    assert {"a.png": "gives no picture", "nowhere/a.png": "no folder"}.get(place, "cannot be saved there") in told
    assert not list(tmp_path.iterdir())


def test_an_answer_without_its_picture_is_told(call: Run, tmp_path: Path) -> None:
    """A chart of so little that there is nothing to draw."""
    file = tmp_path / "a.png"
    statement = "SELECT `Category`, COUNT(*) AS n FROM `Products` WHERE `Category` = 'none' GROUP BY `Category`"
    code, _, told = call("chart_data", "--sandbox", f"sql={statement}", "--save", str(file))
    assert code == 1
    assert "no picture" in told
    assert not file.exists()


def test_a_state_that_domo_tells_is_no_failure_of_the_call(call: Run) -> None:
    """COMPLETED is a workflow instance's; only what became of a change is the call's own."""
    code, out, told = call("get_workflow_instance", "--sandbox", f"instance_id={PAST_INSTANCE}")
    assert (code, told) == (0, "")
    assert '"status":"COMPLETED"' in out


def _all_of(out: int) -> str:
    text = b""
    try:
        while piece := os.read(out, 65536):
            text += piece
    except OSError:  # how Linux tells that the other side of a terminal is closed
        pass
    os.close(out)
    return text.decode()
