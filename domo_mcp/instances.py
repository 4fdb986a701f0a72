"""The Domo instances that are configured: where each is, on which surface, and how requests to it are signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from domo_mcp.errors import ConfigError

if TYPE_CHECKING:
    from domo_mcp.client.auth import SignIn

Surface = Literal["product", "app"]
AuthKind = Literal["developer-token", "client-credentials", "app-session"]

KEYRING_SERVICE = "domo-mcp"
PUBLIC_API = "https://api.domo.com"
_LARGEST_SECRET = 64 * 1024

_NEEDED: Mapping[AuthKind, tuple[str, ...]] = {
    "developer-token": ("token",),
    "client-credentials": ("client_id", "client_secret"),
    "app-session": ("session",),
}


class AuthSettings(BaseModel):
    """How requests are signed; `kind` tells which of the secrets count.

    Each may be written as `keyring:NAME` (service domo-mcp of the system's keyring) or `file:PATH`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: AuthKind = "developer-token"
    token: SecretStr = SecretStr("")
    client_id: SecretStr = SecretStr("")
    client_secret: SecretStr = SecretStr("")
    session: SecretStr = SecretStr("")

    def missing(self) -> list[str]:
        """The keys that this kind needs and does not have."""
        return [key for key in _NEEDED[self.kind] if not self._written(key)]

    def secret(self, key: str) -> str:
        """The secret itself, read from where it is kept. Raises ConfigError where it is not there."""
        return revealed(self._written(key)).strip()

    def secrets(self) -> dict[str, str]:
        """Every secret of this kind by its key, to keep them out of sight."""
        return {key: self.secret(key) for key in _NEEDED[self.kind]}

    def _written(self, key: str) -> str:
        value: SecretStr = getattr(self, key)
        return value.get_secret_value()


class AliasSettings(BaseModel):
    """The names that an app's manifest gives its things: the App-Framework surface has no list of them."""

    model_config = ConfigDict(extra="forbid")

    datasets: list[str] = []
    workflows: list[str] = []
    packages: list[str] = []


class InstanceSettings(BaseModel):
    """One Domo instance, or the embedded sandbox."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["domo", "sandbox"] = "domo"
    url: str = ""
    host: str = ""
    surface: Surface = "product"
    auth: AuthSettings | None = None
    aliases: AliasSettings = AliasSettings()

    def origin(self) -> str:
        """Where its requests go: `host` may be a bare name, `acme.domo.com`, or a URL."""
        if self.auth and self.auth.kind == "client-credentials":
            return self._given() or PUBLIC_API
        return self._given()

    def _given(self) -> str:
        given = (self.url or self.host).strip()
        local = re.match(r"(127\.0\.0\.1|localhost|\[::1\])(:|$)", given)
        return given if "://" in given or not given else f"{'http' if local else 'https'}://{given}"

    def check(self, name: str) -> None:
        """Raise ConfigError where something is missing, or two things do not go together."""
        if self.kind == "sandbox":
            return
        if not self.origin():
            raise ConfigError(f"instances.{name} has no url.", f'Set url = "https://{name}.domo.com".')
        if not self.auth:
            raise ConfigError(f"instances.{name} has no auth.", f"Add [instances.{name}.auth] with token = …")
        if missing := self.auth.missing():
            keys = " and ".join(missing)
            raise ConfigError(f"instances.{name}.auth of kind {self.auth.kind} lacks {keys}.", f"Set {keys}.")
        if (self.surface == "app") is not (self.auth.kind == "app-session"):
            raise ConfigError(
                f'instances.{name}: surface "{self.surface}" and auth kind "{self.auth.kind}" do not go together.',
                'The App-Framework surface takes an app session only: surface = "app", kind = "app-session".',
            )

    def sign_in(self) -> SignIn:
        """What signs the requests. Raises ConfigError where a secret is not there."""
        from domo_mcp.client import auth

        if self.auth is None:
            raise ConfigError("The instance has no auth.", "Add [instances.NAME.auth] with token = …")
        if self.auth.kind == "client-credentials":
            return auth.ClientCredentials(self.auth.secret("client_id"), self.auth.secret("client_secret"))
        if self.auth.kind == "app-session":
            return auth.AppSession(self.auth.secret("session"))
        return auth.DeveloperToken(self.auth.secret("token"))


def revealed(written: str) -> str:
    """The secret that a configuration value stands for. Raises ConfigError, never with the secret in it."""
    if written.startswith("file:"):
        return _from_file(Path(written.removeprefix("file:")))
    if written.startswith("keyring:"):
        return _from_keyring(written.removeprefix("keyring:"))
    return written


def _from_file(path: Path) -> str:
    try:
        known = path.expanduser()
        if not known.is_file() or known.stat().st_size > _LARGEST_SECRET:
            raise ConfigError(f"The secret in {path} is not in a small regular file.", "Check the path.")
        secret = known.read_text(encoding="utf-8").strip()
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"The secret in {path} cannot be read: {type(error).__name__}.", "Check the path.") from None
    if not secret:
        raise ConfigError(f"The file {path} is empty.", "Write the secret into it, and nothing else.")
    return secret


def _from_keyring(name: str) -> str:
    try:
        import keyring
    except ModuleNotFoundError:
        raise ConfigError(
            "keyring: needs the keyring library.", "Install it: pip install 'domo-mcp[keyring]'"
        ) from None
    try:
        secret: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except Exception as error:  # noqa: BLE001 - a backend is anybody's code, and its message may hold the secret
        raise ConfigError(
            f"The system's keyring does not answer: {type(error).__name__}.", "Use file: or ${VAR}."
        ) from None
    if not secret:
        raise ConfigError(
            f"The keyring has no {name} for the service {KEYRING_SERVICE}.",
            f"Store it: keyring set {KEYRING_SERVICE} {name}",
        )
    return secret
