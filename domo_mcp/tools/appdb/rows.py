"""AppDB documents and what is computed over them, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.catalog.collections import named
from domo_mcp.client.aggregation import Aggregation
from domo_mcp.errors import DomoError, InvalidInput, Refused, UnreadableAnswer
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.appdb.documents import MAY_BE_HIDDEN, many, strange_names
from domo_mcp.tools.appdb.mongo import sight
from domo_mcp.tools.appdb.mongo.checking import dates_in_content
from domo_mcp.tools.appdb.mongo.paths import in_domo, names_in_query, query_in_domo, shown
from domo_mcp.tools.appdb.syncing import dataset_of
from domo_mcp.tools.table import Column, Scalar, Table
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection, Document

Json = Mapping[str, JsonValue]

_MOST = 10_000  # what Domo gives in one answer
_DIRECTIONS = {"ascending": False, "asc": False, "descending": True, "desc": True}


@dataclass(frozen=True)
class Order:
    """One part of an order."""

    name: str
    descending: bool

    def __str__(self) -> str:
        return f"{self.name} {'descending' if self.descending else 'ascending'}"


@dataclass(frozen=True)
class Question:
    """What is asked of one collection, with names as the caller writes them; `aggregation` is None for documents."""

    where: Json
    aggregation: Aggregation | None
    order_by: tuple[Order, ...]

    @property
    def order(self) -> str:
        """The order as Domo reads it."""
        return ", ".join(str(order) for order in self.order_by)

    @property
    def names(self) -> list[str]:
        """The properties that it asks about, as AppDB names them."""
        names = names_in_query(self.where)
        if self.aggregation is None:
            return list(dict.fromkeys([*names, *(order.name for order in self.order_by)]))
        a = self.aggregation
        computed = [name for each in (a.avg, a.sum, a.min, a.max) for name in each.values()]
        return list(dict.fromkeys([*names, *a.group_by, *a.unwind, *computed]))


def parse_order(text: str) -> Order:
    """`name`, `name ascending`, `name desc` or `-name`. Raises InvalidInput for a name that AppDB cannot order by."""
    name, _, last = text.strip().rpartition(" ")
    direction = _DIRECTIONS.get(last.casefold()) if name else None
    if direction is None:
        name, direction = text.strip().removeprefix("-"), text.strip().startswith("-")
    name = name.strip()
    if not name or "," in name or any(letter.isspace() for letter in name):
        raise InvalidInput(
            f'AppDB cannot order by "{foreign(text, 60)}".',
            'Write "name ascending" or "name descending", one property each, without spaces or commas in it.',
        )
    return Order(name, direction)


def question(query: Json, aggregation: Aggregation, order_by: Sequence[str]) -> Question:
    """A question with names as AppDB has them. Raises InvalidInput for an order that it cannot have."""
    orders = [parse_order(text) for text in order_by]
    where = query_in_domo(query)
    if not aggregation.names:
        if aggregation.unwind:
            raise InvalidInput("unwind goes with group_by, count, avg, sum, min or max.", "Add one, or leave it out.")
        return Question(where, None, tuple(Order(in_domo(order.name), order.descending) for order in orders))
    orders = [Order(_result(order.name, aggregation), order.descending) for order in orders]
    return Question(where, _in_domo(aggregation, orders), tuple(orders))


async def documents(call: Call, c: Collection, asked: Question, *, limit: int, cursor: str | None) -> Table:
    """At most `limit` documents in the order given, else in Domo's, by pages."""
    rules = await _permitted(call, c, asked)
    offset = call.cursors.offset(cursor)
    most = min(limit, call.results.max_rows, _MOST)
    found = _seen(await _read(call, c, asked, limit=min(most + 1, _MOST), offset=offset), asked, rules)
    page, more = found[:most], len(found) > most or len(found) == _MOST
    columns = _columns(c, page)
    return Table(
        columns=(Column("id"), *(_column(c, name) for name in columns), Column("updatedOn")),
        rows=[_row(document, columns) for document in page],
        first=offset,
        more=more,
        total=await _count(call, c, asked.where) if more else None,
        continues=lambda read: call.cursors.at(offset + read),
        facts=await _facts(call, c, asked, page, found=len(page)),
    )


async def groups(call: Call, c: Collection, asked: Question, *, limit: int, cursor: str | None) -> Table:
    """At most `limit` rows of groups and results; by pages where the order tells every two groups apart."""
    rules = await _permitted(call, c, asked)
    aggregation = asked.aggregation or Aggregation()
    offset = call.cursors.offset(cursor)
    most = min(limit, call.results.max_rows, _MOST)
    rows = await call.domo.appdb.aggregate(c, asked.where, aggregation, limit=min(most + 1, _MOST), offset=offset)
    if rules and any(_holds_objects(value) for row in rows for value in row.values()):
        raise Refused("Groups of whole objects are not shown, as policy hides properties.", "Name their properties.")
    names = list(dict.fromkeys([*aggregation.names, *(name for row in rows for name in row)]))
    ordered = {_last(name) for name in aggregation.group_by} <= {order.name for order in asked.order_by}
    return Table(
        columns=tuple(Column(name) for name in names),
        rows=[[_cell(row.get(name)) for name in names] for row in rows[:most]],
        first=offset,
        more=len(rows) > most or len(rows) == _MOST,
        continues=(lambda read: call.cursors.at(offset + read)) if ordered else None,
        advice="for the rest order by every group (then a cursor comes), or narrow it with `filter`",
        facts=await _facts(call, c, asked, (), found=len(rows)),
    )


