"""Code Engine: domo-developer-portal, Product-APIs, Code-Engine; for apps App Framework APIs, Code Engine API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, JsonValue
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.codeengine.definitions import Execution, Function, FunctionAlias, Package, Version
from domo_mcp.sandbox.codeengine.running import run
from domo_mcp.sandbox.routes import found as search
from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed


class _Settings(BaseModel):
    get_logs: bool = Field(default=False, alias="getLogs")


class _Call(BaseModel):
    input_variables: dict[str, JsonValue] = Field(default_factory=dict, alias="inputVariables")
    settings: _Settings = _Settings()


async def package(request: Request) -> Response:
    """Give one package; its versions with `parts=versions`. A package without any permission is 403 (assumed)."""
    found = _package(request)
    shown: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "language": found.language,
        "environment": "LAMBDA",
        "availability": "PRIVATE",
        "owner": found.owner_id,
        "createdBy": found.owner_id,
        "createdOn": found.created,
        "updatedOn": found.updated,
    }
    if "versions" in _parts(request):
        shown["versions"] = [_version(found, each) for each in reversed(found.versions)]
    return answer(shown)


async def version(request: Request) -> Response:
    """Give one version, released or not; its functions with `parts=functions`, its code with `parts=code`."""
    found = _package(request)
    wanted = found.version(request.path_params["version"])
    if wanted is None:
        raise Failure(404)
    shown, parts = _version(found, wanted), _parts(request)
    if "functions" in parts:
        shown["functions"] = [each.model_dump(by_alias=True) for each in wanted.functions]
    if "code" in parts:
        shown["code"] = wanted.code
    return answer(shown)


async def call(request: Request) -> Response:
    """Call a function of a released version: 200 also where it fails, 404 for what cannot be called."""
    found = _package(request)
    if found.permission(caller(request)) == "VIEW":
        raise Failure(403)
    wanted = found.version(request.path_params["version"])
    function = wanted.function(request.path_params["function"]) if wanted and wanted.released else None
    if wanted is None or function is None:
        raise Failure(404)
    asked = await parsed(request, _Call)
    done = await run(store_of(request), caller(request), found, wanted.version, function, asked.input_variables)
    return answer(_execution(done, logs=asked.settings.get_logs))


async def execution(request: Request) -> Response:
    """Give what came of a call, with its logs; only of the package it was one of (fields: those of the call)."""
    found = _package(request)
    done = store_of(request).get(Execution, request.path_params["execution"])
    if done is None or done.package_id != found.id:
        raise Failure(404)
    return answer(_execution(done, logs=True))


async def call_alias(request: Request) -> Response:
    """Call what an app's alias stands for and give the result alone.

    Parameters go by their aliases. Packages of an app run for all who have it, whatever they may do with the package;
    a failure is 500 with its message (both assumed).
    """
    store = store_of(request)
    alias = store.get(FunctionAlias, request.path_params["alias"])
    found = store.get(Package, alias.package_id) if alias else None
    if alias is None or found is None:
        raise Failure(404)
    given = await parsed(request, dict[str, JsonValue])
    inputs = {alias.parameters.get(name, name): value for name, value in given.items()}
    done = await run(store, caller(request), found, alias.version, _function_of(found, alias), inputs)
    if done.status != "SUCCESS":
        raise Failure(500, "; ".join(done.error_messages))
    return answer(done.result)


def _package(request: Request) -> Package:
    found = store_of(request).get(Package, request.path_params["package"])
    if found is None:
        raise Failure(404)
    if found.permission(caller(request)) is None:
        raise Failure(403)
    return found


def _function_of(package: Package, alias: FunctionAlias) -> Function:
    wanted = package.version(alias.version)
    function = wanted.function(alias.function) if wanted else None
    if function is None:
        raise Failure(404)
    return function


def _parts(request: Request) -> set[str]:
    return set(request.query_params.get("parts", "").split(","))


def _version(package: Package, version: Version) -> dict[str, Any]:
    return {
        "packageId": package.id,
        "version": version.version,
        "language": package.language,
        "createdBy": package.owner_id,
        "createdOn": version.created,
        "released": version.released is not None,
        "releasedOn": version.released,
    }


def _execution(done: Execution, *, logs: bool) -> dict[str, Any]:
    names = ("package_id", "version", "function_name", "status", "started_on", "started_by", "completed_on")
    wrong = ("expected_type", "actual_type", "expected_is_list", "actual_is_list", "error_messages")
    why: dict[str, Any] = {to_camel(name): getattr(done, name) for name in wrong}
    return {
        "executionId": done.id,
        **{to_camel(name): getattr(done, name) for name in names},
        "settings": {"getLogs": logs},
        "result": done.result,
        "stdout": {"log": done.stdout if logs else []},
        "stderr": {"log": done.stderr if logs else []},
        "errorInformation": {"result": done.unfit, "expectedAllowNull": True, **why},
    }


_ONE = "/api/codeengine/v2/packages/{package}"

routes = [
    Route(_ONE, package),
    Route(f"{_ONE}/versions/{{version}}", version),
    Route(f"{_ONE}/versions/{{version}}/functions/{{function}}", call, methods=["POST"]),
    Route(f"{_ONE}/executions/{{execution}}", execution),
    Route("/domo/codeengine/v2/packages/{alias}", call_alias, methods=["POST"]),
    *search.routes,
]
