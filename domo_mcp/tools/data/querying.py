"""One SELECT on one dataset: which dataset, whether its text fits it, its rows by page or whole into a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from domo_mcp.catalog.candidates import named
from domo_mcp.catalog.checking import foreign_tables, unquoted_names
from domo_mcp.client.places import datasets as places
from domo_mcp.errors import AnswerTooLarge, DomoError, Rejected, SqlRefused, UnknownName
from domo_mcp.sql import OWN_TABLE_NAMES, Select, counted, quoted
from domo_mcp.telemetry import secrets
from domo_mcp.tools.data.preparing import explained, facts_of, prepared
from domo_mcp.tools.table import Column, Scalar, Source, Table, csv_record, rows_columns
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.catalog.checking import Checked
    from domo_mcp.client.metadata import Dataset
    from domo_mcp.client.rows import Rows
    from domo_mcp.sql.data_query import DataQuery

_EXPORT_PREVIEW = 5


async def dataset_of(call: Call, select: Select, given: str | None) -> Dataset:
    """The dataset that the statement reads: the one given, else the one that FROM names."""
    if given:
        return await call.catalog.dataset(given)
    tables = [table for table in select.tables if table.casefold() not in OWN_TABLE_NAMES]
    if len(tables) != 1:
        raise SqlRefused(
            "FROM does not tell which dataset to query."
            if not tables
            else "A statement reads one dataset, FROM names several.",
            "Name it in FROM (`Sales Orders`) or in `dataset`." if not tables else "Query each by itself and combine.",
        )
    try:
        return await call.catalog.dataset(tables[0])
    except UnknownName:
        await _check_backticks(call, select)
        raise


async def _check_backticks(call: Call, select: Select) -> None:
    """Raise SqlRefused where FROM means a dataset whose name has several words, and no backticks around them."""
    for name in unquoted_names(select):
        try:
            dataset = await call.catalog.dataset(name)
        except UnknownName:
            continue
        raise SqlRefused(
            f"A name of several words needs backticks: FROM means {named(dataset)}.",
            f"Write FROM {quoted(foreign(dataset.name, 80))}.",
        )


async def check_from(call: Call, select: Select, dataset: Dataset) -> None:
    """Raise SqlRefused where FROM names something other than the dataset of the call."""
    for name in foreign_tables(select, (dataset.id, dataset.name)):
        try:
            other = await call.catalog.dataset(name)
        except UnknownName:
            raise SqlRefused(
                f"FROM names `{foreign(name, 80)}`, the call is about {named(dataset)}.",
                f"Write FROM {quoted(foreign(dataset.name, 80))} or FROM table.",
            ) from None
        raise SqlRefused(
            f"FROM names another dataset, {named(other)}, than the call, {named(dataset)}.",
            "Make the two agree; to read both, send two statements and combine the answers.",
        )


async def query(
    call: Call, select: Select, dataset: Dataset, *, limit: int, cursor: str | None = None, most: int | None = None
) -> Table:
    """At most `limit` rows, and no more than the server's own limit or `most`, as a table that says how to go on.

    Raises SqlRefused for what is surely wrong and has no one way out; what has one is changed, and the table says so.
    """
    checked = await prepared(call, select, dataset)
    select = checked.select
    version = await _version(call, dataset) if cursor else ""
    offset = call.cursors.offset(cursor, version)
    most = min(limit, most or call.results.max_rows)
    try:
        rows = await call.domo.query.execute(dataset.id, select, limit=most + 1, offset=offset)
    except Rejected as error:
        raise await explained(call, checked, dataset, error) from None
    except AnswerTooLarge as error:
        raise AnswerTooLarge(error.message, "Select fewer columns, lower the limit, or use save_as.") from None
    more = len(rows.rows) > most
    ordered = more and select.has_total_order()
    if ordered and not cursor:
        version = await _version(call, dataset)
    return Table(
        columns=rows_columns(rows),
        rows=rows.rows[:most],
        source=source(call, dataset),
        first=offset,
        more=more,
        total=await _count(call, select, dataset) if more else None,
        continues=(lambda shown: call.cursors.at(offset + shown, version)) if ordered else None,
        advice=_advice(call, limit),
        facts=(*facts_of(checked), *(() if rows.rows else ("The query ran and matched no rows.",))),
        whole=partial(call.result_link, dataset.id, select.text) if call.result_link else None,
        sql=select.text,
    )


async def ask(call: Call, question: DataQuery, dataset: Dataset, *, limit: int, cursor: str | None) -> Table:
    """The same for a question in the Data API's words: by that API where the surface has it, else as one SELECT."""
    if not call.domo.surface.offers(places.DATA_API):
        from domo_mcp.sql.data_select import to_select

        select = to_select(question, await call.catalog.columns(dataset.id), call.now())
        return await query(call, select, dataset, limit=limit, cursor=cursor)
    offset = call.cursors.offset(cursor)
    most = min(limit, call.results.max_rows)
    page = replace(question, limit=most + 1, offset=offset)
    rows = await call.domo.data_api.query(dataset.id, page)
    return Table(
        columns=rows_columns(rows),
        rows=rows.rows[:most],
        source=source(call, dataset),
        first=offset,
        more=len(rows.rows) > most,
        continues=(lambda shown: call.cursors.at(offset + shown)) if _is_ordered(question) else None,
        advice="for the rest order by every group or column (then a cursor comes), or narrow it with `where`",
        facts=() if rows.rows else ("The query ran and matched no rows.",),
    )


