"""Where the state is kept, and the key that signs what leaves it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, SecretStr

from domo_mcp.errors import ConfigError, StateUnavailable

_LEAST_KEY = 32
_PASSWORD = re.compile(r"\w+://[^/?#:]*:([^/?#]+)@")
_MAKE_ONE = 'Make one with  python -c "import secrets; print(secrets.token_urlsafe(32))"  and give it to every replica.'


class StateSettings(BaseModel):
    """`[state]`: where the journal and the tickets are kept.

    `url` is empty for a SQLite file in the user's state folder, the absolute path of another one (also as
    `sqlite:///path`), or `postgresql://…` for several replicas. `key` signs and seals tickets; without it a random one
    is made once and kept beside the SQLite file.
    """

    model_config = ConfigDict(extra="forbid")

    url: str = ""
    key: SecretStr = SecretStr("")

    @property
    def on_postgres(self) -> bool:
        """Whether several processes on several machines may share it."""
        return self.url.startswith(("postgresql://", "postgres://"))

    def check(self) -> None:
        """Raise ConfigError where the state cannot be kept as it is asked for."""
        if self.on_postgres and not self.key.get_secret_value().strip():
            raise ConfigError("state.url names a PostgreSQL database, and state.key is not set.", _MAKE_ONE)
        if self.on_postgres and not (find_spec("psycopg") and find_spec("psycopg_pool")):
            raise ConfigError("PostgreSQL is not installed.", "pip install 'domo-mcp[postgres]'")
        self.signing_key()
        if self.url and not self.on_postgres:
            self.file()

    def secrets(self) -> Iterator[str]:
        """What no message may repeat: the key, and the password in the URL as it is written and as it is meant."""
        yield self.key.get_secret_value().strip()
        if self.on_postgres and (found := _PASSWORD.match(self.url)):
            yield found[1]
            yield unquote(found[1])

    def signing_key(self) -> bytes | None:
        """32 bytes of the configured key, None where none is configured. Raises ConfigError for one easily guessed."""
        text = self.key.get_secret_value().strip()
        if not text:
            return None
        if len(text) < _LEAST_KEY:
            raise ConfigError(f"state.key is shorter than {_LEAST_KEY} characters.", _MAKE_ONE)
        return hashlib.sha256(text.encode()).digest()

    def file(self) -> Path:
        """The SQLite file, its name absolute.

        Raises ConfigError for a text that names none, StateUnavailable where this user has no folder for it.
        """
        if not self.url:
            return _own_folder() / "state.db"
        path = _path(self.url)
        if "://" in self.url.removeprefix("sqlite://") or not path.is_absolute():
            raise ConfigError(
                "state.url is neither postgresql://… nor the absolute path of a file.",
                "Set it to a path such as ~/domo-mcp/state.db, or leave it out.",
            )
        return path


def _own_folder() -> Path:
    from platformdirs import user_state_path

    try:
        return user_state_path("domo-mcp", appauthor=False)
    except RuntimeError:
        raise StateUnavailable("This user has no folder to keep the state in.", "Set state.url to a file.") from None


def _path(url: str) -> Path:
    text = url.removeprefix("sqlite://")
    if text != url and (text.startswith("/~") or (os.name == "nt" and re.match(r"/[A-Za-z]:", text))):
        text = text[1:]
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
