"""The Data API of the App-Framework surface: one dataset, asked without SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.places import datasets as places
from domo_mcp.client.rows import ANSWER, Rows, rows_of
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Surface
from domo_mcp.client.wire import Params
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.sql.conditions import written
from domo_mcp.sql.data_query import DataQuery


class DataApi:
    """Asks the aliases of an app, under the column rules of the instance."""

    def __init__(self, session: Session, surface: Surface, policy: ColumnPolicy) -> None:
        self._session = session
        self._surface = surface
        self._policy = policy

    async def query(self, alias: str, query: DataQuery) -> Rows:
        """Return the rows that answer `query`.

        Source: App-Framework document, Data API, Detailed JSON. Raises `Refused` where the surface has no such API or
        it cannot express the query, `Rejected` where Domo does not take it.
        """
        where = self._surface.at(places.DATA_API, alias)
        if not self._policy.rules:
            return rows_of(await self._session.read("GET", where, ANSWER, params=parameters(query)))
        allowed = parameters(await self._under_rules(alias, query))
        return rows_of(await self._session.discreet().read("GET", where, ANSWER, params=allowed))

    async def _under_rules(self, alias: str, query: DataQuery) -> DataQuery:
        """The query with its fields named, none of them hidden or masked: the API cannot put asterisks in place.

        Only names that the schema shows are taken: behind an alias of the manifest a column has another name too.
        """
        if query.use_beast_modes:
            raise Refused("A beast mode may read columns that policy hides.", "Leave use_beast_modes out.")
        sight = await self._policy.sight(alias)
        seen = tuple(column.name for column in sight.columns if not column.masked)
        if not seen:
            raise Refused("Every column of this dataset is hidden by policy.")
        known = {name.casefold() for name in seen}
        if kept := [name for name in query.names if name.casefold() not in known]:
            raise Refused(
                f"There is no column `{kept[0]}`, or policy keeps it out of sight.",
                "Leave it out; run_sql shows masked columns as asterisks.",
            )
        if query.fields or not sight.kept_back:
            return query
        # Aggregates without groups give one row of them alone.
        return replace(query, fields=seen if query.groups or not query.aggregates else tuple(query.aggregated))


def parameters(query: DataQuery) -> Params:
    """The query string of the Data API, not yet percent-encoded; pure.

    Raises `Refused` for an order on an aggregation ("You cannot order on an aggregation") and for names that the API
    cannot tell apart: with a comma, which parts them.
    """
    _check_order(query)
    grain = query.date_grain
    # The period stands where its date is asked for: fields without the date would have rows that nothing tells apart.
    dated = (grain.field,) if grain and query.fields and grain.field not in query.fields else ()
    return {
        "fields": _listed((*dated, *query.fields)),
        "filter": ", ".join(map(written, query.where)) or None,
        "groupby": _listed(query.group_by),
        **{kind: _listed(names) for kind, names in query.aggregate.items()},
        "dategrain": f"{_listed([grain.field])} by {grain.grain}" if grain else None,
        "calendar": query.calendar,
        "orderby": _listed(
            f"{order.field} {'descending' if order.descending else 'ascending'}" for order in query.order_by
        ),
        "limit": query.limit,
        "offset": query.offset or None,
        "useBeastMode": query.use_beast_modes or None,
    }


def _check_order(query: DataQuery) -> None:
    grain = query.date_grain
    groups = {*query.group_by, *((grain.field, grain.column) if grain else ())}
    for order in query.order_by:
        if query.aggregates and order.field not in groups:
            raise Refused(
                f"The Data API cannot order on an aggregation, and `{order.field}` is one here.",
                "Order by a grouped field, or write the query in run_sql.",
            )


def _listed(names: Iterable[str]) -> str | None:
    found = list(names)
    for name in found:
        if "," in name or not name.isprintable() or not name.strip():
            raise InvalidInput(
                f"The Data API cannot take the field name {name[:100]!r}.",
                "Give the column an alias without commas in the app's manifest, or use run_sql.",
            )
    return ",".join(found) or None
