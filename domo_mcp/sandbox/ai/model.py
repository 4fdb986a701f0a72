"""A language model behind an OpenAI-compatible URL, such as Ollama, vLLM or llama.cpp serve."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ValidationError

_TIMEOUT = httpx.Timeout(120, connect=5)


class ModelFailed(Exception):
    """The model did not answer; the message says how, without the model's own words."""


@dataclass(frozen=True)
class AiSettings:
    """Where the model is. `url` ends before `/chat/completions`; `transport` replaces the network."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice]


async def complete(settings: AiSettings, system: str, prompt: str, *, image_url: str | None = None) -> str:
    """Ask the model once; raises ModelFailed when it cannot be reached, refuses, or answers in another shape.

    `image_url` is a picture to look at, as a data URI.
    """
    messages: list[object] = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": _seen(prompt, image_url) if image_url else prompt})
    body = {"model": settings.model, "temperature": 0, "messages": messages}
    headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, transport=settings.transport) as http:
            response = await http.post(f"{settings.url.rstrip('/')}/chat/completions", json=body, headers=headers)
            response.raise_for_status()
            return _Completion.model_validate_json(response.content).choices[0].message.content
    except httpx.HTTPStatusError as error:
        raise ModelFailed(f"The model answered with status {error.response.status_code}.") from None
    except httpx.HTTPError as error:
        raise ModelFailed(f"The model could not be reached ({type(error).__name__}).") from None
    except (ValidationError, IndexError):
        raise ModelFailed("The model's answer is not a chat completion.") from None


def _seen(prompt: str, image_url: str) -> list[object]:
    return [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": image_url}}]
