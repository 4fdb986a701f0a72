from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

import httpx
import pytest

from domo_mcp.client.ai import Ai, AiAnswer, Image, SourceColumn, SourceSchema, statement
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, Surface
from domo_mcp.errors import CannotAnswer, TimedOut

Answering = Callable[..., AbstractAsyncContextManager[Session]]
SCHEMAS = [SourceSchema("Store Sales", [SourceColumn("region", "STRING", "where")], "all stores")]


@pytest.mark.parametrize(
    ("output", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("<SQL>SELECT 1</SQL>", "SELECT 1"),
        ("Here it is: <sql>\nSELECT 1;\n</sql> Enjoy.", "SELECT 1;"),
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("```\nSELECT 1\n```", "SELECT 1"),
        ("<SQL>```SQL\nSELECT 1;\n```</SQL>", "SELECT 1;"),
        ("<SQL>SELECT 1", "SELECT 1"),
        ("```sql\nSELECT 1", "SELECT 1"),
        ("-- by region\nSELECT 1", "-- by region\nSELECT 1"),
        ("SELECT 1; DROP TABLE x", "SELECT 1; DROP TABLE x"),
        ("SELECT '-- not a comment'", "SELECT '-- not a comment'"),
        ("I would rather not.", "I would rather not."),
    ],
)
def test_sql_comes_without_its_wrapping(output: str, sql: str) -> None:
    assert statement(output) == sql


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("-- cannot answer: there is no price", "there is no price"),
        ("<SQL>-- Cannot answer: there is\n-- no price\n;</SQL>", "there is -- no price"),
        ("/* no price here */", "no price here"),
        ("# no price", "no price"),
        ("", "wrote no SQL"),
        ("<SQL></SQL>", "wrote no SQL"),
        ("```sql\n```", "wrote no SQL"),
        (" ; ", "wrote no SQL"),
        ("--", "wrote no SQL"),
    ],
)
def test_comments_alone_are_the_reason_why_not(output: str, reason: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        statement(output)
    assert reason.replace("-- ", "") in caught.value.message


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"output": "SELECT 1", "modelId": "m"}, AiAnswer("SELECT 1", "m")),
        ({"prompt": "…", "choices": [{"output": "SELECT 1"}], "modelId": "m"}, AiAnswer("SELECT 1", "m")),
        ({"output": None, "choices": [{"output": ""}, {"output": "SELECT 1"}]}, AiAnswer("SELECT 1", None)),
    ],
)
async def test_both_shapes_of_an_answer_are_read(answering: Answering, answer: object, expected: AiAnswer) -> None:
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        assert await Ai(session, Product()).text_to_sql("sales?", SCHEMAS) == expected


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": None, "output": " "}])
async def test_an_empty_answer_is_no_answer(answering: Answering, answer: object) -> None:
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        with pytest.raises(CannotAnswer):
            await Ai(session, Product()).text_to_sql("sales?", SCHEMAS)
        with pytest.raises(CannotAnswer):
            await Ai(session, Product()).text_generation("sales?")


@pytest.mark.parametrize("reason", ["no model", "no model."])
async def test_an_excuse_is_a_sentence_before_the_way_out(answering: Answering, reason: str) -> None:
    async with answering(lambda _: httpx.Response(200, json={"output": f"cannot answer: {reason}"})) as session:
        with pytest.raises(CannotAnswer) as caught:
            await Ai(session, Product()).text_generation("sales?")
    assert str(caught.value) == "no model. Ask in other words, or for something else."


async def test_what_is_not_given_is_not_sent(answering: Answering) -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"output": "SELECT 1"})

    async with answering(handler) as session:
        ai = Ai(session, Product())
        await ai.text_to_sql("sales?", SCHEMAS, today=date(2026, 11, 22))
        await ai.text_generation("hi")
        await ai.text_generation("hi", system="be kind", template="${input}", parameters={"n": "3"}, model="m")
    columns = [{"name": "region", "type": "STRING", "description": "where"}]
    schema = {"dataSourceName": "Store Sales", "description": "all stores", "columns": columns}
    assert bodies == [
        {"input": "sales?", "dataSourceSchemas": [schema], "parameters": {"today": "2026-11-22"}},
        {"input": "hi"},
        {
            "input": "hi",
            "system": "be kind",
            "promptTemplate": {"template": "${input}"},
            "parameters": {"n": "3"},
            "model": "m",
        },
    ]


async def test_a_question_that_timed_out_is_not_paid_twice(answering: Answering) -> None:
    asked = 0

    def handler(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadTimeout("slow")

    async with answering(handler) as session:
        with pytest.raises(TimedOut):
            await Ai(session, Product()).text_to_sql("sales?", SCHEMAS)
    assert asked == 1


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("Hello\nWorld", "Hello\nWorld"),
        ("First I look.\n<answer>\nHello\nWorld\n</answer>\nDone.", "Hello\nWorld"),
        ("Like <answer>this</answer>: <Answer>Hello</Answer>", "Hello"),
        ("<answer>Hello, cut", "Hello, cut"),
    ],
)
@pytest.mark.parametrize(
    ("surface", "where"), [(Product(), "/api/ai/v1/image/text"), (AppFramework(), "/domo/ai/v1/image/text")]
)
@pytest.mark.parametrize("shape", ["output", "choices"])
async def test_an_image_is_read_on_both_surfaces_and_the_answer_comes_without_its_tags(
    answering: Answering, output: str, text: str, surface: Surface, where: str, shape: str
) -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.path == where
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"output": output} if shape == "output" else {"choices": [{"output": output}]})

    async with answering(handler) as session:
        ai = Ai(session, surface)
        assert (await ai.image_to_text("read", Image("image/png", b"\x89PNG"))).output == text
        await ai.image_to_text("read", Image("image/png", b"\x89PNG"), system="OCR", model="m")
    image = {"mediaType": "image/png", "type": "base64", "data": "iVBORw=="}
    assert bodies == [
        {"input": "read", "image": image},
        {"input": "read", "image": image, "system": "OCR", "model": "m"},
    ]


@pytest.mark.parametrize("output", ["", " ", "<answer> </answer>"])
async def test_an_image_without_text_is_no_answer(answering: Answering, output: str) -> None:
    async with answering(lambda _: httpx.Response(200, json={"output": output})) as session:
        with pytest.raises(CannotAnswer):
            await Ai(session, Product()).image_to_text("read", Image("image/png", b"x"))


async def test_an_image_that_timed_out_is_not_paid_twice(answering: Answering) -> None:
    asked = 0

    def handler(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadTimeout("slow")

    async with answering(handler) as session:
        with pytest.raises(TimedOut):
            await Ai(session, AppFramework()).image_to_text("read", Image("image/png", b"x"))
    assert asked == 1


def test_the_bytes_of_an_image_are_not_printed() -> None:
    assert "x89" not in repr(Image("image/png", b"\x89PNG"))
