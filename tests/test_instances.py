"""The instances that are configured: surfaces, ways to sign in, where secrets are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest

from domo_mcp.client.auth import AppSession, ClientCredentials, DeveloperToken
from domo_mcp.config import load
from domo_mcp.errors import ConfigError
from domo_mcp.instances import InstanceSettings, revealed

SECRET = "very-s3cret"


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, kept: dict[tuple[str, str], str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        if username == "broken":
            raise RuntimeError(SECRET)
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    mine = Ring({("domo-mcp", "acme"): SECRET})
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    assert revealed(f"file:{tmp_path / 'token'}") == SECRET


def test_a_secret_comes_from_the_keyring(ring: Ring) -> None:
    assert revealed("keyring:acme") == SECRET


@pytest.mark.parametrize(
    "written",
    ["file:/no/such/file", "file:/dev/zero", "file:~nobody-here/x", "file:a\0b", "keyring:nobody", "keyring:broken"],
)
def test_a_secret_that_is_not_there_is_told(ring: Ring, written: str) -> None:
    with pytest.raises(ConfigError) as error:
        revealed(written)
    assert SECRET not in str(error.value)


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is empty"):
        revealed(f"file:{tmp_path / 'token'}")


@pytest.mark.parametrize(
    ("settings", "kind", "origin"),
    [
        ({"host": "acme.domo.com", "auth": {"token": SECRET}}, DeveloperToken, "https://acme.domo.com"),
        (
            {"auth": {"kind": "client-credentials", "client_id": "a", "client_secret": SECRET}},
            ClientCredentials,
            "https://api.domo.com",
        ),
        (
            {
                "url": "https://x.domoapps.prod1.domo.com",
                "surface": "app",
                "auth": {"kind": "app-session", "session": SECRET},
            },
            AppSession,
            "https://x.domoapps.prod1.domo.com",
        ),
    ],
)
def test_each_way_to_sign_in_has_its_place(settings: dict[str, object], kind: type, origin: str) -> None:
    instance = InstanceSettings.model_validate(settings)
    instance.check("acme")
    assert isinstance(instance.sign_in(), kind)
    assert instance.origin() == origin
    assert SECRET not in repr(instance) + repr(instance.sign_in())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('auth = { kind = "client-credentials", client_id = "a" }', "lacks client_secret"),
        ('surface = "app"\nauth = { token = "t" }', "do not go together"),
        ('auth = { kind = "app-session", session = "s" }', "do not go together"),
        ('surface = "app"\nauth = { kind = "app-session" }', "lacks session"),
        ('auth = { kind = "password", token = "t" }', "auth.kind"),
        ("aliases = { dataset = [] }\nauth = { token = 't' }", "Did you mean datasets?"),
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "domo.toml"
    file.write_text(f'[instances.acme]\nurl = "https://acme.domo.com"\n{text}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(file, environment={})
    assert says in str(error.value)
