"""Calling a function: inputs checked, code run, result checked, all of it kept as an execution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import JsonValue

from domo_mcp.sandbox.codeengine.definitions import Execution, Function, Package, Status
from domo_mcp.sandbox.codeengine.functions import CODE, FunctionError, Run
from domo_mcp.sandbox.codeengine.types import UNDEFINED, fits, mismatches, named
from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.store import Store


async def run(
    store: Store, user: User, package: Package, version: str, function: Function, inputs: Mapping[str, JsonValue]
) -> Execution:
    """Give the execution of a call, failed or not; inputs that do not fit fail it, too (assumed)."""
    begun = store.clock()
    context = Run(store, user)
    told: dict[str, Any]
    if wrong := mismatches(function, inputs):
        told = {"status": "FAILED", "error_messages": tuple(wrong)}
    else:
        told = await _outcome(context, function, inputs)
    done = Execution(
        id=str(uuid4()),
        package_id=package.id,
        version=version,
        function_name=function.name,
        started_on=_iso(begun),
        started_by=str(user.id),
        completed_on=_iso(store.clock()),
        stdout=tuple(context.out),
        stderr=tuple(context.err),
        **told,
    )
    store.put(done)
    return done


async def _outcome(context: Run, function: Function, inputs: Mapping[str, JsonValue]) -> dict[str, Any]:
    try:
        result: Any = await CODE[function.name](context, inputs)
    except FunctionError as error:
        context.err.append(str(error))
        return {"status": "FAILED", "error_messages": (str(error),)}
    if result is UNDEFINED:
        return _typed("OUTPUT_UNDEFINED", function, None)
    if not fits(result, function.output):
        return _typed("RESULT_TYPE_FAILURE", function, result)
    return {"status": "SUCCESS", "result": result}


def _typed(status: Status, function: Function, result: JsonValue) -> dict[str, Any]:
    undefined = status == "OUTPUT_UNDEFINED"
    return {
        "status": status,
        "expected_type": function.output.type,
        "actual_type": "undefined" if undefined else named(result),
        "expected_is_list": function.output.is_list,
        "actual_is_list": isinstance(result, list),
        "unfit": result,
        "error_messages": (
            "The function returned nothing" if undefined else "The result is not of the type that the output declares",
        ),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
