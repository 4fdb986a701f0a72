"""Files below a folder, reached step by step, so that no link leads out: not even one put there in the meantime."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_STEP = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


@dataclass(frozen=True)
class Place:
    """A name in an open directory; where the system has no such handles, a whole path."""

    directory: int | None
    name: str

    def create(self) -> int:
        """A descriptor of a new file that only its owner may read. Raises OSError, FileExistsError for one there is."""
        return os.open(self.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600, dir_fd=self.directory)

    def open(self) -> int:
        """A descriptor of a regular file. Raises OSError, also for a link, and for a pipe, which would wait."""
        flags = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.name, flags, dir_fd=self.directory)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a regular file")
        return descriptor

    def remove(self) -> None:
        """Take the file away."""
        with suppress(FileNotFoundError):
            os.unlink(self.name, dir_fd=self.directory)


@contextmanager
def place_below(folder: Path, parts: Sequence[str], *, make: bool = False) -> Iterator[Place]:
    """The place of a file, its directories made where `make`. Raises OSError where a link is on the way."""
    if not parts:
        raise OSError(errno.EISDIR, "not a regular file")
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    if os.open not in os.supports_dir_fd:
        yield Place(None, str(_checked(folder.resolve().joinpath(*parts), make=make)))
        return
    directory = os.open(folder, _STEP)
    try:
        for part in parts[:-1]:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=directory)
            below = os.open(part, _STEP | _NO_LINK, dir_fd=directory)
            os.close(directory)
            directory = below
        yield Place(directory, parts[-1])
    finally:
        os.close(directory)


def _checked(path: Path, *, make: bool) -> Path:
    if make:
        path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.resolve() != path.parent:
        raise OSError(errno.ELOOP, "a link is on the way")
    return path
