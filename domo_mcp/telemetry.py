"""Logging: to stderr, since stdout belongs to the protocol, and without secrets."""

from __future__ import annotations

import base64
import logging
import re
import sys
from collections.abc import Iterable, Iterator

from domo_mcp.errors import ConfigError
from domo_mcp.untrusted import plain

_HIDDEN = "[hidden]"
_NOTHING = re.compile(r"(?!)")
_RUN = "{0,64}"  # bounded, since texts from elsewhere may be nothing but backslashes
_ESCAPED = frozenset("'/")
_LEAST_ENCODED = 6  # fewer characters of base64 stand in many texts


class SecretFilter(logging.Filter):
    """Takes known secrets out of every record, whoever wrote it."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()
        self._pattern = _NOTHING

    def add(self, secrets: Iterable[str], *, instead: Iterable[str] = ()) -> None:
        """Hide these from now on, and no longer those in whose place they come: each one makes every text slower."""
        known = (self._secrets - set(instead)) | {secret for secret in secrets if secret}
        if known != self._secrets:
            longest_first = sorted(known, key=len, reverse=True)
            self._secrets, self._pattern = known, re.compile("|".join(map(_spellings, longest_first)))

    def hidden(self, text: str) -> str:
        """`text` with every known secret taken out."""
        return self._pattern.sub(_HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass with its message cleaned; a traceback is rendered here, so that it is cleaned too."""
        text = plain(self.hidden(record.getMessage()))
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = self.hidden(record.exc_text) if record.exc_text else record.exc_text
        record.msg, record.args = text, ()
        return True


def _spellings(secret: str) -> str:
    """A pattern of how a text may spell a secret: as it is, in JSON within JSON, in CSV, in a URL, in base64.

    Quotation marks and backslashes at its ends are left alone: in a text they may belong to what stands around it.
    """
    core = secret.strip('\\"') or secret
    return "|".join(["".join(map(_spelled, core)), *_encoded(secret.encode())])


def _spelled(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character == "\\":
        return r"(?:\\{1,64}|%5[Cc])"
    if character == '"':
        return rf'(?:[\\"]{_RUN}"|%22)'  # CSV doubles it
    in_url = "".join(f"%{byte:02x}" for byte in character.encode())
    in_json = "".join(rf"\\{_RUN}u{half:04x}" for half in memoryview(character.encode("utf-16-le")).cast("H"))
    itself = (rf"\\{_RUN}" if character in _ESCAPED else "") + re.escape(character)
    return rf"(?:{itself}|(?i:{in_url}|{in_json}){'|[+]' if character == ' ' else ''})"


def _encoded(secret: bytes) -> Iterator[str]:
    """What base64 makes of it, in both alphabets, wherever in a longer text it begins."""
    for before, spoilt in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        whole = text[spoilt : len(text) - ((before + len(secret)) % 3 != 0)]
        if len(whole) >= _LEAST_ENCODED:
            yield re.escape(whole).replace(r"\+", "[+-]").replace("/", "[/_]")


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
    # It quotes statements, values and all, to warn of what it would write itself, which is not what is sent.
    logging.getLogger("sqlglot").disabled = True
