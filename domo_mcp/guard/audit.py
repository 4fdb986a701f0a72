"""One line per call, allowed or refused: who asked for what, and how it ended; never what Domo answered."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domo_mcp.errors import ConfigError
from domo_mcp.sql import Select

logger = logging.getLogger(__name__)


class AuditSettings(BaseModel):
    """`[audit]`: `file` takes the lines (empty: they go to the log); `arguments` says how much of a call they hold."""

    model_config = ConfigDict(extra="forbid")

    file: str = ""
    arguments: Literal["shape", "full"] = "shape"


class Audit:
    """Writes the lines."""

    def __init__(self, settings: AuditSettings) -> None:
        self._full = settings.arguments == "full"
        self._file = _writable(settings.file) if settings.file else None

    def record(self, *, arguments: Mapping[str, Any], **facts: str | int) -> None:
        """Add one line: `facts` (principal, instance, tool, effect, outcome, …) and what `arguments` may show."""
        shown = _in_full(arguments) if self._full else _shape(arguments)
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts, "arguments": shown}
        text = json.dumps(line | {"digest": _digest(arguments)})
        if self._file is None:
            logger.info("%s", text)
            return
        with os.fdopen(_opened(self._file), "a", encoding="utf-8") as file:
            file.write(text + "\n")


def _writable(name: str) -> Path:
    """The file of that name, proven to take lines. Raises ConfigError: no call may go unrecorded."""
    try:
        path = Path(name).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(_opened(path))
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"The audit file {name} cannot be written: {error}.", "Set audit.file to another.") from None
    return path


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _in_full(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.text if isinstance(value, Select) else value for name, value in arguments.items()}


def _shape(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value_shape(value) for name, value in arguments.items()}


def _value_shape(value: Any) -> str:
    if isinstance(value, Select):
        return value.shape()
    size = f"[{len(value)}]" if isinstance(value, str | list | dict) else ""
    return f"{type(value).__name__}{size}"


def _digest(arguments: Mapping[str, Any]) -> str:
    text = json.dumps(_in_full(arguments), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
