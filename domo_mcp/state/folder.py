"""The folder of a SQLite state: private, with the key that is made once and the locks of the running processes."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from domo_mcp.errors import StateUnavailable

if TYPE_CHECKING:
    from filelock import BaseFileLock

_KEY_BYTES = 32
_PATIENCE_S = 10
_GLANCE_S = 0.1  # two processes that look at the same time get out of each other's way
_HOUR_S = 3600


@dataclass(frozen=True)
class Folder:
    """Everything beside the state file `file`, readable by its owner only. `own` says that nothing else is in it.

    Its methods block, and raise OSError (a Timeout is one) where the disk does not do its part.
    """

    file: Path
    own: bool

    def make(self) -> None:
        """Make the folder and the file where they are not there."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._writers.mkdir(mode=0o700, exist_ok=True)
        for folder in [self.file.parent] * self.own + [self._writers]:
            folder.chmod(0o700)
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        self.file.chmod(0o600)

    def key(self) -> bytes:
        """The key beside the file, made at first. Raises StateUnavailable for one that others can read."""
        path = self.file.parent / "key"
        if not path.exists():
            self.make()
            with self.opening():
                if not path.exists():
                    _make_key(path)
        if os.name != "nt" and path.stat().st_mode & 0o077:
            raise StateUnavailable(f"Others can read the key file {path}.", f"chmod 600 {path}")
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise StateUnavailable(f"The key file {path} is damaged.", "Delete it; tickets that are out end with it.")
        return key

    def opening(self) -> BaseFileLock:
        """Held by the one process that makes the key or the tables."""
        return _lock(self.file.parent / "opening.lock", _PATIENCE_S)

    def presence(self, writer: str) -> Presence:
        """What shows that the process that writes as `writer` runs."""
        return Presence(self._writers / f"{writer}.lock")

    def sweep(self) -> None:
        """Take away what processes left that were killed."""
        for path in self._writers.glob("*.lock"):
            with suppress(FileNotFoundError):  # it ended meanwhile
                if path.stat().st_mtime < time.time() - _HOUR_S:
                    Presence(path).seen(0)

    @property
    def _writers(self) -> Path:
        return self.file.parent / "writers"


@dataclass(frozen=True)
class Presence:
    """A lock that a process holds as long as it runs: the system lets go of it however the process ends."""

    path: Path

    @cached_property
    def _held(self) -> BaseFileLock:
        return _lock(self.path, _PATIENCE_S)

    def show(self) -> None:
        """Hold it."""
        if not self._held.is_locked:
            self._held.acquire()

    def end(self) -> None:
        """Let go of it."""
        self._held.release()
        self._remove()

    def seen(self, patience_s: float = _GLANCE_S) -> bool:
        """Whether some process holds it. Where none does its file goes: a writer's name is never used again."""
        from filelock import Timeout

        if not self.path.exists():
            return False
        try:
            with _lock(self.path, patience_s):
                pass
        except Timeout:
            return True
        self._remove()
        return False

    def _remove(self) -> None:
        with suppress(PermissionError):  # Windows keeps a file that another process is looking at; a sweep follows
            self.path.unlink(missing_ok=True)


def _lock(path: Path, timeout_s: float) -> BaseFileLock:
    from filelock import FileLock

    return FileLock(path, timeout=timeout_s, mode=0o600, thread_local=False, poll_interval=0.02)


def _make_key(path: Path) -> None:
    fresh = path.with_name(f"key.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
