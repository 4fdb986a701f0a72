"""Image-to-text over HTTP: both surfaces, both answer shapes, with and without a vision model."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

pytest.importorskip("faster_paddle", reason="the extra `ocr` has no wheel for this platform")
pytest.importorskip("PIL", reason="the extra `ocr` has no wheel for this platform")

from PIL import Image

from domo_mcp.sandbox.ai import AiSettings
from domo_mcp.sandbox.ai.images import MOST_BYTES, wants_text
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from tests.sandbox.ocr.pictures import encoded, lines, sheet

PRODUCT, APP = "/api/ai/v1/image/text", "/domo/ai/v1/image/text"
HELLO = encoded(sheet(300, 130, lines(["Hello World", "Line 2"], size=28)))
# App-Framework APIs, Image-to-Text, Code Example
PROMPT = "return the text in the image, ensuring new lines are preserved"
SYSTEM = (
    "You are an AI assistant tasked with performing Optical Character Recognition (OCR) on an image. … Provide your "
    "final transcription within <answer> tags. For example\n<example>\n<answer>\nHello World\n</answer>\n</example>\n"
)


def body(prompt: str = PROMPT, data: bytes = HELLO, media_type: str = "image/png", **more: object) -> dict[str, Any]:
    image = {"mediaType": media_type, "type": "base64", "data": base64.b64encode(data).decode()}
    return {"input": prompt, "image": image, **more}


def client(app: Starlette, **headers: str) -> httpx.AsyncClient:
    sign_in = headers or {"X-DOMO-Developer-Token": "sandbox-token"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=sign_in)


def seeing(store: Store, asked: list[dict[str, Any]]) -> httpx.AsyncClient:
    """A client of a sandbox with a vision model that notes what it is asked."""

    async def model(request: Request) -> Response:
        asked.append(await request.json())
        return JSONResponse({"choices": [{"message": {"content": "Two words on white."}}]})

    transport = httpx.ASGITransport(Starlette(routes=[Route("/v1/chat/completions", model, methods=["POST"])]))
    settings = AiSettings(url="http://model/v1", model="eyes-1", transport=transport)
    return client(sandbox_app(store, ai=settings))


async def test_the_documents_request_is_answered_as_the_document_shows(alex: httpx.AsyncClient) -> None:
    model = "domo.domo_ai.domogpt-chat-medium-v1.1:anthropic"
    sent = body(model=model, promptTemplate={"template": "${input}"}, system=SYSTEM)
    response = await alex.post(PRODUCT, json=sent)
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    assert response.json() == {
        "prompt": PROMPT,
        "choices": [{"output": "<answer>\nHello World\nLine 2\n</answer>"}],
        "modelId": "sandbox.ocr",
        "isCustomerModel": False,
    }


async def test_without_a_system_prompt_the_text_comes_bare(alex: httpx.AsyncClient) -> None:
    for prompt in (PROMPT, "", "  "):
        answer = (await alex.post(PRODUCT, json=body(prompt))).json()
        assert answer["choices"] == [{"output": "Hello World\nLine 2"}]


async def test_apps_ask_on_their_own_path(sandbox: Starlette) -> None:
    async with client(sandbox, **{"X-Domo-Ryuu-Session": "sandbox-session"}) as app:
        response = await app.post(APP, json=body())
    assert response.json()["choices"] == [{"output": "Hello World\nLine 2"}]


async def test_the_other_answer_shape_can_be_had(store: Store) -> None:
    async with client(sandbox_app(store, ai_shape="output")) as http:
        answer = (await http.post(PRODUCT, json=body())).json()
    assert answer == {"output": "Hello World\nLine 2", "modelId": "sandbox.ocr"}


async def test_the_template_makes_the_prompt(alex: httpx.AsyncClient) -> None:
    sent = body("the text", promptTemplate={"template": "Translate ${input} to French"})
    answer = (await alex.post(PRODUCT, json=sent)).json()
    assert answer["prompt"] == "Translate the text to French"
    assert answer["choices"][0]["output"].startswith("cannot answer: ")


async def test_without_a_model_other_questions_are_declined_in_a_sentence(alex: httpx.AsyncClient) -> None:
    response = await alex.post(PRODUCT, json=body("How many people are in this picture?", system=SYSTEM))
    assert response.status_code == 200
    assert response.json()["choices"][0]["output"].startswith("cannot answer: without a vision model only the text")


async def test_a_picture_without_text_is_said_to_have_none(alex: httpx.AsyncClient) -> None:
    answer = (await alex.post(PRODUCT, json=body(data=encoded(Image.new("RGB", (90, 90), "navy"))))).json()
    assert answer["choices"][0]["output"] == "cannot answer: no text was found on the picture"


async def test_a_vision_model_gets_the_questions_and_the_picture(store: Store) -> None:
    asked: list[dict[str, Any]] = []
    sent = body("Describe the picture.", system="Be terse.")
    async with seeing(store, asked) as http:
        answer = (await http.post(PRODUCT, json=sent)).json()
    assert (answer["modelId"], answer["isCustomerModel"]) == ("eyes-1", True)
    assert answer["choices"] == [{"output": "Two words on white."}]
    address = f"data:image/png;base64,{sent['image']['data']}"
    assert asked[0]["messages"] == [
        {"role": "system", "content": "Be terse."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Describe the picture."},
                {"type": "image_url", "image_url": {"url": address}},
            ],
        },
    ]


async def test_text_is_read_without_asking_the_vision_model(store: Store) -> None:
    asked: list[dict[str, Any]] = []
    async with seeing(store, asked) as http:
        answer = (await http.post(PRODUCT, json=body())).json()
    assert (answer["modelId"], asked) == ("sandbox.ocr", [])


async def test_without_the_extra_the_model_reads_or_else_the_extra_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_paddle", None)
    async with client(sandbox_app(store)) as http:
        answer = (await http.post(PRODUCT, json=body())).json()
    assert answer["choices"][0]["output"] == (
        "cannot answer: Reading pictures needs the extra `ocr`: pip install 'domo-mcp[ocr]'."
    )
    asked: list[dict[str, Any]] = []
    async with seeing(store, asked) as http:
        assert (await http.post(PRODUCT, json=body())).json()["modelId"] == "eyes-1"


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sent: sent.pop("image"), "image"),
        (lambda sent: sent.pop("input"), "input"),
        (lambda sent: sent["image"].pop("data"), "image.data"),
        (lambda sent: sent["image"].update(type="url"), "image.type"),
        (lambda sent: sent["image"].update(data="data:image/png;base64," + sent["image"]["data"]), "not base64"),
        (lambda sent: sent["image"].update(data=""), "not of type image/png"),
        (lambda sent: sent["image"].update(mediaType="image/jpeg"), "not of type image/jpeg"),
        (lambda sent: sent["image"].update(mediaType="image/heic"), "image/heic are not supported; convert"),
        (lambda sent: sent["image"].update(mediaType="image/heif"), "image/heif are not supported; convert"),
        (lambda sent: sent["image"].update(mediaType="application/pdf"), "not supported"),
        (lambda sent: sent["image"].update(data=sent["image"]["data"][:400]), "cannot be decoded"),
    ],
)
async def test_a_body_that_is_not_in_order_is_400(alex: httpx.AsyncClient, change: Change, message: str) -> None:
    sent = body()
    change(sent)
    response = await alex.post(PRODUCT, json=sent)
    assert response.status_code == 400
    assert message in response.json()["message"]


async def test_too_large_a_picture_is_413(alex: httpx.AsyncClient) -> None:
    response = await alex.post(PRODUCT, json=body(data=HELLO + bytes(MOST_BYTES)))
    assert (response.status_code, response.json()["message"]) == (413, "The image is too large; at most 20 MB.")


@pytest.mark.parametrize(
    "prompt",
    [
        PROMPT,
        "OCR",
        "Transcribe this.",
        "Extract all text from the receipt",
        "What text is in the image?",
        "What does the sign say?",
        "please give me the words on the poster",
        "Transcribe the text as accurately as possible without interpreting or summarizing its content.",
    ],
)
def test_a_prompt_that_asks_for_the_text_is_understood(prompt: str) -> None:
    assert wants_text(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Describe the picture",
        "Count the people",
        "What is this?",
        "Is it a cat?",
        "How many lines of text are there?",
        "Summarise the text",
        "Translate the text to French",
        "Read the total",
        "Return the text as JSON",
        "What colour are the words?",
        "Describe it, but no text please",
    ],
)
def test_a_prompt_that_asks_for_more_is_not_taken_for_transcription(prompt: str) -> None:
    assert not wants_text(prompt)
