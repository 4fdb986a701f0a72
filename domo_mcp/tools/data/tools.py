"""Data: find datasets, know their schema, ask them in SQL or in plain words.

Each tool imports what answers it with its first call: a server that starts needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from domo_mcp.catalog.candidates import named
from domo_mcp.catalog.nearness import nearest
from domo_mcp.errors import SqlRefused, UnknownName
from domo_mcp.tools import args
from domo_mcp.tools.data.details import DatasetDetails, Include, details
from domo_mcp.tools.results import Answer, Chart, ChartType, Page, Text
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import data as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Dataset


class DatasetEntry(Answer):
    """One dataset of a list."""

    id: str
    name: str
    owner: str | None
    rows: int | None
    columns: int | None
    updated: str | None
    cards: int | None
    description: str | None


class SqlProposal(Answer):
    """SQL that Domo's AI wrote, checked against the dataset's columns and Domo's dialect, not run."""

    sql: str
    dataset_id: str
    dataset: str
    problems: list[str]
    model: str | None
    ai_calls: int


@toolset.read
async def search_datasets(
    call: Call,
    query: Annotated[str, Field(max_length=200, description="Part of the name; left out: all.")] = "",
    owner: Annotated[str | None, Field(max_length=200, description="Owner: user name or id.")] = None,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[DatasetEntry]:
    """Use it to browse datasets by part of their name or owner. To find data for a question use get_schema_context."""
    offset = call.cursors.offset(cursor)
    owner_id = await _user_id(call, owner.strip()) if owner else None
    page = await call.domo.datasets.search(query.strip(), owner_id, limit, offset)
    seen = await call.catalog.visible(page.items)
    more = page.total is not None and offset + len(page.items) < page.total
    return Page(
        items=[_entry(dataset) for dataset in seen],
        kind="dataset",
        first=offset,
        total=page.total,
        more=bool(page.items) and (more or (page.total is None and len(page.items) == limit)),
        # What policy keeps out of sight was read, too: the next page begins behind it.
        continues=lambda shown: call.cursors.at(offset + (shown if shown < len(seen) else len(page.items))),
        otherwise=await _like(call, query.strip()) if not seen and not owner and query.strip() else "",
    )


@toolset.read
async def get_dataset(
    call: Call,
    dataset: args.Dataset,
    include: Annotated[
        list[Include], Field(min_length=1, description="Which facts; access, cards, formulas … cost a call each.")
    ] = ["schema"],  # noqa: B006 - read only, and the schema shows it
) -> DatasetDetails:
    """Use it for the facts of one dataset: owner, rows, freshness, columns. For a question use get_schema_context."""
    found = await call.catalog.dataset(dataset)
    return await details(call, found.id, include)


@toolset.read
async def get_schema_context(
    call: Call,
    question: args.Question | None = None,
    datasets: args.DatasetList | None = None,
    max_tokens: args.MaxTokens | None = None,
) -> Text:
    """Use it first for any question about numbers: the datasets that fit it, to write SQL for run_sql yourself.

    Gives columns, types, meanings, beast modes and Domo's dialect. To browse by name use search_datasets.
    """
    from domo_mcp.tools.data.context import context

    return await context(call, question, datasets, max_tokens or call.results.max_tokens)


@toolset.read
async def text_to_sql(
    call: Call,
    question: args.Question,
    datasets: args.DatasetList | None = None,
    model: args.Model | None = None,
) -> SqlProposal:
    """Use it when asked for SQL by Domo's AI, which costs credits; the SQL is checked, not run.

    To write SQL yourself use get_schema_context, to run it run_sql.
    """
    from domo_mcp.tools.data.asking import propose
    from domo_mcp.tools.data.context import choose

    chosen = await choose(call, question, datasets)
    proposal = await propose(call, question, chosen, model)
    return SqlProposal(
        sql=proposal.text,
        dataset_id=proposal.dataset.dataset.id,
        dataset=proposal.dataset.dataset.name,
        problems=proposal.findings,
        model=proposal.model,
        ai_calls=1,
    )


@toolset.read
async def run_sql(
    call: Call,
    sql: args.Sql,
    dataset: args.Dataset | None = None,
    limit: args.Limit = 200,
    cursor: args.Cursor | None = None,
    max_tokens: args.MaxTokens | None = None,  # noqa: ARG001 - the gate trims to it
    save_as: args.SaveAs | None = None,
) -> Table:
    """Use it to run your own SELECT on one dataset: FROM names it, or `dataset` does.

    Get the columns from get_schema_context first. No JOIN: query twice and combine.
    """
    from domo_mcp.tools.data.querying import check_from, dataset_of, export, query

    if cursor and save_as:
        raise SqlRefused("save_as writes all rows, so it takes no cursor.", "Leave one of them out.")
    found = await dataset_of(call, sql, dataset)
    await check_from(call, sql, found)
    if save_as:
        return await export(call, sql, found, save_as)
    return await query(call, sql, found, limit=limit, cursor=cursor)


@toolset.read
async def ask_data(
    call: Call,
    question: args.Question,
    datasets: args.DatasetList | None = None,
    limit: args.Limit = 200,
) -> Table:
    """Use it when asked to let Domo's AI answer, or when your own SQL failed twice: question in, SQL and rows out.

    Costs credits; otherwise use get_schema_context, then run_sql.
    """
    from domo_mcp.tools.data.asking import answer_question

    return await answer_question(call, question, datasets, limit)


Column = Annotated[str, Field(min_length=1, max_length=500)]


@toolset.read
async def chart_data(
    call: Call,
    sql: args.Sql,
    dataset: args.Dataset | None = None,
    chart_type: Annotated[ChartType, Field(description="Left out: what fits the columns.")] | None = None,
    x: Annotated[Column, Field(description="Column that runs along.")] | None = None,
    y: Annotated[Column, Field(description="Column of numbers; of a heat map the colours.")] | None = None,
    series: Annotated[Column, Field(description="Category for colours; of a heat map the rows.")] | None = None,
    title: Annotated[str, Field(max_length=200, description="Heading of the picture.")] | None = None,
) -> Chart | Table:
    """Use it to show a picture: your own SELECT, aggregated to one row per mark, as a chart. For rows use run_sql.

    What is left out is chosen by the columns: dates make a line, a category bars, two categories a heat map.
    """
    from domo_mcp.charts import Wish
    from domo_mcp.tools.data import charting
    from domo_mcp.tools.data.querying import check_from, dataset_of, query

    found = await dataset_of(call, sql, dataset)
    await check_from(call, sql, found)
    most = call.results.chart_rows
    table = await query(call, sql, found, limit=most, most=most)
    return await charting.chart(call, table, sql, found, Wish(chart_type, x, y, series, title))


async def _like(call: Call, query: str) -> str:
    """The datasets whose names are like what none is called."""
    there = {dataset.name: dataset for dataset in await call.catalog.search("")}
    near = "; ".join(named(there[name]) for name in nearest(query, there, 5))
    return f"Like it: {near}." if near else ""


async def _user_id(call: Call, user: str) -> str:
    if user.isdigit():
        return user
    named = [
        person async for person in call.domo.people.all_users() if person.display_name.casefold() == user.casefold()
    ]
    if len(named) != 1:
        which = ", ".join(f"{person.display_name} ({person.id})" for person in named) or "nobody"
        raise UnknownName(f'"{foreign(user)}" is {which} in Domo.', "Give one user's full name or id.")
    return named[0].id


def _entry(dataset: Dataset) -> DatasetEntry:
    return DatasetEntry(
        id=dataset.id,
        name=dataset.name,
        owner=dataset.owner.name if dataset.owner else None,
        rows=dataset.row_count,
        columns=dataset.column_count,
        updated=dataset.last_updated.isoformat(timespec="seconds") if dataset.last_updated else None,
        cards=dataset.card_count,
        description=dataset.description or None,
    )
