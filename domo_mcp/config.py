"""The configuration: one model composed of the settings that each package defines, read from TOML and environment."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.errors import ConfigError
from domo_mcp.guard.audit import AuditSettings
from domo_mcp.guard.journal import JournalSettings
from domo_mcp.guard.policy import ColumnSettings, Kind, PolicySettings
from domo_mcp.instances import AliasSettings, AuthSettings, InstanceSettings
from domo_mcp.state import StateSettings
from domo_mcp.tools.ai import AiSettings
from domo_mcp.tools.local.folders import FilesSettings
from domo_mcp.tools.results import ResultSettings

_ENVIRONMENT = ("DOMO_HOST", "DOMO_DEVELOPER_TOKEN", "DOMO_MCP_CONFIG", "DOMO_MCP_LOG")
_LEAST_SECRET = 8  # tokens and client ids of Domo have 30 and more
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PATHS = (
    ("catalog", "notes"),
    ("files", "roots"),
    ("files", "exports"),
    ("audit", "file"),
    ("sandbox", "data"),
    ("sandbox", "faults"),
)
"""The keys that name files or folders; beside them secrets may, as file:PATH. `state.url` is absolute, or no path."""


class Settings(BaseModel):
    """Base of every table: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")


class LimitSettings(Settings):
    """`[limits]`: per instance."""

    concurrency: int = Field(8, ge=1, le=100)
    per_minute: int = Field(120, ge=1)
    ai_calls_per_hour: int = Field(60, ge=1)
    timeout_s: float = Field(30, gt=0)
    call_timeout_s: float = Field(50, gt=0)


class ToolSettings(Settings):
    """`[tools]`: which toolsets exist."""

    toolsets: list[str] = ["default"]


class SandboxSettings(Settings):
    """`[sandbox]`: where its state is kept, which AI endpoint it uses, and a file that says what goes wrong in it.

    Empty: in memory, its own rules, nothing.
    """

    data: str = ""
    faults: str = ""
    ai_url: str = ""
    ai_model: str = ""
    ai_key: SecretStr = SecretStr("")

    def folder(self) -> Path | None:
        """Where the state is kept, None for memory."""
        return Path(self.data).expanduser() if self.data else None


