"""Code Engine: packages of functions, and calling them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, JsonValue

from domo_mcp.catalog.directory import named
from domo_mcp.errors import DomoFailed, FunctionFailed, InvalidInput
from domo_mcp.tools import args
from domo_mcp.tools.change import Change, Outcome, Thing
from domo_mcp.tools.codeengine.inputs import check_inputs, told
from domo_mcp.tools.results import Answer, Page
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import codeengine as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from datetime import datetime

    from domo_mcp.client.codeengine import Function, Package, Version
    from domo_mcp.client.domo import Domo


VersionNumber = Annotated[str, Field(min_length=1, max_length=60)]
Inputs = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200)], JsonValue],
    Field(max_length=100, description='Named inputs: {"price": 10}.'),
]

_LONGEST_LINE = 300
_MOST_SHOWN = 20
_FAILED_IN_APP = 500
"""What an app is answered where a function of it failed; a gateway that has trouble answers 502, 503, 504 (assumed)."""


class PackageEntry(Answer):
    """One package of a list."""

    id: str
    name: str
    description: str | None
    owner: str | None
    updated: str | None


class FunctionEntry(Answer):
    """One function with what it takes and gives, such as `price: decimal`."""

    name: str
    description: str | None
    inputs: list[str]
    output: str | None


class PackageDetails(Answer):
    """One package, all its versions, and the functions of one of them."""

    id: str
    name: str
    description: str | None
    language: str | None
    versions: list[str]
    version: str | None
    released: bool | None
    functions: list[FunctionEntry]


@toolset.read
async def list_packages(
    call: Call,
    query: Annotated[str, Field(max_length=200, description="Part of the name; left out: all.")] = "",
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[PackageEntry]:
    """Use it to find Code Engine packages. For the functions of one use get_package."""
    offset = call.cursors.offset(cursor)
    fold = query.strip().casefold()
    found = [each for each in await call.catalog.packages.listed() if fold in each.name.casefold()]
    return Page.part(
        [_entry(each) for each in found[offset : offset + limit]],
        of=len(found),
        kind="package",
        first=offset,
        cursors=call.cursors,
    )


@toolset.read
async def get_package(
    call: Call,
    package: args.Package,
    version: Annotated[VersionNumber | None, Field(description="Left out: the latest released.")] = None,
) -> PackageDetails:
    """Use it for the versions and functions of a Code Engine package, with their inputs.

    To call a function use run_code_engine_function.
    """
    found = await _with_versions(call, package)
    shown = await _version(call, found, version, released=False)
    return PackageDetails(
        id=found.id,
        name=found.name,
        description=found.description or None,
        language=found.language,
        versions=[f"{each.version} ({'released' if each.is_released else 'draft'})" for each in found.newest_first],
        version=shown.version if shown else None,
        released=shown.is_released if shown else None,
        functions=[_function(each) for each in shown.functions] if shown else [],
    )


@toolset.run
async def run_code_engine_function(
    call: Call,
    package: args.Package,
    function: Annotated[str | None, Field(min_length=1, max_length=200, description="Its name; not for apps.")] = None,
    inputs: Inputs = {},  # noqa: B006 - read only
    version: Annotated[VersionNumber | None, Field(description="Left out: the latest released.")] = None,
    logs: Annotated[bool, Field(description="Also what the function wrote to its log.")] = False,
) -> Change:
    """Use it to call a Code Engine function and get its result; what the function does cannot be undone.

    For names and inputs use get_package first.
    """
    if call.domo.surface.one_app:
        return await _of_app(call, package, function, inputs, version, logs=logs)
    found = await _with_versions(call, package)
    used = await _version(call, found, version, released=True)
    if used is None:
        raise InvalidInput(f"Package {named(found)} has no released version.", "Only a released one can be called.")
    wanted = _meant(used, function)
    check_inputs(wanted.inputs, inputs)
    given = await _permitted(call, wanted, inputs)
    return Change(
        summary=(
            f'Run function "{foreign(wanted.name, 60)}" of package {named(found)}, version {foreign(used.version, 20)}.'
        ),
        on=Thing("package", found.id, found.name),
        apply=partial(_run, found.id, used.version, wanted.name, given, logs=logs),
        undo="none",
        affected=1,
        notes=_notes(call, given),
    )


async def _of_app(
    call: Call,
    package: str,
    function: str | None,
    inputs: Mapping[str, JsonValue],
    version: str | None,
    *,
    logs: bool,
) -> Change:
    """The same in an app, whose alias stands for one function of one version."""
    if function is not None or version is not None or logs:
        raise InvalidInput(
            "In an app an alias stands for one function of one version, and no log comes back.",
            "Leave function, version and logs out.",
        )
    found = await call.catalog.packages.get(package)
    return Change(
        summary=f'Run the function that the app calls "{foreign(found.name, 100)}".',
        on=Thing("package", found.id, found.name),
        apply=partial(_call, found.id, inputs),
        undo="none",
        affected=1,
        notes=_notes(call, inputs),
    )


async def _run(
    package: str, version: str, function: str, inputs: Mapping[str, JsonValue], domo: Domo, *, logs: bool
) -> Outcome:
    done = await domo.code_engine.run(package, version, function, inputs, logs=logs)
    written = [f"Log: {foreign(line, _LONGEST_LINE)}" for line in done.lines] if logs else []
    return Outcome((*_null(done.result), *(written or ["It wrote no log."] if logs else [])), result=done.result)


async def _call(alias: str, inputs: Mapping[str, JsonValue], domo: Domo) -> Outcome:
    try:
        result = await domo.code_engine.call(alias, inputs)
    except DomoFailed as error:
        if error.status != _FAILED_IN_APP:
            raise
        raise FunctionFailed(
            f'The function "{foreign(alias, 80)}" failed. {error.message}',
            "The same inputs may well fail again.",
            status=error.status,
            toe=error.toe,
        ) from None
    return Outcome(_null(result), result=result)


def _null(result: JsonValue) -> tuple[str, ...]:
    return ("The result is null.",) if result is None else ()


async def _with_versions(call: Call, package: str) -> Package:
    return await call.domo.code_engine.package((await call.catalog.packages.get(package)).id)


async def _version(call: Call, package: Package, wanted: str | None, *, released: bool) -> Version | None:
    """The version with its functions: that of a number, else the latest released, else where allowed the latest."""
    if wanted is not None:
        meant = next((each for each in package.versions if each.version == wanted.strip()), None)
        if meant is None:
            listed = ", ".join(foreign(each.version, 20) for each in package.newest_first[:_MOST_SHOWN])
            raise InvalidInput(f'There is no version "{foreign(wanted, 40)}".', f"There are: {listed or 'none'}.")
        if released and not meant.is_released:
            raise InvalidInput(f"Version {foreign(meant.version, 20)} is not released.", "Release it in Domo first.")
    else:
        ready = [each for each in package.newest_first if each.is_released]
        meant = next(iter(ready or ([] if released else package.newest_first)), None)
    if meant is None:
        return None
    read = await call.domo.code_engine.version(package.id, meant.version)
    return read.model_copy(update={"version": meant.version, "released": meant.is_released})


def _meant(version: Version, wanted: str | None) -> Function:
    names = {each.name: each for each in version.functions}
    if wanted is None and len(names) == 1:
        return next(iter(names.values()))
    if wanted in names:
        return names[wanted]
    near = difflib.get_close_matches(wanted or "", names, n=1)
    hint = f"Did you mean {foreign(near[0], 60)}?" if near else _listed(list(names))
    raise InvalidInput(
        "Which function?" if wanted is None else f'There is no function "{foreign(wanted, 60)}" in this version.', hint
    )


def _listed(names: list[str]) -> str:
    return f"There are: {', '.join(foreign(name, 60) for name in names[:_MOST_SHOWN]) or 'none'}."


async def _permitted(call: Call, function: Function, inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The inputs; datasets among them are those that policy allows. Raises Refused for another."""
    kinds = {each.name: each.type.casefold() for each in function.inputs}
    for name, value in inputs.items():
        if kinds.get(name) == "dataset":
            for each in value if isinstance(value, list) else [value]:
                await _check_dataset(call, each)
    return dict(inputs)


async def _check_dataset(call: Call, given: JsonValue) -> None:
    if isinstance(given, str):
        found = await call.catalog.dataset(given)
        if found.id != given:
            raise InvalidInput(
                f'A dataset is an id here, not "{foreign(given, 60)}".', f"Pass {foreign(found.id, 60)}."
            )


def _notes(call: Call, inputs: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """What is handed over, for whoever agrees to it."""
    shown = [
        f"Input {foreign(name, 60)} = {foreign(json.dumps(value, ensure_ascii=False), _LONGEST_LINE)}"
        for name, value in inputs.items()
    ]
    beyond = ["Rules for columns do not reach into what a function gives."] if call.domo.rules else []
    return (*(shown or ["Without inputs."]), *beyond)


def _entry(package: Package) -> PackageEntry:
    return PackageEntry(
        id=package.id,
        name=package.name,
        description=package.description or None,
        owner=package.owner,
        updated=_day(package.updated_on),
    )


def _function(function: Function) -> FunctionEntry:
    return FunctionEntry(
        name=function.name,
        description=function.description or None,
        inputs=[told(each) for each in function.inputs],
        output=told(function.output) if function.output else None,
    )


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None
