"""Workflows: find and describe them, start them, follow their instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from pydantic import JsonValue, TypeAdapter

from domo_mcp.client.places import workflows as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Readable
from domo_mcp.client.surface import Surface
from domo_mcp.client.workflow_models import (
    Definition,
    Execution,
    Executions,
    Instance,
    Metrics,
    Start,
    Transaction,
    Workflow,
)
from domo_mcp.client.workflow_states import MOST_EXECUTIONS, PAGE, status_of
from domo_mcp.errors import Conflict, DomoError, NotFound, UnreadableAnswer

_MODELS: TypeAdapter[tuple[Workflow, ...]] = TypeAdapter(Readable[Workflow])
_RESULTS: TypeAdapter[tuple[Transaction, ...]] = TypeAdapter(Readable[Transaction])
_WORD = re.compile(r"[A-Za-z_]{1,40}")


class Workflows:
    """Workflows of one instance, by id on the product surface and by alias in an app. Every method raises `DomoError`.

    What a surface does not have is `Refused`. Sources: App-Framework document, Workflows API; for the product surface
    portal, Product-APIs/Workflows, the community's Postman collection, and published clients where neither has it.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def all(self) -> tuple[Workflow, ...]:
        """Return the workflows that the user may see (Postman collection)."""
        found = await self._session.read("GET", self._surface.at(places.MODELS), _MODELS)
        return tuple({each.id: each for each in found}.values())

    async def get(self, workflow_id: str) -> Workflow:
        """Return a workflow with its versions (Postman collection)."""
        where = self._surface.at(places.MODEL, workflow_id)
        return await self._session.read("GET", where, Workflow, params={"parts": "users"})

    async def starts(self, workflow_id: str, version: str) -> tuple[Start, ...]:
        """Return the ways to start a version, each with its exact message name (published clients)."""
        where = self._surface.at(places.DEFINITION, workflow_id, version)
        return (await self._session.read("GET", where, Definition)).starts()

    async def start(
        self, workflow_id: str, version: str, message: str, parameters: Mapping[str, JsonValue]
    ) -> Instance:
        """Start a version and return the new instance (portal, Workflows). Sent once, whatever happens.

        A wrong id, version or message is `NotFound` (assumed).
        """
        body = {"messageName": message, "version": version, "modelId": workflow_id, "data": dict(parameters)}
        with _hinted(NotFound, "The id, the version or the message name is wrong, or the version is not released."):
            return await self._session.write("POST", self._surface.at(places.START), Instance, json=body)

    async def start_alias(self, alias: str, parameters: Mapping[str, JsonValue]) -> Instance:
        """Start what an app's alias stands for and return the new instance (App-Framework document, Start a Workflow).

        `parameters` go by the manifest's alias names. An alias that is not mapped is `NotFound`.
        """
        where = self._surface.at(places.START, alias)
        with _hinted(NotFound, "The manifest has no such alias, or its startName is not the workflow's start message."):
            return await self._session.write("POST", where, Instance, json=dict(parameters))

    async def status(self, instance_id: str) -> str:
        """Return an instance's status on the product surface, where it is plain text (published clients).

        Raises `UnreadableAnswer` for a text that is not one word: whoever stands between answers in sentences.
        """
        status = status_of(await self._session.read("GET", self._surface.at(places.STATUS, instance_id), str))
        if not _WORD.fullmatch(status):
            raise UnreadableAnswer(
                "Domo's status of the instance is not a word as its documents promise.", "Try again in a moment."
            )
        return status

    async def instance(self, alias: str, instance_id: str) -> Instance:
        """Return an instance as an app sees it (App-Framework document, Get Workflow Instance)."""
        return await self._session.read("GET", self._surface.at(places.INSTANCE, alias, instance_id), Instance)

    async def results(self, instance_id: str) -> dict[str, JsonValue]:
        """Return what an instance ended with, by name; empty while it runs (published clients)."""
        where, params = self._surface.at(places.TRANSACTIONS), {"instanceId": instance_id}
        found = await self._session.read("GET", where, _RESULTS, params=params)
        return {each.id: each.value for each in found}

    async def executions(
        self, workflow_id: str, *, statuses: Sequence[str] = (), most: int = MOST_EXECUTIONS
    ) -> tuple[Execution, ...]:
        """Return at most `most` instances of a workflow in Domo's order (Postman collection; its paging is assumed)."""
        told = ",".join("CANCELLED" if status == "CANCELED" else status for status in statuses)

        async def page(limit: int, offset: int) -> Executions:
            params = {"modelId": workflow_id, "status": told or None, "limit": limit, "offset": offset or None}
            return await self._session.read("GET", self._surface.at(places.EXECUTIONS), Executions, params=params)

        found: dict[str, Execution] = {}
        largest = offset = 0
        while offset < most:
            given = await page(PAGE, offset)
            new = [row for row in given.rows if row.id not in found]
            found |= {row.id: row for row in given.rows}
            if not new or given.came < largest or given.came > PAGE:
                break  # the end, a Domo that knows no offset, the last page, or all at once
            largest, offset = given.came, offset + given.came
        return tuple(found.values())[:most]

    async def metrics(
        self,
        alias: str,
        *,
        statuses: Sequence[str] = (),
        after: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        offset: int,
    ) -> Metrics:
        """Return an app's totals and at most `limit` instances (App-Framework document, Get Metrics for a Workflow).

        Times are Long there: milliseconds since 1970 (assumed); several statuses stand between commas (assumed).
        """
        params = {
            "status": ",".join(statuses) or None,
            "after": _milliseconds(after),
            "until": _milliseconds(until),
            "limit": limit,
            "offset": offset or None,
        }
        return await self._session.read("GET", self._surface.at(places.METRICS, alias), Metrics, params=params)

    async def cancel(self, instance_id: str) -> Instance:
        """Cancel an instance that runs (published clients)."""
        with _hinted(Conflict, "It has probably ended; look with get_workflow_instance."):
            return await self._session.write("POST", self._surface.at(places.CANCEL, instance_id), Instance)


@contextmanager
def _hinted(kind: type[DomoError], hint: str) -> Iterator[None]:
    """Say what an error of that kind means here."""
    try:
        yield
    except kind as error:
        error.hint = hint
        raise


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