class ServerSettings(Settings):
    """`[server]`: where streamable HTTP listens."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    allowed_hosts: list[str] = []
    allowed_origins: list[str] = []


class ConfiguredInstance(InstanceSettings):
    """`[instances.NAME]` with a policy of its own: its keys stand in place of the general ones."""

    policy: PolicySettings | None = None


class Config(Settings):
    """Everything that can be configured. config.example.toml shows each key with its default."""

    default_instance: str = ""
    instances: dict[str, ConfiguredInstance] = {}
    policy: PolicySettings = PolicySettings()
    tools: ToolSettings = ToolSettings()
    results: ResultSettings = ResultSettings()
    ai: AiSettings = AiSettings()
    catalog: CatalogSettings = CatalogSettings()
    files: FilesSettings = FilesSettings()
    limits: LimitSettings = LimitSettings()
    journal: JournalSettings = JournalSettings()
    audit: AuditSettings = AuditSettings()
    state: StateSettings = StateSettings()
    sandbox: SandboxSettings = SandboxSettings()
    server: ServerSettings = ServerSettings()

    def policy_of(self, name: str) -> PolicySettings:
        """What holds on one instance."""
        own = self.instances[name].policy
        return self.policy.overlaid(own.model_dump(exclude_unset=True)) if own else self.policy

    def secrets(self) -> Iterator[str]:
        """Every secret in it, for whoever has to keep them out of sight.

        Raises ConfigError for one so short that it is a mistake: to hide it would take common words out of every text.
        """
        for key, secret in self._secrets_by_key():
            if 0 < len(secret) < _LEAST_SECRET:
                raise ConfigError(
                    f"{key} is shorter than {_LEAST_SECRET} characters, too short for a secret.",
                    "Copy the whole of it into the configuration, or into DOMO_DEVELOPER_TOKEN.",
                )
            yield secret

    def _secrets_by_key(self) -> Iterator[tuple[str, str]]:
        for name, instance in self.instances.items():
            for key, secret in (instance.auth.secrets() if instance.auth else {}).items():
                yield f"instances.{name}.auth.{key}", secret
        ai_key = self.sandbox.ai_key.get_secret_value().strip()
        if len(ai_key) >= _LEAST_SECRET:  # a shorter one is a placeholder: models on one's own machine take any
            yield "sandbox.ai_key", ai_key
        self.state.signing_key()  # has a message of its own where the key is too short
        yield from (("The password in state.url", secret) for secret in self.state.secrets())


def load(
    file: Path | None = None,
    *,
    sandbox: bool = False,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """The configuration from `file` (or DOMO_MCP_CONFIG), the environment and the command line's `overrides`.

    `sandbox` puts the embedded sandbox in place of the instances. Raises ConfigError that says what to set.
    """
    path = file or (Path(environment["DOMO_MCP_CONFIG"]) if environment.get("DOMO_MCP_CONFIG") else None)
    text, tables = _read(path)
    _check_environment(environment, text)
    tables = _placed(_expanded(tables, environment), path)
    if sandbox:
        tables["instances"] = {"sandbox": {"kind": "sandbox"}}
        tables["default_instance"] = "sandbox"
        tables = _overlaid({"policy": {"access": "full"}}, tables)
    elif not tables.get("instances"):
        _validated(tables)  # a misspelt [instance.acme] is named rather than missed
        tables["instances"] = _from_environment(environment, path)
    config = _validated(_overlaid(tables, overrides or {}))
    _check_instances(config)
    return config


def _overlaid(tables: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`tables` with the keys of `over`, table by table."""
    merged = dict(tables)
    for name, values in over.items():
        both = isinstance(values, Mapping) and isinstance(merged.get(name), Mapping)
        merged[name] = {**merged[name], **values} if both else values
    return merged


def _read(path: Path | None) -> tuple[str, dict[str, Any]]:
    if path is None:
        return "", {}
    try:
        text = path.expanduser().read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"The configuration file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"The configuration file {path} is not TOML: {error}.") from None


def _check_environment(environment: Mapping[str, str], text: str) -> None:
    """A variable that looks like ours and is not: a typo would otherwise be silence."""
    known = {*_ENVIRONMENT, *_VARIABLE.findall(text)}
    for name in environment:
        if name.startswith("DOMO_") and name not in known:
            near = difflib.get_close_matches(name, _ENVIRONMENT, n=1, cutoff=0.3)
            meant = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(_ENVIRONMENT)}."
            raise ConfigError(f"The environment variable {name} is not one of this server.", meant)


def _expanded(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _expanded(part, environment) for key, part in value.items()}
    if isinstance(value, list):
        return [_expanded(part, environment) for part in value]
    if not isinstance(value, str):
        return value

    def variable(match: re.Match[str]) -> str:
        name = match.group(1)
        if not environment.get(name):
            raise ConfigError(f"The configuration uses ${{{name}}}, which is not set.", f"Set {name} and start again.")
        return environment[name]

    return _VARIABLE.sub(variable, value)


def _placed(tables: dict[str, Any], file: Path | None) -> dict[str, Any]:
    """`tables` with paths that are relative taken from the folder of `file`: a client starts servers anywhere."""
    if file is None:
        return tables
    folder = file.expanduser().absolute().parent
    for table, key in _PATHS:
        given = tables.get(table)
        if isinstance(given, dict) and key in given:
            given[key] = _below(folder, given[key])
    for instance in _dicts(tables.get("instances")):
        auth = instance.get("auth")
        if isinstance(auth, dict):
            instance["auth"] = {key: _secret_below(folder, secret) for key, secret in auth.items()}
    return tables


