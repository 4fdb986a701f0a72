"""An app's datasets: the Data API and the SQL API, both by alias."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.data_api import Calendar, Field, Fields, parse, quoted, statement
from domo_mcp.sandbox.records import DataAlias, Dataset
from domo_mcp.sandbox.routes.access import own_level, store_of
from domo_mcp.sandbox.routes.answers import Failure
from domo_mcp.sandbox.routes.formats import Answered, accepted
from domo_mcp.sandbox.routes.query import timed
from domo_mcp.sandbox.routes.sign_in import SESSION_PARAMETER
from domo_mcp.sandbox.warehouse import QueryError


async def ask(request: Request) -> Response:
    """Answer a question by operators: App Framework APIs, Data API. What cannot be asked is 400 (text assumed)."""
    alias, dataset = _mapped(request)
    operators = [(name, value) for name, value in request.query_params.multi_items() if name != SESSION_PARAMETER]
    try:
        query = parse(operators)
        fields = _fields(request, alias, dataset, beast_modes=query.beast_modes)
        sql = statement(query, fields, _calendar(request, fiscal=query.fiscal), table=alias.id)
    except QueryError as error:
        raise Failure(400, str(error)) from None
    return await _answered(request, alias, sql)


async def execute(request: Request) -> Response:
    """Answer a SELECT on the alias: App Framework APIs, SQL API. A body that is not text/plain is 415 (assumed)."""
    alias, _ = _mapped(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/plain":
        raise Failure(415)
    try:
        sql = (await request.body()).decode()
    except UnicodeDecodeError:
        raise Failure(400, "The query is not UTF-8 text") from None
    return await _answered(request, alias, sql)


async def _answered(request: Request, alias: DataAlias, sql: str) -> Response:
    respond = accepted(request)
    result, milliseconds = await timed(request, alias.dataset_id, sql, alias.id)
    return respond(Answered(alias.dataset_id, result, milliseconds))


def _mapped(request: Request) -> tuple[DataAlias, Dataset]:
    """Give what the alias of the path stands for; Failure 404 for nothing, 403 for what the user may not read."""
    alias = store_of(request).get(DataAlias, request.path_params["alias"])
    dataset = store_of(request).get(Dataset, alias.dataset_id) if alias else None
    if alias is None or dataset is None:
        raise Failure(404)
    if own_level(request, dataset) is None:
        raise Failure(403)
    return alias, dataset


def _fields(request: Request, alias: DataAlias, dataset: Dataset, *, beast_modes: bool) -> Fields:
    hidden = {note.name for note in dataset.columns if not note.visible}
    columns = [
        Field(column.name, f"{quoted(alias.id)}.{quoted(column.name)}", column.type)
        for column in store_of(request).warehouse.columns(dataset.id)
    ]
    modes = [Field(mode.name, f"({mode.formula})", mode.data_type) for mode in dataset.beast_modes]
    return Fields(
        [field for field in columns if field.name not in hidden],
        [*(field for field in columns if field.name in hidden), *(modes if beast_modes else [])],
        [(field.alias, field.column) for field in alias.fields],
    )


def _calendar(request: Request, *, fiscal: bool) -> Calendar:
    store = store_of(request)
    return Calendar(store.clock().date(), store.fiscal_month if fiscal else 1)


routes = [
    Route("/data/v1/{alias}", ask),
    Route("/sql/v1/{alias}", execute, methods=["POST"]),
]
