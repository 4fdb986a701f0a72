"""Code Engine: packages of functions that run in Domo, in versions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, JsonValue, TypeAdapter, model_validator

from domo_mcp.client.answers import Answer, decode
from domo_mcp.client.paging import pages
from domo_mcp.client.places import codeengine as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Instant, Many, Shape
from domo_mcp.client.surface import Surface
from domo_mcp.errors import FunctionFailed
from domo_mcp.untrusted import foreign

_PAGE = 100
_MOST_LINES, _LONGEST_LINE = 40, 300


def _finite(value: JsonValue) -> JsonValue:
    """The value with texts in place of NaN and infinities, which are no JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return {key: _finite(part) for key, part in value.items()} if isinstance(value, dict) else value


_Result = Annotated[JsonValue, AfterValidator(_finite)]
_Lines = Annotated[
    tuple[JsonValue, ...], BeforeValidator(lambda told: [told] if isinstance(told, str) and told else told or ())
]
_ANY: TypeAdapter[JsonValue] = TypeAdapter(_Result)


class Variable(Shape):
    """An input or the output of a function.

    Types: text, number, decimal, boolean, date, dateTime, time, duration, object, person, dataset, group, file,
    directory.
    """

    name: str = ""
    display_name: str = ""
    type: str = ""
    is_list: bool = False
    nullable: bool = False
    default_values: Many[JsonValue] = ()

    @property
    def required(self) -> bool:
        """Whether a call has to give it."""
        return not self.nullable and not self.default_values


class Function(Shape):
    """One function of a version, with what it takes and gives."""

    name: str = ""
    display_name: str = ""
    description: str = ""
    inputs: Many[Variable] = ()
    output: Variable | None = None


class Version(Shape):
    """One version of a package; only a released one can be called. `functions` are read one version at a time."""

    version: str = ""
    description: str = ""
    released: bool | None = None
    released_on: Instant = None
    created_on: Instant = None
    functions: Many[Function] = ()

    @property
    def is_released(self) -> bool:
        """Whether it can be called."""
        return self.released or self.released_on is not None

    @property
    def order(self) -> tuple[int, ...]:
        """What newer versions have more of: its numbers."""
        return tuple(map(int, re.findall(r"\d+", self.version)))


class Package(Shape):
    """One package; a search calls its id `uuid` and may call its name `title`. `versions` come with `package`."""

    id: str = Field(validation_alias=AliasChoices("uuid", "id"))
    name: str = Field(default="", validation_alias=AliasChoices("name", "title"))
    description: str = ""
    language: str | None = None
    owner: str | None = Field(default=None, validation_alias=AliasChoices("owner", "ownedById", "createdBy"))
    updated_on: Instant = Field(default=None, validation_alias=AliasChoices("updatedOn", "lastModified"))
    versions: Many[Version] = ()

    @property
    def newest_first(self) -> Sequence[Version]:
        """Its versions, the newest first."""
        return sorted(self.versions, key=lambda each: each.order, reverse=True)


class Output(Shape):
    """What a function wrote: to stdout or to stderr; also where it is a list or a text by itself."""

    log: _Lines = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"log": value}


class ErrorInformation(Shape):
    """Why a function has no result: its messages, or which type was expected and what came instead."""

    result: JsonValue = None
    expected_type: str | None = None
    actual_type: str | None = None
    expected_is_list: bool | None = None
    actual_is_list: bool | None = None
    error_messages: _Lines = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"errorMessages": value}


class Execution(Shape):
    """One call of a function. `status` is SUCCESS, FAILED, RESULT_TYPE_FAILURE, RUNNING or OUTPUT_UNDEFINED."""

    status: str
    execution_id: str = ""
    result: _Result = None
    stdout: Output = Output()
    stderr: Output = Output()
    error_information: ErrorInformation = ErrorInformation()

    @property
    def lines(self) -> tuple[str, ...]:
        """What the function wrote, line by line; those on stderr say so."""
        logs = (("", self.stdout.log), ("stderr: ", self.stderr.log))
        every = [f"{mark}{line}" for mark, log in logs for entry in log for line in _text(entry).splitlines()]
        less = [f"… {len(every) - _MOST_LINES:,} more lines"] if len(every) > _MOST_LINES else []
        return (*every[:_MOST_LINES], *less)


class _Found(Shape):
    package: Many[Package] = ()