def _dicts(table: Any) -> list[dict[str, Any]]:
    return [part for part in table.values() if isinstance(part, dict)] if isinstance(table, dict) else []


def _below(folder: Path, given: Any) -> Any:
    """A path from `folder`, unless it is whole, begins at a home (~) or is empty: then, as what is none, as it is."""
    if isinstance(given, list):
        return [_below(folder, part) for part in given]
    return str(folder / given) if isinstance(given, str) and given and not given.startswith("~") else given


def _secret_below(folder: Path, secret: Any) -> Any:
    in_file = isinstance(secret, str) and secret.startswith("file:")
    return f"file:{_below(folder, secret.removeprefix('file:'))}" if in_file else secret


def _from_environment(environment: Mapping[str, str], path: Path | None) -> dict[str, Any]:
    host, token = environment.get("DOMO_HOST", ""), environment.get("DOMO_DEVELOPER_TOKEN", "")
    if not host and not token:
        raise ConfigError(
            f"{path} has no [instances.NAME] table." if path else "No Domo instance is configured.",
            "Set DOMO_HOST (acme.domo.com) and DOMO_DEVELOPER_TOKEN, or --config FILE.\n"
            "A token comes from Domo: Admin > Authentication > Access tokens.\n"
            "To try without an account: add --sandbox.",
        )
    if not host or not token:
        missing, there = ("DOMO_HOST", "DOMO_DEVELOPER_TOKEN") if not host else ("DOMO_DEVELOPER_TOKEN", "DOMO_HOST")
        raise ConfigError(f"{there} is set, {missing} is not.", f"Set {missing} too.")
    named = re.fullmatch(r"(?:https?://)?([\w-]+)\.domo\.com/?", host)
    name = named.group(1) if named else "domo"
    return {name: {"host": host, "auth": {"token": token}}}


def _validated(tables: Mapping[str, Any]) -> Config:
    try:
        return Config.model_validate(tables)
    except ValidationError as error:
        faults = [_fault(dict(fault)) for fault in error.errors(include_url=False, include_input=False)]
        raise ConfigError(" ".join(faults)) from None


def _fault(fault: Mapping[str, Any]) -> str:
    place = [str(part) for part in fault["loc"]]
    if place[-1:] == ["[key]"]:  # of a table that has one for each kind of thing
        place, keys = place[:-1], list(get_args(Kind))
    elif fault["type"] == "extra_forbidden":
        keys = _keys(place[:-1])
    else:
        return f"{'.'.join(place)}: {fault['msg'].removeprefix('Value error, ')}."
    near = difflib.get_close_matches(place[-1], keys, n=1, cutoff=0.6)
    meant = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(keys)}."
    return f"There is no configuration key {'.'.join(place)}. {meant}"


def _keys(place: list[str]) -> list[str]:
    """The keys of the table at `place`."""
    model: type[BaseModel] = Config
    for part in place:
        if model is Config and part == "instances":
            model = ConfiguredInstance
        elif part in model.model_fields:
            annotation = model.model_fields[part].annotation
            model = next((known for known in _TABLES if annotation in {known, known | None}), model)
    return list(model.model_fields)


_TABLES: tuple[type[BaseModel], ...] = (
    AuthSettings,
    AliasSettings,
    PolicySettings,
    ColumnSettings,
    ToolSettings,
    ResultSettings,
    AiSettings,
    CatalogSettings,
    FilesSettings,
    LimitSettings,
    JournalSettings,
    AuditSettings,
    StateSettings,
    SandboxSettings,
    ServerSettings,
)


def _check_instances(config: Config) -> None:
    for name, instance in config.instances.items():
        instance.check(name)
    if config.default_instance and config.default_instance not in config.instances:
        raise ConfigError(
            f"default_instance {config.default_instance!r} is not configured.",
            f"Configured: {', '.join(config.instances)}.",
        )
