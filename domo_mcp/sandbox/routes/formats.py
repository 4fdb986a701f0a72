"""The formats of the Data API and the SQL API, chosen by the Accept header: App Framework APIs, Data Formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.company.plan import CUSTOMER
from domo_mcp.sandbox.results import Result, Scalar
from domo_mcp.sandbox.routes.answers import Failure, answer
from domo_mcp.sandbox.workbook import workbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Answered:
    """The result of a query on a dataset, and how long it took."""

    dataset_id: str
    result: Result
    milliseconds: int


Format = Callable[[Answered], Response]


def accepted(request: Request) -> Format:
    """Give the first format that the request accepts; detailed JSON where it does not say (assumed).

    Failure 406 when it accepts only others (assumed).
    """
    wanted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    known = next((_FORMATS[name] for name in wanted if name in _FORMATS), None)
    if known is None:
        raise Failure(406)
    return known


def _objects(answered: Answered) -> Response:
    """One object a row. Columns of the same name become one."""
    result = answered.result
    return answer([dict(zip(result.columns, row, strict=True)) for row in result.rows])


def _detailed(answered: Answered) -> Response:
    result, dataset_id = answered.result, answered.dataset_id
    return answer(
        {
            "columns": result.columns,
            "datasource": dataset_id,
            "device": "sandbox",
            "duration": str(answered.milliseconds),
            "fromcache": "false",
            "metadata": [{"dataSourceId": dataset_id, "type": kind} for kind in result.types],
            "numColumns": len(result.columns),
            "numRows": len(result.rows),
            "queryUrl": f"/query/{CUSTOMER}/{dataset_id}",
            "rows": result.rows,
        }
    )


def _csv(answered: Answered) -> Response:
    """As the document prints it: every value in single quotes, doubled within (assumed), each line with a semicolon."""
    lines: list[Sequence[Scalar]] = [answered.result.columns, *answered.result.rows]
    body = "".join(", ".join(map(_quoted, line)) + ";\n" for line in lines)
    return Response(body, media_type="text/csv")


def _quoted(value: Scalar) -> str:
    text = "" if value is None else str(value)
    return "'" + text.replace("'", "''") + "'"


def _excel(answered: Answered) -> Response:
    return Response(workbook(answered.result.columns, answered.result.rows), media_type=EXCEL)


# The document's header has no `application/` before array-of-objects; the library it speaks of, ryuu.js, sends one.
_FORMATS: dict[str, Format] = {
    "array-of-objects": _objects, "application/array-of-objects": _objects, "text/csv": _csv, EXCEL: _excel,
    "application/json": _detailed, "application/*": _detailed, "*/*": _detailed, "": _detailed,
}  # fmt: skip
