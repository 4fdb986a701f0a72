from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.client.app_datasets import AppDatasets
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.data_api import DataApi, parameters
from domo_mcp.client.domo import Domo
from domo_mcp.client.rows import RowColumn, Rows
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework
from domo_mcp.errors import DomoMcpError, InvalidInput, Refused, Rejected
from domo_mcp.sql import ColumnRules
from domo_mcp.sql.data_query import DataQuery, DateGrain, Grain, Order, parse_condition
from domo_mcp.sql.data_select import to_select

Answering = Callable[..., AbstractAsyncContextManager[Session]]
SALES = "5a1e0000-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = {"columns": ["Region", "ssn"], "metadata": [{"type": "STRING"}, {"type": "LONG"}], "rows": [["West", 1]]}


def data_api(session: Session, rules: ColumnRules | None = None) -> DataApi:
    surface = AppFramework()
    datasets = AppDatasets(session, surface, ["sales"])
    policy = ColumnPolicy(rules or ColumnRules(), surface, datasets, AppDb(session, surface))
    return DataApi(session, surface, policy)


def conditions(*texts: str) -> DataQuery:
    return DataQuery(where=tuple(map(parse_condition, texts)))


def test_every_operator_goes_out_under_its_documented_name() -> None:
    query = DataQuery(
        fields=("Region", "Order Date"),
        where=(parse_condition("Revenue > 1000"), parse_condition("Region contains 'a, b'")),
        group_by=("Region",),
        aggregate={"sum": ("Revenue", "Cost"), "unique": ("Customer ID",)},
        date_grain=DateGrain("Order Date", "month"),
        calendar="fiscal",
        order_by=(Order("Region", True), Order("CalendarMonth")),
        limit=10,
        offset=20,
        use_beast_modes=True,
    )
    assert parameters(query) == {
        "fields": "Region,Order Date",
        "filter": "Revenue > 1000, Region contains 'a, b'",
        "groupby": "Region",
        "sum": "Revenue,Cost",
        "unique": "Customer ID",
        "dategrain": "Order Date by month",
        "calendar": "fiscal",
        "orderby": "Region descending,CalendarMonth ascending",
        "limit": 10,
        "offset": 20,
        "useBeastMode": True,
    }


def test_the_date_of_a_grain_is_asked_for_too() -> None:
    query = DataQuery(fields=("Revenue",), date_grain=DateGrain("Order Date", "month"))
    assert parameters(query)["fields"] == "Order Date,Revenue"


async def test_commas_quotes_and_signs_survive_the_query_string(answering: Answering) -> None:
    urls: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        urls.append(request.url)
        assert request.headers["accept"] == "application/json"
        return httpx.Response(200, json=ROW)

    condition = "name in [\"O'Brien, Ann\", 'a+b & c=d #1 100% é']"
    async with answering(handler) as session:
        rows = await data_api(session).query("my sales", conditions(condition))
    assert rows == Rows((RowColumn("Region", "STRING"), RowColumn("ssn", "LONG")), [["West", 1]])
    assert urls[0].raw_path.startswith(b"/data/v1/my%20sales?filter=name%20in%20%5B%22O%27Brien%2C%20Ann%22")
    assert urls[0].params["filter"] == condition


async def test_the_list_of_objects_is_read_too(answering: Answering) -> None:
    async with answering(lambda _: httpx.Response(200, json=[{"a": 1}, {"a": 2}])) as session:
        assert (await data_api(session).query("sales", DataQuery())).rows == [[1], [2]]


@pytest.mark.parametrize(
    "query",
    [
        DataQuery(fields=("Region",), group_by=("Region",), order_by=(Order("Revenue"),)),
        DataQuery(aggregate={"sum": ("Revenue",)}, order_by=(Order("Revenue"),)),
        DataQuery(date_grain=DateGrain("Order Date", "year"), order_by=(Order("Region"),)),
    ],
)
def test_an_order_on_an_aggregation_is_refused_as_documented(query: DataQuery) -> None:
    with pytest.raises(Refused, match="cannot order on an aggregation"):
        parameters(query)


@pytest.mark.parametrize(
    "query",
    [
        DataQuery(fields=("a,b",)),
        DataQuery(group_by=("a,b",)),
        DataQuery(aggregate={"sum": ("a,b",)}),
        DataQuery(date_grain=DateGrain("a,b", "day")),
        DataQuery(order_by=(Order("a,b"),)),
        DataQuery(fields=("a\nb",)),
        DataQuery(fields=(" ",)),
    ],
)
def test_a_name_that_would_be_two_is_refused(query: DataQuery) -> None:
    with pytest.raises(InvalidInput):
        parameters(query)


async def test_under_rules_only_what_may_be_seen_is_asked_for(answering: Answering) -> None:
    asked: list[httpx.QueryParams] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return httpx.Response(200, json=ROW)

    async with answering(handler) as session:
        await data_api(session, ColumnRules(mask=("SSN",))).query("sales", DataQuery(limit=5))
    assert [dict(params) for params in asked] == [{"limit": "1"}, {"fields": "Region", "limit": "5"}]


