"""What a configuration of the state may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from domo_mcp.errors import ConfigError
from domo_mcp.state import StateSettings

LONG = SecretStr("k" * 40)


def test_the_file_is_in_the_users_state_folder_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    assert StateSettings().file().name == "state.db"
    assert StateSettings().file().parent.name == "domo-mcp"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/srv/domo/state.db", Path("/srv/domo/state.db")),
        ("sqlite:///srv/domo/state.db", Path("/srv/domo/state.db")),
        ("sqlite:///~/state.db", Path.home() / "state.db"),
        ("~/state.db", Path.home() / "state.db"),
    ],
)
def test_a_file_is_named_by_its_path_or_a_url(url: str, path: Path) -> None:
    assert StateSettings(url=url).file() == path


@pytest.mark.parametrize("url", ["state.db", "sqlite://state.db", "mysql://root@db/domo", "~nobody-of-that-name/x"])
def test_a_text_that_names_no_place_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"state\.url"):
        StateSettings(url=url).check()


def test_postgresql_needs_a_key_and_the_error_says_how_to_make_one() -> None:
    with pytest.raises(ConfigError, match="token_urlsafe"):
        StateSettings(url="postgresql://db/domo").check()
    StateSettings(url="postgresql://db/domo", key=LONG).check()


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ConfigError, match="shorter than 32"):
        StateSettings(key=SecretStr("secret")).check()


def test_the_key_is_32_bytes_and_the_same_for_the_same_text() -> None:
    key = StateSettings(key=LONG).signing_key()
    assert key is not None
    assert len(key) == 32
    assert key == StateSettings(key=SecretStr(f" {LONG.get_secret_value()}\n")).signing_key()
    assert StateSettings().signing_key() is None


def test_the_password_in_a_url_is_a_secret_like_the_key() -> None:
    secrets = set(StateSettings(url="postgresql://app:p%40ss:w@db:5432/domo?sslmode=require", key=LONG).secrets())
    assert secrets == {LONG.get_secret_value(), "p%40ss:w", "p@ss:w"}
    assert set(StateSettings(url="postgresql://app@db/domo").secrets()) == {""}
