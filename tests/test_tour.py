"""The tour: it shows what it promises, waits only for a person, ends on Ctrl-C, and says what is missing."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.protocol.conftest import environment

ROOT = Path(__file__).parent.parent
WITHOUT = "import sys; sys.modules[{0!r}] = None; sys.argv = ['domo-mcp', 'try']; from domo_mcp.cli import main; main()"
WAIT_S = 120
has_ocr = importlib.util.find_spec("faster_paddle") is not None


def shown(*, without: str) -> subprocess.CompletedProcess[str]:
    """The tour where a library is not installed; nobody is there to press Enter."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(without)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S, check=False, cwd=ROOT,
        env=environment(PYTHONIOENCODING="utf-8", DOMO_HOST="acme.domo.com", DOMO_DEVELOPER_TOKEN="never-used"),
    )  # fmt: skip


@pytest.mark.skipif(not has_ocr, reason="reading pictures needs the extra ocr")
def test_every_step_works_without_a_terminal_and_shows_call_and_answer() -> None:
    tour = shown(without="nothing_of_that_name")
    assert tour.returncode == 0, tour.stdout + tour.stderr
    steps = re.split(r"^\d/9  ", tour.stdout, flags=re.MULTILINE)[1:]
    assert len(steps) == 9
    assert all("   > " in step and "   | " in step for step in steps)
    for step, expected in zip(steps, ("West", "Tent", "West", "Late delivery", "0.25", "TOTAL EUR"), strict=False):
        assert expected in step
    assert "undo_change" in steps[6]
    assert "Yes, this once (says the tour)" in steps[6]
    assert '"status":"COMPLETED"' in steps[7]
    assert "operations-review.pdf" in steps[8]
    assert "All 9 steps worked" in steps[8]
    assert not tour.stderr


def test_without_a_reader_of_pictures_it_says_what_to_install_and_goes_on() -> None:
    tour = shown(without="faster_paddle")
    assert tour.returncode == 1
    assert "pip install 'domo-mcp[ocr]'" in tour.stdout
    assert "9/9" in tour.stdout
    assert "8 of 9 steps worked" in tour.stdout


def test_without_the_sandbox_it_says_what_to_install() -> None:
    tour = shown(without="duckdb")
    assert tour.returncode == 2
    assert "pip install 'domo-mcp[sandbox]'" in tour.stderr
    assert "Traceback" not in tour.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_it_waits_for_enter_and_ctrl_c_ends_it() -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "domo_mcp", "try"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), cwd=ROOT) as process:
        os.close(theirs)
        try:
            first = _until(ours, "Enter to go on")
            os.write(ours, b"\n")
            second = _until(ours, "Enter to go on")
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=30)
            rest = _rest(ours)
        finally:
            process.kill()
            os.close(ours)
    assert "1/9" in first
    assert "2/9" not in first
    assert "2/9" in second
    assert code == 130
    assert "Traceback" not in rest


def _until(terminal: int, words: str) -> str:
    """What comes until some words do."""
    import select

    text, deadline = "", time.monotonic() + WAIT_S
    while words not in text:
        ready, _, _ = select.select([terminal], [], [], max(deadline - time.monotonic(), 0))
        assert ready, f"{words!r} did not come: {text}"
        text += os.read(terminal, 65536).decode("utf-8", "replace")
    return text


def _rest(terminal: int) -> str:
    """What is left when the process has ended."""
    text = b""
    try:
        while piece := os.read(terminal, 65536):
            text += piece
    except OSError:  # how Linux tells that the other side is closed
        pass
    return text.decode("utf-8", "replace")
