"""Image-to-text on both surfaces."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox import ai
from domo_mcp.sandbox.routes.ai import shaped
from domo_mcp.sandbox.routes.answers import Failure, parsed


async def image_to_text(request: Request) -> Response:
    """Read a picture: App-Framework APIs, Image-to-Text; the product path is in Domo's published Postman collection."""
    wanted = await parsed(request, ai.ImageRequest)
    try:
        written = await ai.image_to_text(wanted, engine=request.app.state.ocr, settings=request.app.state.ai)
    except ai.ImageRefused as error:
        raise Failure(error.status, str(error)) from None
    except ai.ModelFailed as error:
        raise Failure(502, str(error)) from None
    return shaped(request, written)


routes = [
    Route("/api/ai/v1/image/text", image_to_text, methods=["POST"]),
    Route("/domo/ai/v1/image/text", image_to_text, methods=["POST"]),
]