class _Search(Shape):
    search_results_map: _Found = _Found()


class CodeEngine:
    """Packages and their functions. Source, where nothing else is said: portal, Product-APIs, Code-Engine.

    Of an app only `packages`, `package` and `call` are there: its packages are the aliases of its manifest, each of
    which stands for one function.
    """

    def __init__(self, session: Session, surface: Surface, aliases: Sequence[str]) -> None:
        self._session = session
        self._surface = surface
        self._aliases = aliases

    async def packages(self) -> list[Package]:
        """Return all packages that the user sees (`/api/search/v1/query`, entity package, as public clients ask it)."""
        if self._surface.one_app:
            return [_alias(alias) for alias in self._aliases]

        async def fetch(limit: int, offset: int) -> Sequence[Package]:
            body = {
                "query": "**",
                "entityList": [["package"]],
                "count": limit,
                "offset": offset,
                "filters": [],
                "hideSearchObjects": True,
                "facetValuesToInclude": [],
            }
            found = await self._session.read("POST", self._surface.at(places.SEARCH), _Search, json=body)
            return found.search_results_map.package

        return [package async for page in pages(fetch, size=_PAGE) for package in page]

    async def package(self, package_id: str) -> Package:
        """Return one package with its versions; of an app whatever has that alias. Raises `NotFound`."""
        if self._surface.one_app:
            return _alias(package_id)
        where = self._surface.at(places.PACKAGE, package_id)
        return await self._session.read("GET", where, Package, params={"parts": "versions"})

    async def version(self, package_id: str, version: str) -> Version:
        """Return one version with its functions. Raises `NotFound`."""
        where = self._surface.at(places.VERSION, package_id, version)
        return await self._session.read("GET", where, Version, params={"parts": "functions"})

    async def run(
        self, package_id: str, version: str, function: str, inputs: Mapping[str, JsonValue], *, logs: bool
    ) -> Execution:
        """Call a function of a released version and return what came of it, with what it wrote where `logs`.

        Raises `FunctionFailed` for each status but SUCCESS, which Domo answers with HTTP 200; `NotFound` where the
        version is not released or has no such function; `Forbidden` without the right to execute the package.
        """
        where = self._surface.at(places.FUNCTION, package_id, version, function)
        body = {"inputVariables": dict(inputs), "settings": {"getLogs": logs}}
        done = await self._session.write("POST", where, Execution, json=body)
        if done.status != "SUCCESS":
            raise _failed(done, function)
        return done

    async def call(self, alias: str, inputs: Mapping[str, JsonValue]) -> JsonValue:
        """Call the function of an app's alias and return its result (App-Framework document, Code Engine API).

        The inputs are named as the app's manifest names them. An empty answer is no result: None.
        """
        where = self._surface.at(places.ALIAS, alias)
        body = await self._session.write("POST", where, bytes, json=dict(inputs))
        return decode(Answer(str(where), 200, {}, body), _ANY) if body.strip() else None


def _alias(name: str) -> Package:
    return Package(id=name, name=name)


def _failed(done: Execution, function: str) -> FunctionFailed:
    named = f'The function "{foreign(function, 80)}"'
    if done.status == "RUNNING":
        return FunctionFailed(
            f"{named} still runs: Domo answered before it ended (execution {foreign(done.execution_id, 60)}).",
            "Its result cannot be read here; Domo's own pages show it.",
            status=200,
        )
    return FunctionFailed(
        f"{named} ended with {foreign(done.status, 40)}{''.join(_reasons(done))}.",
        "What it did before that stands.",
        status=200,
    )


def _reasons(done: Execution) -> Iterator[str]:
    why = done.error_information
    told = [_text(message) for message in why.error_messages if message]
    if told:
        yield f": {'; '.join(foreign(text, 500) for text in told[:10])}"
    if why.expected_type and why.actual_type:
        expected = _typed(why.expected_type, why.expected_is_list)
        came = "" if why.result is None else f": {foreign(_text(why.result), 200)}"
        yield f"; its result should be {expected} and is {_typed(why.actual_type, why.actual_is_list)}{came}"
    if done.lines:
        yield f". It wrote: {' | '.join(foreign(line, _LONGEST_LINE) for line in done.lines)}"


def _typed(kind: str, is_list: bool | None) -> str:
    return f"{'a list of ' if is_list else ''}{foreign(kind, 40)}"


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else _ANY.dump_json(value).decode()
