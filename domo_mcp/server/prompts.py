"""prompts/*.md as MCP prompts: TOML front matter between +++ lines, then the text with {argument} places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from pydantic import BaseModel, ConfigDict

from domo_mcp.app import App
from domo_mcp.errors import ConfigError
from domo_mcp.shipped import shipped

INSTANCE = "domo_instance"
Kind = Literal["dataset", "collection", "fileset", "workflow"]

_WORD = re.compile(r"\w+")
_PLACE = re.compile(r"\{(\w+)\}")


class Argument(BaseModel):
    """One argument; `names` says what its values are names of, for completions."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    required: bool = True
    names: Kind | None = None


class Shipped(BaseModel):
    """A prompt that comes with the package."""

    model_config = ConfigDict(extra="forbid", ignored_types=(cached_property,))

    name: str
    title: str
    description: str
    arguments: list[Argument] = []
    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of its text: the names of tools are among them."""
        return frozenset(_WORD.findall(self.text))

    def prompt(self, instances: Sequence[str]) -> Prompt:
        """It as the SDK's server lists it; where there are several instances it takes the one that it is about."""
        wanted = [PromptArgument(**entry.model_dump(exclude={"names"})) for entry in self.arguments]
        if len(instances) > 1:
            about = f"Which Domo instance: {', '.join(instances)}; left out: {instances[0]}."
            wanted.append(PromptArgument(name=INSTANCE, description=about, required=False))
        return Prompt(
            name=self.name,
            title=self.title,
            description=self.description,
            arguments=wanted,
            context_kwarg=None,
            fn=partial(_fill, self.text),
        )


def shipped_prompts() -> Iterator[Shipped]:
    """The prompts that come with the package."""
    for path in sorted(shipped("prompts").glob("*.md")):
        yield _read(path)


def prompts_of(app: App) -> list[Shipped]:
    """Those whose every tool the server of `app` lists: instructions with a missing step would mislead."""
    return [prompt for prompt in shipped_prompts() if not prompt.words & app.unlisted]


def _read(path: Path) -> Shipped:
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3:
        raise ConfigError(f"The prompt {path.name} has no front matter between +++ lines.")
    return Shipped.model_validate({**tomllib.loads(parts[1]), "text": parts[2].strip()})


def _fill(text: str, **values: str) -> str:
    instance = values.pop(INSTANCE, "")
    filled = _PLACE.sub(lambda place: values.get(place[1], "not given"), text)
    return f'{filled}\n\nUse {INSTANCE} "{instance}" in every call.' if instance else filled
