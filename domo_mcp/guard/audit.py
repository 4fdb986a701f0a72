"""One line per call, allowed or refused: who asked for what, and how it ended; never what Domo answered.

Each line has a number, the hash of the line before it by the same server, and its own hash under the state's key, so
that an edit or a removal shows. How far a server has come is kept apart in the state (an anchor), so that a cut end
shows, too.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

from domo_mcp import telemetry
from domo_mcp.errors import ConfigError, StateUnavailable
from domo_mcp.sql import Select
from domo_mcp.state import State
from domo_mcp.state.anchors import Anchor

logger = logging.getLogger(__name__)

_LINES_PER_ANCHOR = 20


class AuditSettings(BaseModel):
    """`[audit]`: `file` takes the lines (empty: they go to the log); `arguments` says how much of a call they hold."""

    model_config = ConfigDict(extra="forbid")

    file: str = ""
    arguments: Literal["shape", "full"] = "shape"

    def path(self) -> Path:
        """The file, whole."""
        return Path(self.file).expanduser().absolute()


class Audit:
    """Writes the lines of one server."""

    def __init__(self, settings: AuditSettings, state: State) -> None:
        self._full = settings.arguments == "full"
        self._file = _writable(settings) if settings.file else None
        self._state = state
        self._key = chain_key(state)
        self._number = 0
        self._anchored = 0
        self._last = ""

    def check(self) -> None:
        """Raise StateUnavailable where the file takes no lines any more: no call may go unrecorded."""
        if self._file is not None:
            try:
                os.close(_opened(self._file))
            except OSError as error:
                raise StateUnavailable(
                    f"The audit file cannot be written ({error.strerror}), so nothing is done.", "Tell the operator."
                ) from None

    def record(self, *, arguments: Mapping[str, Any], **facts: str | int) -> None:
        """Add one line: `facts` (principal, instance, tool, effect, outcome, …) and what `arguments` may show.

        Raises OSError where it cannot be written.
        """
        shown = _in_full(arguments) if self._full else _shape(arguments)
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts, "arguments": shown}
        line["digest"] = _digest(self._key, arguments)
        if self._file is None:
            logger.info("%s", json.dumps(line))
            return
        line = json.loads(telemetry.secrets.hidden(json.dumps(line)))
        line |= {"server": self._state.writer, "number": self._number + 1, "before": self._last}
        mark = line_hash(self._key, line)
        with os.fdopen(_opened(self._file), "a", encoding="utf-8") as file:
            file.write(json.dumps(line | {"hash": mark}) + "\n")
        self._number, self._last = self._number + 1, mark

    async def anchor(self, *, now: bool = False) -> None:
        """Keep how far the file has come: with its first line, every twenty lines, and `now` at the end."""
        behind = self._number - self._anchored
        if self._file is None or not behind or not (now or self._number == 1 or behind >= _LINES_PER_ANCHOR):
            return
        try:
            reached = Anchor(self._state.writer, self._number, self._last)
            await self._state.anchors.put(str(self._file), reached)
            self._anchored = reached.number
        except StateUnavailable as error:
            logger.warning("The audit file is not anchored: %s", error)


def chain_key(state: State) -> bytes:
    """What lines are signed with."""
    return hmac.digest(state.key, b"domo-mcp audit", "sha256")


def line_hash(key: bytes, line: Mapping[str, Any]) -> str:
    """The hash of a line, of everything in it but its hash."""
    text = json.dumps({name: value for name, value in line.items() if name != "hash"}, sort_keys=True)
    return hmac.digest(key, text.encode(), "sha256").hex()


def _writable(settings: AuditSettings) -> Path:
    """The file, proven to take lines. Raises ConfigError: no call may go unrecorded."""
    try:
        path = settings.path()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(_opened(path))
    except (OSError, RuntimeError) as error:
        raise ConfigError(
            f"The audit file {settings.file} cannot be written: {error}.", "Set audit.file to another."
        ) from None
    return path


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _in_full(arguments: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value.text if isinstance(value, Select) else value for name, value in arguments.items()}
    shown: dict[str, Any] = to_jsonable_python(plain, fallback=str)
    return shown


def _shape(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value_shape(value) for name, value in arguments.items()}


def _value_shape(value: Any) -> str:
    if isinstance(value, Select):
        return value.shape()
    size = f"[{len(value)}]" if isinstance(value, str | list | dict) else ""
    return f"{type(value).__name__}{size}"


def _digest(key: bytes, arguments: Mapping[str, Any]) -> str:
    """Tells whether two calls had the same arguments; keyed, so that short ones cannot be guessed from it."""
    text = json.dumps(_in_full(arguments), sort_keys=True, default=str)
    return hmac.new(key, text.encode(), sha256).hexdigest()[:16]