def _is_ordered(question: DataQuery) -> bool:
    """Whether the order tells every two rows apart: it covers all groups, or all fields named."""
    grain = [question.date_grain] if question.date_grain else []
    ordered = {order.field for order in question.order_by}
    apart = {*question.group_by, *(grained.field for grained in grain)} if question.groups else set(question.fields)
    return bool(apart) and apart <= ordered | {grained.field for grained in grain if grained.column in ordered}


def _advice(call: Call, limit: int) -> str:
    """How to get the rest where there is no cursor."""
    cut = f"this server gives {call.results.max_rows:,} rows at most; " if limit > call.results.max_rows else ""
    whole = "read the linked resource" if call.result_link else "use save_as"
    return f"{cut}for the rest add ORDER BY over all selected columns (then a cursor comes) or {whole}"


async def export(call: Call, select: Select, dataset: Dataset, name: str) -> Table:
    """All rows into a new CSV file, read as they arrive; the answer shows the first few."""
    checked = await prepared(call, select, dataset)
    written, preview = 0, list[list[Scalar]]()
    columns: tuple[Column, ...] = ()
    with call.folders.create(name) as (path, file):
        async for batch in _streamed(call, checked, dataset):
            if not columns:
                columns = rows_columns(batch)
                file.write(secrets.hidden(csv_record([column.name for column in columns])))
            file.write(secrets.hidden("".join(map(csv_record, batch.rows))))
            preview += batch.rows[: max(0, _EXPORT_PREVIEW - len(preview))]
            written += len(batch.rows)
            await call.progress(written, message=f"{written:,} rows written")
    return Table(
        columns=columns,
        rows=preview,
        source=source(call, dataset),
        more=written > len(preview),
        total=written,
        advice="the file has them all",
        facts=(f"Saved {written:,} rows to {path}.", *facts_of(checked)),
        sql=checked.select.text,
    )


async def _streamed(call: Call, checked: Checked, dataset: Dataset) -> AsyncIterator[Rows]:
    try:
        async for batch in call.domo.query.stream(dataset.id, checked.select):
            yield batch
    except Rejected as error:
        raise await explained(call, checked, dataset, error) from None


def source(call: Call, dataset: Dataset) -> Source:
    """Where the rows come from, for the answer's last line."""
    updated = dataset.last_updated.isoformat(timespec="seconds") if dataset.last_updated else None
    return Source(dataset.id, dataset.name, call.catalog.url(dataset.id), updated)


async def _version(call: Call, dataset: Dataset) -> str:
    """What changes when the dataset does, asked of Domo anew: pages must be of the same data."""
    fresh = await call.domo.datasets.get(dataset.id)
    return fresh.last_updated.isoformat() if fresh.last_updated else ""


async def _count(call: Call, select: Select, dataset: Dataset) -> int | None:
    """How many rows the statement has in all; None where Domo does not take the question."""
    try:
        rows = await call.domo.query.execute(dataset.id, counted(select), limit=None)
    except (DomoError, SqlRefused):
        return None  # the rows are there; how many more there are is only good to know
    value = rows.rows[0][0] if rows.rows and rows.rows[0] else None
    return int(value) if isinstance(value, int | float) and value >= 0 else None
