"""Logging: to stderr, since stdout belongs to the protocol, and without secrets."""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from domo_mcp.errors import ConfigError

_HIDDEN = "[hidden]"


class SecretFilter(logging.Filter):
    """Takes known secrets out of every record, whoever wrote it."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these from now on."""
        self._secrets |= {form for secret in secrets if secret for form in _forms(secret)}

    def hidden(self, text: str) -> str:
        """`text` with every known secret taken out."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass with its message cleaned; a traceback is rendered here, so that it is cleaned too."""
        text = self.hidden(record.getMessage())
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = self.hidden(record.exc_text) if record.exc_text else record.exc_text
        record.msg, record.args = text, ()
        return True


def _forms(secret: str) -> set[str]:
    """How a secret may be spelled in a text: as it is, in JSON, in a URL, in base64."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret), encoded}


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
