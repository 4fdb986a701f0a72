"""Configuration: what works, and what each mistake is told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from domo_mcp.catalog.notes import Notes
from domo_mcp.config import Config, load
from domo_mcp.errors import ConfigError
from domo_mcp.shipped import shipped

TOKEN = "s3cret-token"
ACME = {"DOMO_HOST": "acme.domo.com", "DOMO_DEVELOPER_TOKEN": TOKEN}


def written(folder: Path, text: str) -> Path:
    path = folder / "domo.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_host_and_token_alone_are_a_working_configuration() -> None:
    config = load(environment=ACME)
    assert list(config.instances) == ["acme"]
    assert config.instances["acme"].origin() == "https://acme.domo.com"
    assert list(filter(None, config.secrets())) == [TOKEN]
    assert config.policy.access == "read"


def test_the_sandbox_replaces_every_instance_and_may_be_changed_freely() -> None:
    config = load(sandbox=True, environment=ACME)
    assert list(config.instances) == ["sandbox"]
    assert config.policy.access == "full"


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[instances.a]\nkind = "sandbox"\n[policy]\naccess = "write"\n[results]\nmax_rows = 5')
    config = load(file, overrides={"policy": {"access": "read"}}, environment={})
    assert (config.policy.access, config.results.max_rows) == ("read", 5)


def test_variables_are_filled_in_from_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path, '[instances.acme]\nurl = "https://acme.domo.com"\nauth = { token = "${DOMO_ACME}" }')
    config = load(environment={"DOMO_ACME": TOKEN, "DOMO_MCP_CONFIG": str(file)})
    assert TOKEN in config.secrets()


def test_paths_in_a_file_are_from_its_folder_wherever_the_server_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    (tmp_path / "notes.md").write_text("Amounts are in euro.", encoding="utf-8")
    file = written(
        tmp_path,
        '[instances.acme]\nurl = "https://acme.domo.com"\nauth = { token = "file:token" }\n'
        '[catalog]\nnotes = "notes.md"\n[files]\nroots = ["in", "/srv/in"]\nexports = "~/out"\n'
        '[audit]\nfile = "log/audit.jsonl"\n[sandbox]\ndata = "data"\nfaults = ""\n',
    )
    config = load(Path("..") / file.name, environment={}, overrides={"sandbox": {"faults": "bad.toml"}})
    assert Notes.read(config.catalog.notes).text == "Amounts are in euro."
    assert TOKEN in config.secrets()
    assert [root.resolve() for root in config.files.roots] == [tmp_path / "in", Path("/srv/in")]
    assert config.files.exports == "~/out"
    assert config.audit.path().resolve() == tmp_path / "log/audit.jsonl"
    assert (config.sandbox.folder() or Path()).resolve() == tmp_path / "data"
    assert config.sandbox.faults == "bad.toml"


def test_a_home_stands_for_itself_in_the_path_of_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "notes.md").write_text("Weeks begin on Monday.", encoding="utf-8")
    file = written(tmp_path, '[instances.a]\nkind = "sandbox"\n[catalog]\nnotes = "~/notes.md"\n')
    assert Notes.read(load(file, environment={}).catalog.notes).text == "Weeks begin on Monday."


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, ["No Domo instance", "DOMO_HOST", "Access tokens", "--sandbox"]),
        ({"DOMO_HOST": "acme.domo.com"}, ["DOMO_DEVELOPER_TOKEN is not"]),
        ({"DOMO_DEVELOPER_TOKEN": TOKEN}, ["DOMO_HOST is not"]),
        ({**ACME, "DOMO_TOKEN": TOKEN}, ["DOMO_TOKEN", "Did you mean DOMO_DEVELOPER_TOKEN?"]),
        ({"DOMO_MCP_CONFIG": "/nowhere/x.toml"}, ["/nowhere/x.toml", "No such file"]),
    ],
)
def test_a_wrong_environment_is_told_what_to_set(environment: dict[str, str], says: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        load(environment=environment)
    assert all(part in str(error.value) for part in says), str(error.value)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", ["is not TOML"]),
        ("x = " + "[" * 5000, ["is not TOML"]),
        ("policy = 1", ["policy"]),
        ("[result]\nmax_rows = 1", ["result", "Did you mean results?"]),
        ("[results]\nmax_row = 1", ["results.max_row", "Did you mean max_rows?"]),
        ("[results]\nmax_rows = 0", ["results.max_rows", "greater than or equal to 1"]),
        ('[policy.allow]\ndatasets = ["*"]', ["no configuration key policy.allow.datasets. Did you mean dataset?"]),
        (
            '[policy.deny]\ncollektion = ["*"]',
            ["policy.deny.collektion. Did you mean collection?"],
        ),
        (
            '[instances.x]\nkind = "sandbox"\npolicy.deny = { people = ["*"] }',
            ["key instances.x.policy.deny.people. Known here: dataset, collection, fileset"],
        ),
        ("[policy]\nconfirm_for = []", ["policy.confirm_for: delete cannot be taken off."]),
        ('[policy]\naccess = "all"', ["policy.access", "'read', 'write' or 'full'"]),
        ('[instances.x]\nurl = "https://x.domo.com"', ["instances.x has no auth"]),
        ('[instances.x]\nauth = { token = "t" }', ["instances.x has no url"]),
        (
            '[instances.x]\nkind = "sandbox"\ntokn = "t"',
            ["instances.x.tokn", "Known here: kind, url, host, surface, auth"],
        ),
        ('[instances.x.auth]\ntoken = "${DOMO_NOT_SET}"', ["${DOMO_NOT_SET}", "not set"]),
        ('default_instance = "y"\n[instances.x]\nkind = "sandbox"', ["'y' is not configured", "Configured: x"]),
    ],
)
def test_a_wrong_file_is_told_the_key_and_the_nearest_known_one(tmp_path: Path, text: str, says: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, text), environment=ACME)
    assert all(part in str(error.value) for part in says), str(error.value)


def test_a_rejected_value_is_never_repeated(tmp_path: Path) -> None:
    file = written(tmp_path, f'[instances.x]\nurl = "https://x.domo.com"\nauth = {{ token = ["{TOKEN}"] }}')
    with pytest.raises(ConfigError) as error:
        load(file, environment={})
    assert TOKEN not in str(error.value)


def test_a_file_without_an_instance_is_told_so(tmp_path: Path) -> None:
    file = written(tmp_path, "[results]\nmax_rows = 5")
    with pytest.raises(ConfigError, match=r"has no \[instances.NAME\] table"):
        load(file, environment={})


def test_a_host_of_this_machine_is_reached_without_tls() -> None:
    config = load(environment={"DOMO_HOST": "127.0.0.1:8010", "DOMO_DEVELOPER_TOKEN": TOKEN})
    assert config.instances["domo"].origin() == "http://127.0.0.1:8010"


def test_secrets_are_hidden_as_they_are_sent() -> None:
    assert TOKEN in load(environment={**ACME, "DOMO_DEVELOPER_TOKEN": f" {TOKEN}\n"}).secrets()


def test_the_token_does_not_show_when_the_configuration_is_printed() -> None:
    assert TOKEN not in repr(load(environment=ACME))


def keys(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every key with its value, tables flattened."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= keys(value, f"{prefix}{name}.") if isinstance(value, dict) and value else {f"{prefix}{name}": value}
    return flat


def test_the_example_names_every_key_with_its_default() -> None:
    example = tomllib.loads(shipped("config.example.toml").read_text(encoding="utf-8"))
    defaults = Config().model_dump(mode="json")
    defaults.pop("instances")
    assert keys(example) == keys(defaults)