@pytest.mark.parametrize(
    "query",
    [
        DataQuery(fields=("ssn",)),
        DataQuery(fields=("SSN",)),
        conditions("ssn = 1"),
        DataQuery(group_by=("ssn",)),
        DataQuery(aggregate={"max": ("ssn",)}),
        DataQuery(date_grain=DateGrain("ssn", "day")),
        DataQuery(order_by=(Order("ssn"),)),
        DataQuery(fields=("other name of the hidden column",)),
        DataQuery(use_beast_modes=True),
    ],
)
@pytest.mark.parametrize("rules", [ColumnRules(hide=("ssn",)), ColumnRules(mask=("ssn",))])
async def test_what_policy_keeps_out_of_sight_cannot_be_used(
    answering: Answering, query: DataQuery, rules: ColumnRules
) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.params))
        return httpx.Response(200, json=ROW)

    async with answering(handler) as session:
        with pytest.raises(Refused):
            await data_api(session, rules).query("sales", query)
    assert asked in ([], ["limit=1"])


PERIODS: tuple[tuple[Grain, str], ...] = (
    ("day", "last 10 days"),
    ("week", "last 60 weeks"),
    ("week", "todate year"),
    ("month", "last 5 months"),
    ("quarter", "last 3 quarters"),
    ("year", "last 2 years"),
    ("day", "todate week"),
    ("day", "todate month"),
    ("month", "todate quarter"),
)
QUESTIONS = {
    "all": DataQuery(fields=("Order ID", "Revenue"), order_by=(Order("Order ID"),), limit=7, offset=3),
    "groups": DataQuery(
        fields=("Region", "Category", "Revenue", "Customer ID"),
        group_by=("Region", "Category"),
        order_by=(Order("Region"), Order("Category", True)),
    ),
    "every aggregate": DataQuery(
        aggregate={
            "sum": ("Revenue",),
            "avg": ("Cost",),
            "min": ("Order Date",),
            "max": ("Quantity",),
            "count": ("Campaign Code",),
            "unique": ("Customer ID",),
        }
    ),
    "comparisons": DataQuery(
        aggregate={"count": ("Order ID",)},
        where=tuple(map(parse_condition, ["Revenue > 99.5", "Quantity != 2", "Order Date >= 2026-01-01"])),
    ),
    "texts": DataQuery(
        aggregate={"count": ("Order ID",)},
        where=tuple(map(parse_condition, ["Product Name contains 'tent'", "Region in [West, 'North']"])),
    ),
    "not": DataQuery(
        aggregate={"count": ("Order ID",)},
        where=tuple(map(parse_condition, ["Product Name !contains 'tent'", "Region !in (West, 'North')"])),
    ),
    **{
        f"{grain} {period}": DataQuery(
            fields=("Order Date", "Revenue", "Customer ID"),
            date_grain=DateGrain("Order Date", grain),
            where=(parse_condition(f"Order Date {period}"),),
            order_by=(Order("Order Date"),),
        )
        for grain, period in PERIODS
    },
}


@pytest.mark.parametrize("query", QUESTIONS.values(), ids=QUESTIONS)
async def test_both_surfaces_answer_the_same(sandbox: Starlette, query: DataQuery) -> None:
    async with (
        Domo.connect("app", "https://a.invalid", AppSession("sandbox-session"), surface="app", app=sandbox) as apps,
        Domo.connect("product", "https://a.invalid", DeveloperToken("sandbox-token"), app=sandbox) as product,
    ):
        by_alias = await apps.data_api.query("sales", query)
        select = to_select(query, await product.datasets.schema(SALES), NOW)
        by_sql = await product.query.execute(SALES, select, limit=None)
    assert by_alias.rows
    assert by_alias.columns == by_sql.columns
    assert by_alias.rows == by_sql.rows


async def test_what_sql_does_not_have_is_answered_by_the_data_api(sandbox: Starlette) -> None:
    fiscal = DataQuery(
        fields=("Revenue",), date_grain=DateGrain("Order Date", "year"), calendar="fiscal", order_by=(Order("Year"),)
    )
    beast = DataQuery(fields=("Region", "margin"), group_by=("Region",), use_beast_modes=True)
    async with Domo.connect(
        "app", "https://a.invalid", AppSession("sandbox-session"), surface="app", app=sandbox
    ) as domo:
        assert [row[0] for row in (await domo.data_api.query("sales", fiscal)).rows] == [2024, 2025, 2026, 2027]
        assert len((await domo.data_api.query("sales", beast)).rows) > 1


async def test_a_field_that_the_dataset_does_not_have_is_rejected_with_domos_reason(sandbox: Starlette) -> None:
    async with Domo.connect(
        "app", "https://a.invalid", AppSession("sandbox-session"), surface="app", app=sandbox
    ) as domo:
        with pytest.raises(Rejected, match="does not exist"):
            await domo.data_api.query("sales", DataQuery(fields=("nothing",)))


async def test_another_surface_has_no_data_api(sandbox: Starlette) -> None:
    async with Domo.connect("acme", "https://a.invalid", DeveloperToken("sandbox-token"), app=sandbox) as domo:
        with pytest.raises(DomoMcpError, match="The Data API is not offered on the product surface"):
            await domo.data_api.query("sales", DataQuery())
