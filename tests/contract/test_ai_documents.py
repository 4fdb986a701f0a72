"""The examples of Domo's AI Service Layer document: what our client sends, and what it makes of the printed answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domo_mcp.client.ai import Image, SourceColumn, SourceSchema
from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.domo import Domo

MODEL = "8dc5737d-0bc8-425b-ad0d-5d6ec1a99e72"
CHAT = "domo.domo_ai.domogpt-chat-medium-v1.1:anthropic"
Where = Literal["product", "app"]
ROOT: dict[Where, str] = {"product": "/api/ai/v1", "app": "/domo/ai/v1"}


class Printed:
    """A Domo that notes what comes and answers what the document prints."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.path = ""
        self.body: dict[str, Any] = {}
        self.content_type = ""

    async def answered(self, request: Request) -> Response:
        self.path = request.url.path
        self.content_type = request.headers["content-type"]
        self.body = json.loads(await request.body())
        return JSONResponse(self.answer)


@asynccontextmanager
async def domo(surface: Where, printed: Printed) -> AsyncIterator[Domo]:
    app = Starlette(routes=[Route("/{path:path}", printed.answered, methods=["POST"])])
    sign_in = AppSession("session") if surface == "app" else DeveloperToken("token")
    async with Domo.connect("acme", "https://acme.invalid", sign_in, surface=surface, app=app) as connected:
        yield connected


def choices(prompt: str, output: str, model: str, *, customer: bool) -> dict[str, Any]:
    return {"prompt": prompt, "choices": [{"output": output}], "modelId": model, "isCustomerModel": customer}


@pytest.mark.parametrize("surface", ["product", "app"])
async def test_text_generation(surface: Where) -> None:
    output = "The 2021 Super Bowl, also known as Super Bowl LV, took place on February 7, 2021 and James Stadium ..."
    printed = Printed(choices("Recap the 2021 superbowl", output, MODEL, customer=True))
    async with domo(surface, printed) as connected:
        answer = await connected.ai.text_generation(
            "Recap the 2021 superbowl",
            template="${input}. You are a helpful assistant that gives answers in ${max_words} words or less",
            parameters={"max_words": "30"},
            model=MODEL,
        )
    assert printed.path == f"{ROOT[surface]}/text/generation"
    assert printed.content_type == "application/json"
    assert printed.body == {
        "input": "Recap the 2021 superbowl",
        "promptTemplate": {
            "template": "${input}. You are a helpful assistant that gives answers in ${max_words} words or less"
        },
        "parameters": {"max_words": "30"},
        "model": MODEL,
    }
    assert (answer.output, answer.model_id) == (output, MODEL)


@pytest.mark.parametrize("surface", ["product", "app"])
async def test_text_generation_takes_a_prompt_alone(surface: Where) -> None:
    printed = Printed({"output": "Why did the data cross the road?", "modelId": "m"})
    async with domo(surface, printed) as connected:
        answer = await connected.ai.text_generation("Tell me a joke about data.")
    assert printed.body == {"input": "Tell me a joke about data."}
    assert answer.output == "Why did the data cross the road?"


@pytest.mark.parametrize("surface", ["product", "app"])
async def test_text_to_sql(surface: Where) -> None:
    sql = (
        "SELECT County, Party, SUM(`Total Votes`) AS TotalVotes FROM `Voter Registration` "
        "WHERE State = 'Utah' GROUP BY County, Party"
    )
    printed = Printed(choices("You are a helpful assistant …", sql, MODEL, customer=True))
    schema = SourceSchema("Sales", (SourceColumn("Date", "date"), SourceColumn("Sales", "number")), "Sales Data")
    async with domo(surface, printed) as connected:
        answer = await connected.ai.text_to_sql("Create a sql query to show me total sales.", [schema], model=MODEL)
    assert printed.path == f"{ROOT[surface]}/text/sql"
    assert printed.body == {
        "input": "Create a sql query to show me total sales.",
        "model": MODEL,
        "dataSourceSchemas": [
            {
                "dataSourceName": "Sales",
                "description": "Sales Data",
                "columns": [
                    {"name": "Date", "type": "date", "description": ""},
                    {"name": "Sales", "type": "number", "description": ""},
                ],
            }
        ],
    }
    assert (answer.output, answer.model_id) == (sql, MODEL)


@pytest.mark.parametrize("surface", ["product", "app"])
async def test_image_to_text(surface: Where) -> None:
    prompt = "return the text in the image, ensuring new lines are preserved"
    printed = Printed(choices(prompt, "I see it.\n<answer>\nHello World\n</answer>", CHAT, customer=False))
    async with domo(surface, printed) as connected:
        answer = await connected.ai.image_to_text(
            prompt, Image("image/png", b"\x89PNG"), system="You are an AI assistant tasked with OCR.", model=CHAT
        )
    assert printed.path == f"{ROOT[surface]}/image/text"
    assert printed.body == {
        "input": prompt,
        "image": {"mediaType": "image/png", "type": "base64", "data": "iVBORw=="},
        "model": CHAT,
        "system": "You are an AI assistant tasked with OCR.",
    }
    assert (answer.output, answer.model_id) == ("Hello World", CHAT)
