"""The AI services, the same on both surfaces."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox import ai
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.routes.access import own_level, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed


async def text_to_sql(request: Request) -> Response:
    """Write SQL: AI Service Layer API, Text-to-SQL; the other shape: domo-developer-portal, AI-Services.md."""
    wanted = await parsed(request, ai.SqlRequest)
    store = store_of(request)
    readable = [dataset for dataset in store.all(Dataset) if own_level(request, dataset)]
    try:
        written = await ai.text_to_sql(store, wanted, readable=readable, settings=request.app.state.ai)
    except ai.ModelFailed as error:
        raise Failure(502, str(error)) from None
    return shaped(request, written)


async def text_generation(request: Request) -> Response:
    """Write text: AI Service Layer API, Text Generation."""
    wanted = await parsed(request, ai.TextRequest)
    try:
        written = await ai.text_generation(wanted, settings=request.app.state.ai)
    except ai.ModelFailed as error:
        raise Failure(502, str(error)) from None
    return shaped(request, written)


def shaped(request: Request, written: ai.Answer) -> Response:
    """Give one of the two shapes that Domo's services are known to answer in."""
    if request.app.state.ai_shape == "output":
        return answer({"output": written.output, "modelId": written.model_id})
    return answer(
        {
            "prompt": written.prompt,
            "choices": [{"output": written.output}],
            "modelId": written.model_id,
            "isCustomerModel": written.is_customer_model,
        }
    )


routes = [
    Route(f"/{surface}/ai/v1/text/{service}", handler, methods=["POST"])
    for surface in ("api", "domo")
    for service, handler in (("sql", text_to_sql), ("generation", text_generation))
]
