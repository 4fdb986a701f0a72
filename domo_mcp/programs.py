"""Programs of ours that run in a process of their own, with an end to their time and without this one's secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_NEEDED = frozenset({
    "PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "SYSTEMDRIVE", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
})  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """What a program wrote, and how it ended; `late`: its time was up and the output is what it had written by then."""

    output: bytes
    code: int
    late: bool


def run(program: Path, *arguments: str, data: bytes, seconds: float) -> Ended:
    """Run a Python file with `data` as its input, for so many seconds at most. Blocks: call it in a thread."""
    command = [sys.executable, "-P", str(program), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=data, capture_output=True, timeout=seconds, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired as error:
        return Ended(error.stdout or b"", -1, late=True)
    return Ended(done.stdout, done.returncode, late=False)


def _environment() -> dict[str, str]:
    """What a program needs to run: tokens stand in variables of any name."""
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith("PYTHON")}
