"""The Data API: one dataset, asked by fields, conditions, groups and date grains instead of SQL."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domo_mcp.sql.data_query import Aggregate, Calendar, DataQuery, DateGrain, Grain, parse_condition, parse_order
from domo_mcp.tools import args
from domo_mcp.tools.data.querying import ask
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import data_api as toolset

Name = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=200)]


class GrainArgument(BaseModel):
    """A date column and the length of its periods."""

    model_config = ConfigDict(extra="forbid")

    field: Name
    grain: Grain


@toolset.read
async def query_data(  # noqa: PLR0913, PLR0917 - the operators of the document
    call: Call,
    dataset: args.Dataset,
    fields: Annotated[Names, Field(description="Columns to return; left out: all.")] = [],  # noqa: B006 - read only
    where: Annotated[
        Names,
        Field(
            description="Conditions that all hold: amount > 1000; name contains 'x'; d last 3 months; d todate year."
        ),
    ] = [],  # noqa: B006
    group_by: Annotated[Names, Field(description="Columns to group by.")] = [],  # noqa: B006
    aggregate: Annotated[
        dict[Aggregate, Names], Field(description="Function to columns: sum, avg, count, max, min, unique.")
    ] = {},  # noqa: B006
    date_grain: Annotated[GrainArgument | None, Field(description="Group by periods of a date column.")] = None,
    calendar: Annotated[Calendar | None, Field(description="What a year is.")] = None,
    order_by: Annotated[Names, Field(description="name ascending, name descending.")] = [],  # noqa: B006
    limit: args.Limit = 200,
    cursor: args.Cursor | None = None,
    use_beast_modes: Annotated[bool, Field(description="Columns may be beast modes.")] = False,
) -> Table:
    """Use it to filter and group one dataset without SQL; when grouped, numbers are summed and distinct others counted.

    For anything it cannot say (CASE, HAVING, formulas) use run_sql.
    """
    question = DataQuery(
        fields=tuple(fields),
        where=tuple(parse_condition(condition) for condition in where),
        group_by=tuple(group_by),
        aggregate={kind: tuple(names) for kind, names in aggregate.items()},
        date_grain=DateGrain(date_grain.field, date_grain.grain) if date_grain else None,
        calendar=calendar,
        order_by=tuple(parse_order(order) for order in order_by),
        use_beast_modes=use_beast_modes,
    )
    found = await call.catalog.dataset(dataset)
    return await ask(call, question, found, limit=limit, cursor=cursor)
