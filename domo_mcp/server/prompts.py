"""prompts/*.md as MCP prompts: TOML front matter between +++ lines, then the text with {argument} places."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from pydantic import BaseModel, ConfigDict

from domo_mcp.errors import ConfigError
from domo_mcp.shipped import shipped


class _Argument(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    required: bool = True


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    description: str
    arguments: list[_Argument] = []


def shipped_prompts() -> Iterator[Prompt]:
    """The prompts that come with the package."""
    for path in sorted(shipped("prompts").glob("*.md")):
        yield _prompt(path)


def _prompt(path: Path) -> Prompt:
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3:
        raise ConfigError(f"The prompt {path.name} has no front matter between +++ lines.")
    matter = _FrontMatter.model_validate(tomllib.loads(parts[1]))
    return Prompt(
        name=matter.name,
        title=matter.title,
        description=matter.description,
        arguments=[PromptArgument(**argument.model_dump()) for argument in matter.arguments],
        context_kwarg=None,
        fn=partial(_fill, parts[2].strip(), tuple(argument.name for argument in matter.arguments)),
    )


def _fill(text: str, names: tuple[str, ...], **values: str) -> str:
    for name in names:
        text = text.replace(f"{{{name}}}", values.get(name, ""))
    return text
