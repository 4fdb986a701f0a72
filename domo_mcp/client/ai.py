"""Domo's AI services. Each call costs credits, so none is repeated unless Domo surely did not act on it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from domo_mcp.client.places import Place
from domo_mcp.client.places import ai as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Many, Shape
from domo_mcp.client.surface import Surface
from domo_mcp.errors import CannotAnswer
from domo_mcp.untrusted import foreign

_LONGEST_EXCUSE = 1000
_TAGGED = re.compile(r"<sql>(.*?)(?:</sql>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```[a-z]*[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_ANSWERED = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"--([^\n]*)|#([^\n]*)|/\*(.*?)\*/", re.DOTALL)
_EXCUSED = re.compile(r"\s*cannot answer\s*:", re.IGNORECASE)
_EXCUSE = re.compile(r"^\s*cannot answer\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class SourceColumn:
    """A column as the model sees it; `type` in Domo's words: STRING, LONG, DECIMAL, DOUBLE, DATE, DATETIME."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class SourceSchema:
    """A table as the model sees it. The SQL that comes back has `name` in its FROM."""

    name: str
    columns: Sequence[SourceColumn]
    description: str = ""


@dataclass(frozen=True)
class Image:
    """A picture; `media_type` such as image/png. Domo may refuse HEIC and HEIF (App-Framework document)."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class AiAnswer:
    """What the model wrote, and which model it was, where Domo says so."""

    output: str
    model_id: str | None


class _Choice(Shape):
    output: str | None = None


class _Generated(Shape):
    """Both answers in the wild: `output` (portal, AI-Services) and `choices` (App-Framework document, AI)."""

    output: str | None = None
    choices: Many[_Choice] = ()
    model_id: str | None = None

    def answer(self) -> AiAnswer:
        texts = (self.output, *(choice.output for choice in self.choices))
        return AiAnswer(next((text for text in texts if text and text.strip()), ""), self.model_id)


class Ai:
    """AI services of one instance. Every method raises `DomoError`."""

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def text_to_sql(
        self,
        question: str,
        schemas: Sequence[SourceSchema],
        *,
        model: str | None = None,
        today: date | None = None,
    ) -> AiAnswer:
        """Return one statement, unchecked, for `question`; `today` is the day that "last month" counts from.

        Source: App-Framework document, Text-to-SQL. Raises `CannotAnswer` with the model's reason where it gives none.
        """
        body = _body(
            input=question,
            dataSourceSchemas=[_described(schema) for schema in schemas],
            model=model,
            parameters={"today": today.isoformat()} if today else None,
        )
        answer = await self._ask(places.TEXT_TO_SQL, body)
        return AiAnswer(statement(answer.output), answer.model_id)

    async def text_generation(
        self,
        prompt: str,
        *,
        system: str | None = None,
        template: str | None = None,
        parameters: Mapping[str, str] | None = None,
        model: str | None = None,
    ) -> AiAnswer:
        """Return the model's text; `${input}` in `template` stands for the prompt, other names for `parameters`.

        Source: App-Framework document, Text Generation. Raises `CannotAnswer` where the text is empty.
        """
        body = _body(
            input=prompt,
            system=system,
            promptTemplate={"template": template} if template else None,
            parameters=dict(parameters) if parameters else None,
            model=model,
        )
        return _not_empty(await self._ask(places.TEXT_GENERATION, body))

    async def image_to_text(
        self, prompt: str, image: Image, *, system: str | None = None, model: str | None = None
    ) -> AiAnswer:
        """Return what the model reads in the image; where it wrote `<answer>` tags, what stands in the last.

        Source: App-Framework document, Image-to-Text. Raises `CannotAnswer` where the text is empty.
        """
        body = _body(
            input=prompt,
            image={"mediaType": image.media_type, "type": "base64", "data": base64.b64encode(image.data).decode()},
            system=system,
            model=model,
        )
        answer = await self._ask(places.IMAGE_TO_TEXT, body)
        tagged = _ANSWERED.findall(answer.output)
        return _not_empty(replace(answer, output=(tagged[-1] if tagged else answer.output).strip()))

    async def _ask(self, place: Place, body: Mapping[str, object]) -> AiAnswer:
        generated = await self._session.read("POST", self._surface.at(place), _Generated, json=body, effect="ai")
        return generated.answer()


def statement(output: str) -> str:
    """Return the SQL in a model's answer without tags and fences. Raises `CannotAnswer` where there is none."""
    text = output
    for wrapping in (_TAGGED, _FENCED):
        if found := wrapping.search(text):
            text = found.group(1)
    text = text.strip()
    if _COMMENT.sub("", text).strip(" \t\r\n;"):
        return text
    reason = " ".join(part.strip() for match in _COMMENT.findall(text) for part in match if part.strip())
    excuse = _EXCUSE.sub("", reason)
    raise CannotAnswer(
        foreign(excuse, _LONGEST_EXCUSE) if excuse else "The AI service wrote no SQL for this question.",
        "Ask in other words, name another dataset, or write the SQL yourself.",
    )


def _not_empty(answer: AiAnswer) -> AiAnswer:
    if not answer.output:
        raise CannotAnswer("The AI service gave an empty answer.", "Ask in other words.")
    if excuse := _EXCUSED.match(answer.output):
        why = answer.output[excuse.end() :].strip()
        end = "." if why and why[-1] not in ".!?…" else ""
        raise CannotAnswer(f"{why}{end}", "Ask in other words, or for something else.")
    return answer


def _described(schema: SourceSchema) -> dict[str, object]:
    columns = [{"name": c.name, "type": c.type, "description": c.description} for c in schema.columns]
    return {"dataSourceName": schema.name, "description": schema.description, "columns": columns}


def _body(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
