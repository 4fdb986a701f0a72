"""A statement before it is sent, and Domo's refusal of it, in the light of what is known of the dataset."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import anyio

from domo_mcp.catalog.checking import Checked, Schema, check, names_columns
from domo_mcp.client.places import datasets as places
from domo_mcp.errors import DomoError, Refused, Rejected, SqlRefused
from domo_mcp.sql import Select, quoted
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.catalog.brief import Known
    from domo_mcp.client.metadata import Column, Dataset

T = TypeVar("T")

_PATIENCE_S = 10
_LONGEST_SQL = 2000
_MOST_COLUMNS = 60


async def prepared(call: Call, select: Select, dataset: Dataset) -> Checked:
    """The statement with what has one way out changed. Raises SqlRefused for what else is surely wrong.

    The columns are those that the catalog keeps; before anything is refused or changed they are looked up anew. What
    cannot be looked up refuses nothing.
    """
    kept = await _kept(call, dataset) if names_columns(select) else _schema(call, dataset, ())
    checked = await _checked(select, kept)
    if not checked.is_clean:
        anew = bool(checked.problems or checked.changes)
        checked = await _checked(select, await _looked_up(call, dataset, anew=anew))
    if checked.problems:
        first, *others = checked.problems
        raise SqlRefused(first.message, " ".join([first.fix, *map(str, others)]))
    return checked


async def explained(call: Call, checked: Checked, dataset: Dataset, error: Rejected) -> SqlRefused:
    """Domo's terse refusal with what the schema and the dialect tell about it."""
    schema = await _looked_up(call, dataset, anew=True)
    trace = f" (Domo's trace id: {foreign(error.toe, 80)})" if error.toe else ""
    reasons = " ".join(map(str, (await _checked(checked.select, schema)).reasons))
    columns = f"Columns: {', '.join(quoted(foreign(name, 60)) for name in schema.names[:_MOST_COLUMNS])}."
    told = [f"Domo refused the query: {error.message.rstrip('.')}{trace}.", *changed(checked)]
    return SqlRefused(" ".join(told), reasons or (columns if schema.columns else ""))


def facts_of(checked: Checked) -> tuple[str, ...]:
    """What is told beside the rows: what was changed, and what they do not show."""
    return (*changed(checked), *map(str, checked.notes))


def changed(checked: Checked) -> list[str]:
    """What was changed and the SQL as it is sent, in one line; empty where it is the caller's own."""
    if not checked.changes:
        return []
    return [f"Changed: {'; '.join(checked.changes)}. SQL as sent: {foreign(checked.select.text, _LONGEST_SQL)}"]


def schema_of(call: Call, known: Known) -> Schema:
    """What the catalog tells of a dataset, for checking."""
    described = known.described
    values = {name: column.values for name, column in (known.profile or {}).items() if column.values}
    schema = _schema(call, described.dataset, described.columns)
    return replace(schema, formulas=described.formulas, values=values)


async def _checked(select: Select, schema: Schema) -> Checked:
    """`check`, which holds up nobody else while it reads a long statement."""
    if len(select.text) <= _LONGEST_SQL:
        return check(select, schema)
    return await anyio.to_thread.run_sync(check, select, schema)


async def _kept(call: Call, dataset: Dataset) -> Schema:
    """The columns as the catalog has them; no names where they cannot be had."""
    return _schema(call, dataset, await _had(call.catalog.columns(dataset.id)) or ())


async def _looked_up(call: Call, dataset: Dataset, *, anew: bool) -> Schema:
    """The same with beast modes and the engine that reads the statement; `anew` also with the columns of now."""
    known = await _had(call.catalog.known(dataset.id, "", look=False))
    schema = schema_of(call, known) if known else await _kept(call, dataset)
    columns = await _had(call.domo.datasets.schema(dataset.id, include_hidden=True)) if anew else None
    if not columns:
        return schema
    shown = tuple(column for column in columns if column.visible is not False)
    if [(column.name, column.type) for column in shown] != [(column.name, column.type) for column in schema.columns]:
        await call.catalog.forget("dataset", dataset.id)
    hidden = frozenset(column.name for column in columns if column.visible is False)
    return replace(schema, columns=shown, unlisted=hidden, complete=_tells_all(call))


async def _had(reading: Awaitable[T]) -> T | None:
    """What is read, if it can be had soon: it is good to know, and nothing fails without it."""
    with anyio.move_on_after(_PATIENCE_S):
        try:
            return await reading
        except (DomoError, Refused):
            return None
    return None


def _schema(call: Call, dataset: Dataset, columns: Sequence[Column]) -> Schema:
    """What these columns tell; where there are none, nothing is known of any."""
    native = (dataset.cloud_engine or "domo").casefold() == "domo"
    return Schema(columns=columns, complete=bool(columns) and _tells_all(call), native=native)


def _tells_all(call: Call) -> bool:
    """Whether the surface tells all columns that a statement can name: what an app has wired may be fewer."""
    return call.domo.surface.offers(places.INDEXED_SCHEMA)
