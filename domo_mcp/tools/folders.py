"""The folders of this machine that calls may touch."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel, ConfigDict

from domo_mcp.errors import ConfigError, InvalidInput, Refused


class FilesSettings(BaseModel):
    """`[files]`: read only where the server runs beside its user, over stdio."""

    model_config = ConfigDict(extra="forbid")

    roots: list[Path] = []
    exports: str = "~/domo-mcp"


class Folders:
    """Where `save_as` may create files (the exports folder and the roots) and calls may read them (the roots only).

    Nowhere when switched off.
    """

    def __init__(self, settings: FilesSettings, *, enabled: bool = True) -> None:
        exports = [_home_known(Path(settings.exports))] if settings.exports else []
        self._exports = exports[0] if exports else None
        self._readable = [_home_known(root) for root in settings.roots] if enabled else []
        self._writable = [*exports, *self._readable] if enabled else []

    def __bool__(self) -> bool:
        return bool(self._writable)

    @contextmanager
    def create(self, name: str) -> Iterator[tuple[Path, TextIO]]:
        """A new text file for `name`; taken away again when its writing fails.

        Raises Refused outside the folders or where the file exists already, InvalidInput for a name that is none.
        """
        path = self._resolve(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            raise Refused(
                f"{path.name} exists already; nothing is overwritten.", "Choose another name for save_as."
            ) from None
        except OSError as error:
            raise Refused(
                f"{path.name} cannot be created: {error.strerror}.", "Choose another name for save_as."
            ) from None
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                yield path, file
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """The bytes of a file below one of the roots; a relative name is looked for in each.

        Raises Refused outside the roots, also where a link leads there; InvalidInput where there is no such file, it
        is no regular file, or it has more than `most_bytes`.
        """
        path = self._found(name)
        try:
            with open(path, "rb", opener=_open_regular) as file:
                data = file.read(most_bytes + 1)
        except OSError as error:
            raise InvalidInput(f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from None
        if len(data) > most_bytes:
            raise InvalidInput(f"{path.name} is too large: at most {most_bytes // 1024**2} MB.", "Make it smaller.")
        return data

    def _found(self, name: str) -> Path:
        if not self._readable:
            raise Refused("This server reads no files.", "Set files.roots to the folders it may read.")
        try:
            paths = [(root / Path(name).expanduser()).resolve() for root in self._readable]
        except (OSError, RuntimeError, ValueError):  # links in a circle, no such home, characters that no path has
            raise InvalidInput(f"{name[:200]!r} is not the path of a file.", "Check the path.") from None
        inside = [path for path in paths if any(path.is_relative_to(root.resolve()) for root in self._readable)]
        if not inside:
            allowed = ", ".join(str(folder) for folder in self._readable)
            raise Refused(f"This path leads outside the folders that may be read ({allowed}).", "Give one inside.")
        return next((path for path in inside if os.access(path, os.F_OK)), inside[0])

    def _resolve(self, name: str) -> Path:
        if not name.strip() or not name.isprintable() or name.endswith(("/", "\\")):
            raise InvalidInput("save_as takes the name of a new file.", "For example: revenue.csv")
        if not self._writable:
            raise Refused("Saving files is switched off on this server.", "Set files.exports to a folder.")
        try:
            path = ((self._exports or self._writable[0]) / Path(name).expanduser()).resolve()
            inside = any(path.is_relative_to(folder.resolve()) for folder in self._writable)
        except (OSError, RuntimeError):  # a symlink that leads to itself, the home of a user who does not exist
            raise InvalidInput("save_as leads nowhere.", "For example: revenue.csv") from None
        if not inside:
            allowed = ", ".join(str(folder) for folder in self._writable)
            raise Refused(f"save_as leads outside the folders of this server ({allowed}).", "Give a plain file name.")
        return path


def _open_regular(path: str, flags: int) -> int:
    """An opener for regular files only: a pipe would wait, a link may have been put in its place meanwhile."""
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return descriptor


def _home_known(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError(f"The folder {path} is in the home of a user who does not exist.") from None
