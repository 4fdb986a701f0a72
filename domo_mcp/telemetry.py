"""Logging: to stderr, since stdout belongs to the protocol, and without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

from domo_mcp.errors import ConfigError

_HIDDEN = "[hidden]"


class SecretFilter(logging.Filter):
    """Takes known secrets out of every record, whoever wrote it."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these from now on."""
        self._secrets |= {secret for secret in secrets if secret}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass with its message cleaned; a traceback is rendered here, so that it is cleaned too."""
        text = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
            record.exc_text = record.exc_text.replace(secret, _HIDDEN) if record.exc_text else record.exc_text
        record.msg, record.args = text, ()
        return True


secrets = SecretFilter()
"""The one filter of the process; whoever reads a secret from configuration adds it here."""


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def configure(level: str = "") -> None:
    """Send the log to stderr from `level` (one of LEVELS, WARNING for none) on. Later calls replace earlier ones.

    Raises ConfigError for a level that is none.
    """
    level = level.strip().upper() or "WARNING"
    if level not in LEVELS:
        raise ConfigError(f"There is no log level {level!r}.", f"Set DOMO_MCP_LOG to one of {', '.join(LEVELS)}.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(secrets)
    logging.basicConfig(level=level, handlers=[handler], force=True)
