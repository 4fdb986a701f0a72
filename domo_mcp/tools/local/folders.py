"""The folders of this machine that calls may touch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from pydantic import BaseModel, ConfigDict, Field

from domo_mcp.errors import ConfigError, InvalidInput, Refused
from domo_mcp.tools.local.below import place_below

_SYSTEM = (Path("/proc"), Path("/sys"), Path("/dev"))
"""What looks like files there is the system itself; not even a root that holds them opens them."""

_NO_FILE_NAME = re.compile(
    r"""\..*|.*[. ]|.*[<>:"|?*\\].*|(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?""",
    re.IGNORECASE | re.DOTALL,
)
"""Hidden names, and what Windows takes for something else."""

_PLAIN = "Give a plain file name, for example: revenue.csv"


class FilesSettings(BaseModel):
    """`[files]`: read only where the server runs beside its user, over stdio."""

    model_config = ConfigDict(extra="forbid")

    roots: list[Path] = []
    exports: str = "~/domo-mcp"
    part_mb: int = Field(10, ge=1, le=100)
    parallel_parts: int = Field(4, ge=1, le=16)


class Folders:
    """Where `save_as` may create files (the exports folder and the roots) and calls may read them (the roots only).

    Nowhere when switched off.
    """

    def __init__(self, settings: FilesSettings, *, enabled: bool = True) -> None:
        exports = [_home_known(Path(settings.exports))] if settings.exports else []
        self._readable = [_home_known(root) for root in settings.roots] if enabled else []
        self._writable = [*exports, *self._readable] if enabled else []
        self._enabled = enabled

    def __bool__(self) -> bool:
        return bool(self._writable)

    @contextmanager
    def create(self, name: str) -> Iterator[tuple[Path, TextIO]]:
        """A new text file for `name`; taken away again when its writing fails.

        A relative name is one below the exports folder, an absolute one has to be below a root. No link is followed.
        Raises Refused outside the folders or where the file exists already, InvalidInput for a name that is none.
        """
        with (
            self._created(name) as (path, descriptor),
            os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file,
        ):
            yield path, file

    @contextmanager
    def create_binary(self, name: str) -> Iterator[tuple[Path, BinaryIO]]:
        """The same for a file of bytes."""
        with self._created(name) as (path, descriptor), os.fdopen(descriptor, "wb") as file:
            yield path, file

    @contextmanager
    def _created(self, name: str) -> Iterator[tuple[Path, int]]:
        folder, parts = self._new(name)
        path = folder.joinpath(*parts)
        try:
            with place_below(folder, parts, make=True) as place:
                descriptor = place.create()
                try:
                    yield path, descriptor
                except BaseException:  # also where the disk is full only when the last rows are written
                    place.remove()
                    raise
        except FileExistsError:
            raise Refused(
                f"{path.name} exists already; nothing is overwritten.", "Choose another name for save_as."
            ) from None
        except OSError as error:
            raise Refused(
                f"{path.name} cannot be written: {error.strerror}.", "Choose another name for save_as."
            ) from None

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """The bytes of a file below one of the roots; a relative name is looked for in each.

        Raises Refused outside the roots, also where a link leads there; InvalidInput where there is no such file, it
        is no regular file, or it has more than `most_bytes`.
        """
        with self.open(name) as file:
            data = file.read(most_bytes + 1)
        if len(data) > most_bytes:
            shown = Path(name).name
            raise InvalidInput(f"{shown} is too large: at most {most_bytes // 1024**2} MB.", "Make it smaller.")
        return data

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A regular file below one of the roots, to be read. Raises as `read` does."""
        root, path = self._found(name)
        try:
            with place_below(root, path.relative_to(root).parts) as place, os.fdopen(place.open(), "rb") as file:
                yield file
        except OSError as error:
            raise InvalidInput(f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from None

    def _found(self, name: str) -> tuple[Path, Path]:
        """The root, and the file below it that is meant, both without links."""
        if not self._enabled:
            raise Refused("Over HTTP no argument names a file of the server.", "Send it, or a domo:// address.")
        if not self._readable:
            raise Refused("This server reads no files.", "Set files.roots to the folders it may read.")
        try:
            roots = [root.resolve() for root in self._readable]
            paths = [(root / Path(name).expanduser()).resolve() for root in roots]
        except (OSError, RuntimeError, ValueError):  # links in a circle, no such home, characters that no path has
            raise InvalidInput(f"{name[:200]!r} is not the path of a file.", "Check the path.") from None
        inside = [(root, path) for path in paths for root in roots if path.is_relative_to(root)]
        if not inside or any(path.is_relative_to(system) for _, path in inside for system in _SYSTEM):
            allowed = ", ".join(str(folder) for folder in self._readable)
            raise Refused(f"This path leads outside the folders that may be read ({allowed}).", "Give one inside.")
        return next(((root, path) for root, path in inside if os.access(path, os.F_OK)), inside[0])

    def _new(self, name: str) -> tuple[Path, tuple[str, ...]]:
        """The folder, and the names of directories and file below it."""
        if not name.strip() or not name.isprintable() or name.endswith(("/", "\\")):
            raise InvalidInput("save_as takes the name of a new file.", _PLAIN)
        if not self._writable:
            raise Refused("Saving files is switched off on this server.", "Set files.exports to a folder.")
        try:
            path = Path(name).expanduser()
        except RuntimeError:  # the home of a user who does not exist
            raise InvalidInput("save_as leads nowhere.", _PLAIN) from None
        around = (
            [root for root in self._readable if path.is_relative_to(root)] if path.is_absolute() else self._writable
        )
        if not around or ".." in path.parts:
            allowed = ", ".join(str(folder) for folder in self._writable)
            raise Refused(f"save_as leads outside the folders of this server ({allowed}).", _PLAIN)
        parts = (path.relative_to(around[0]) if path.is_absolute() else path).parts
        if not parts or any(_NO_FILE_NAME.fullmatch(part) for part in parts):
            raise InvalidInput("save_as has a name that is hidden, or no file's name on every system.", _PLAIN)
        return around[0], parts


def _home_known(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError(f"The folder {path} is in the home of a user who does not exist.") from None
