"""Who chooses: a sheet of answers that was filled in elsewhere, or a model behind a URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import BaseModel, TypeAdapter

from benchmarks.tool_choice.prompts import Prompt
from benchmarks.tool_choice.scoring import Answers
from benchmarks.tool_choice.shown import Server

_TIMEOUT_S = 120


def filled_in(file: Path) -> Answers:
    """The answers of a sheet; raises ValueError where the file is something else, OSError where it is not there."""
    return TypeAdapter(dict[str, str]).validate_json(file.read_bytes())


class _Function(BaseModel):
    name: str


class _Call(BaseModel):
    function: _Function


class _Message(BaseModel):
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice]


@dataclass(frozen=True)
class Model:
    """A model of an OpenAI-compatible endpoint that calls tools. `url` ends before `/chat/completions`."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    tool_choice: str = "required"
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)

    async def choose(self, server: Server, prompts: list[Prompt]) -> Answers:
        """What it calls first for each prompt, each in a request of its own; raises httpx.HTTPError, ValueError."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=headers, transport=self.transport) as http:
            return {prompt.id: await self._first(http, server, prompt.prompt) for prompt in prompts}

    async def _first(self, http: httpx.AsyncClient, server: Server, prompt: str) -> str:
        url = f"{self.url.rstrip('/')}/chat/completions"
        response = (await http.post(url, json=self._asked(server, prompt))).raise_for_status()
        completion = _Completion.model_validate_json(response.content)
        calls = completion.choices[0].message.tool_calls if completion.choices else None
        return calls[0].function.name if calls else ""

    def _asked(self, server: Server, prompt: str) -> Mapping[str, object]:
        functions = [
            {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
            for tool in server.tools
        ]
        return {
            "model": self.name,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": server.instructions},
                {"role": "user", "content": prompt},
            ],
            "tools": [{"type": "function", "function": function} for function in functions],
            "tool_choice": self.tool_choice,
        }