async def _permitted(call: Call, c: Collection, asked: Question) -> ColumnRules:
    """The rules for the collection. Raises Refused where the question could tell what they keep out of sight."""
    rules = await call.domo.columns.of_collection(c)
    sight.check_where(rules, asked.where)
    sight.check_names(rules, asked.names)
    return rules


def _seen(found: Sequence[Document], asked: Question, rules: ColumnRules) -> Sequence[Document]:
    """The documents as they may be shown. Raises Refused where their order could tell what may not."""
    if not rules:
        return found
    for order in asked.order_by:
        path = order.name.removeprefix("content.")
        if any(sight.kept_back([document.content], rules, path) for document in found):
            raise Refused(f"Nothing is ordered by the object {foreign(path, 60)}: policy hides a part of it.")
    return [document.model_copy(update={"content": sight.seen(document.content, rules)}) for document in found]


def _holds_objects(value: JsonValue) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_objects, value)))


async def _read(call: Call, c: Collection, asked: Question, *, limit: int, offset: int) -> tuple[Document, ...]:
    if not asked.where and not asked.order_by:
        return await call.domo.appdb.page(c, limit=limit, offset=offset)
    return await call.domo.appdb.query(c, asked.where, limit=limit, offset=offset, order_by=asked.order)


async def _facts(
    call: Call, c: Collection, asked: Question, page: Sequence[Document], *, found: int
) -> tuple[str, ...]:
    facts = [f"Collection {named(c)}."]
    facts += [] if found else [f"No documents matched. {MAY_BE_HIDDEN}"]
    facts += await strange_names(call, c, asked.names, [document.content for document in page])
    facts += [
        f'{foreign(shown(name), 60)} is compared with a $date, but dates in a content are text, such as "2026-01-31".'
        for name in dates_in_content(asked.where)
    ]
    if c.sync_enabled:
        waiting = sum(document.sync_required for document in page)
        told = f"; not synced yet: {many(waiting)} here" if waiting else ""
        facts.append(f"SQL on {dataset_of(c)} lags up to 15 minutes{told}.")
    return tuple(facts)


async def _count(call: Call, c: Collection, where: Json) -> int | None:
    try:
        return await count_documents(call, c, where)
    except DomoError:
        return None  # the rows are there; how many more there are is only good to know


async def count_documents(call: Call, c: Collection, where: Json) -> int:
    """How many documents match. Raises DomoError, also where Domo's answer does not tell."""
    rows = await call.domo.appdb.aggregate(c, where, Aggregation(count="documents"), limit=1, offset=0)
    value = rows[0].get("documents") if rows else 0
    if not isinstance(value, int):
        raise UnreadableAnswer("Domo did not say how many documents there are.")
    return value


def _in_domo(aggregation: Aggregation, orders: Sequence[Order]) -> Aggregation:
    def named_so(properties: Mapping[str, str]) -> dict[str, str]:
        return {alias: in_domo(name) for alias, name in properties.items()}

    return Aggregation(
        group_by=tuple(in_domo(name) for name in aggregation.group_by),
        count=aggregation.count,
        avg=named_so(aggregation.avg),
        sum=named_so(aggregation.sum),
        min=named_so(aggregation.min),
        max=named_so(aggregation.max),
        unwind=tuple(in_domo(name) for name in aggregation.unwind),
        order_by=", ".join(str(order) for order in orders),
    )


def _result(name: str, aggregation: Aggregation) -> str:
    """The group or alias of that name, which is all that groups can be ordered by."""
    groups_by_path = {in_domo(group): _last(group) for group in aggregation.group_by}
    found = name if name in aggregation.names else groups_by_path.get(in_domo(name))
    if found is None:
        raise InvalidInput(
            f'The answer has no "{foreign(name, 60)}" to order by.',
            f"It has {', '.join(foreign(each, 60) for each in aggregation.names)}.",
        )
    return found


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _columns(c: Collection, page: Sequence[Document]) -> list[str]:
    """The properties that some document has, those of the collection's columns first."""
    there = dict.fromkeys(name for document in page for name in document.content)
    declared = [column.name for column in c.columns if column.name in there]
    return list(dict.fromkeys([*declared, *there]))


def _column(c: Collection, name: str) -> Column:
    kinds = {column.name: column.type for column in c.columns}
    return Column(shown(f"content.{name}"), kinds.get(name, ""))


def _row(document: Document, columns: Sequence[str]) -> list[Scalar]:
    updated = document.updated_on.isoformat(timespec="seconds") if document.updated_on else None
    return [document.id, *(_cell(document.content.get(name)) for name in columns), updated]


def _cell(value: JsonValue) -> Scalar:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
