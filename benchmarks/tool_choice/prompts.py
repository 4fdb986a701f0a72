"""The prompts, each with the tools that are right as the first call."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Prompt(BaseModel):
    """What somebody asks; `pair` names the tools that it tests against each other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    prompt: str
    right: tuple[str, ...] = Field(min_length=1)
    pair: str


def read() -> list[Prompt]:
    """All prompts."""
    with (Path(__file__).parent / "prompts.toml").open("rb") as file:
        return TypeAdapter(list[Prompt]).validate_python(tomllib.load(file)["prompts"])


def faults(prompts: Sequence[Prompt], tools: Collection[str]) -> list[str]:
    """What is wrong with the prompts themselves: ids that occur twice, tools that do not exist."""
    ids = [prompt.id for prompt in prompts]
    twice = [f"{each}: occurs more than once" for each in sorted({one for one in ids if ids.count(one) > 1})]
    named = [(prompt.id, name) for prompt in prompts for name in (*prompt.right, *prompt.pair.split(" / "))]
    return twice + [f"{each}: there is no tool {name}" for each, name in named if name not in tools]
