"""Every operator but the filter, with the document's examples."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.records import DataAlias, Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column

Ask = Callable[..., Awaitable[list[dict[str, Any]]]]
ID = "93a5b974-1aac-49fc-ba9a-a67dff658be6"


async def test_without_operators_all_visible_columns_of_all_rows_come(ask: Ask) -> None:
    rows = await ask("")
    assert [row["first"] for row in rows] == ["Joe", "Henry", "Ann", "Bo", "Cy", "Di"]
    assert list(rows[0]) == ["first", "last", "age", "color", "shape", "qty", "amount", "reps", "date"]


async def test_the_documents_answers_come_in_its_formats(http: httpx.AsyncClient) -> None:
    query = "/data/v1/dataAlias?fields=first,last,age&limit=2"
    csv = await http.get(query, headers={"Accept": "text/csv"})
    assert csv.text == "'first', 'last', 'age';\n'Joe', 'Jacobs', '39';\n'Henry', 'Woolington', '23';\n"
    assert (await http.get(query, headers={"Accept": "array-of-objects"})).json() == [
        {"first": "Joe", "last": "Jacobs", "age": 39},
        {"first": "Henry", "last": "Woolington", "age": 23},
    ]
    detailed = (await http.get(query, headers={"Accept": "application/json"})).json()
    assert detailed | {"device": "", "duration": "", "queryUrl": ""} == {
        "columns": ["first", "last", "age"],
        "datasource": ID,
        "device": "",
        "duration": "",
        "fromcache": "false",
        "metadata": [{"dataSourceId": ID, "type": kind} for kind in ("STRING", "STRING", "LONG")],
        "numColumns": 3,
        "numRows": 2,
        "queryUrl": "",
        "rows": [["Joe", "Jacobs", 39], ["Henry", "Woolington", 23]],
    }


async def test_the_documents_sql_asks_the_alias(http: httpx.AsyncClient) -> None:
    sql, headers = "SELECT * FROM dataAlias limit 100", {"Content-Type": "text/plain"}
    rows = (await http.post("/sql/v1/dataAlias", content=sql, headers=headers)).json()
    assert [row["first"] for row in rows] == ["Joe", "Henry", "Ann", "Bo", "Cy", "Di"]


async def test_fields_limit_the_columns_in_their_order(ask: Ask) -> None:
    assert (await ask("fields=last,first"))[0] == {"last": "Jacobs", "first": "Joe"}


async def test_a_field_is_known_by_its_alias_and_its_own_name(ask: Ask) -> None:
    assert (await ask("fields=client,last", "summed"))[0] == {"client": "Jacobs", "last": "Jacobs"}
    assert list((await ask("", "summed"))[0])[:3] == ["first", "client", "age"]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("avg=qty", {"qty": 3.5}),
        ("count=color", {"color": 5}),
        ("max=amount", {"amount": 2000.0}),
        ("min=date", {"date": "2025-11-23"}),
        ("sum=qty,amount", {"qty": 21, "amount": 4601.5}),
        ("unique=color,shape", {"color": 3, "shape": 3}),
        ("sum=qty&fields=first,last", {"qty": 21}),
        ("sum=qty&max=age", {"qty": 21, "age": 64}),
    ],
)
async def test_aggregations_without_groups_are_one_row_of_the_aggregated_fields_only(
    ask: Ask, operator: str, expected: dict[str, object]
) -> None:
    assert await ask(operator) == [expected]


async def test_groups_sum_numbers_and_count_unique_entries_of_the_rest(ask: Ask) -> None:
    rows = await ask("fields=color,shape,qty&groupby=color,shape&orderby=color,shape descending")
    assert {(row["color"], row["shape"]): row["qty"] for row in rows} == {
        (None, "circle"): 5, ("blue", "square"): 4, ("Foobar", "star"): 6, ("red", "square"): 3, ("red", "circle"): 3,
    }  # fmt: skip
    by_shape = await ask("fields=shape,color,date,age&groupby=shape&orderby=shape")
    assert by_shape == [
        {"shape": "circle", "color": 1, "date": 2, "age": 51},
        {"shape": "square", "color": 2, "date": 3, "age": 92},
        {"shape": "star", "color": 1, "date": 1, "age": 64},
    ]


async def test_an_aggregation_overrides_the_default_of_its_field_only(ask: Ask) -> None:
    rows = await ask("fields=shape,qty,color&groupby=shape&max=qty&orderby=shape")
    assert rows[0] == {"shape": "circle", "qty": 5, "color": 1}
    added = await ask("fields=shape&groupby=shape&avg=amount&orderby=shape")
    assert added[0] == {"shape": "circle", "amount": 775.25}


@pytest.mark.parametrize(
    ("grain", "calendar", "column", "labels"),
    [
        (
            "day",
            "standard",
            "Date",
            ["2025-11-23", "2026-08-22", "2026-10-01", "2026-11-15", "2026-11-16", "2026-11-22"],
        ),
        ("week", "standard", "CalendarWeek", ["2025-W48", "2026-W34", "2026-W40", "2026-W47", "2026-W48"]),
        ("month", "standard", "CalendarMonth", ["2025-11", "2026-08", "2026-10", "2026-11"]),
        ("quarter", "standard", "CalendarQuarter", ["2025-Q4", "2026-Q3", "2026-Q4"]),
        ("quarter", "fiscal", "CalendarQuarter", ["2026-Q1", "2026-Q4", "2027-Q1"]),
        ("year", "standard", "Year", [2025, 2026]),
        ("year", "fiscal", "Year", [2026, 2027]),
    ],
)
async def test_a_date_grain_puts_a_column_of_its_own_in_place_of_the_date(
    ask: Ask, grain: str, calendar: str, column: str, labels: list[object]
) -> None:
    rows = await ask(f"fields=date,qty,reps&dategrain=date by {grain}&calendar={calendar}&orderby=date")
    assert [row[column] for row in rows] == labels
    assert list(rows[0]) == [column, "qty", "reps"]
    assert sum(row["qty"] for row in rows) == 21


async def test_a_date_grain_goes_with_groups_aggregations_and_a_filter(ask: Ask) -> None:
    query = "fields=reps,amount,date&filter=reps = Dione Miu&dategrain=date by month&groupby=reps&orderby=date"
    assert await ask(query) == [
        {"reps": "Dione Miu", "amount": 40.0, "CalendarMonth": "2026-10"},
        {"reps": "Dione Miu", "amount": 1500.5, "CalendarMonth": "2026-11"},
    ]
    assert (await ask("fields=date,qty&dategrain=date by year&max=qty&orderby=Year descending"))[0] == {
        "Year": 2026, "qty": 5,
    }  # fmt: skip


async def test_the_month_is_not_returned_where_its_date_is_not_among_the_fields(ask: Ask) -> None:
    assert await ask("fields=qty&dategrain=date by year&orderby=date") == [{"qty": 6}, {"qty": 15}]


async def test_a_column_that_has_the_grains_name_is_overridden(training: Store, ask: Ask) -> None:
    training.warehouse.create("years", [Column("day", "DATE"), Column("Year", "LONG"), Column("n", "LONG")])
    training.warehouse.insert("years", [["2026-01-01", 7, 1], ["2026-02-01", 8, 1]])
    training.put(training.get(Dataset, ID).model_copy(update={"id": "years", "columns": ()}))  # type: ignore[union-attr]
    training.put(DataAlias(id="years", dataset_id="years"))
    assert await ask("dategrain=day by year", "years") == [{"Year": 2026, "n": 2}]


async def test_limit_and_offset_page_through_an_order(ask: Ask) -> None:
    pages = [await ask(f"fields=qty&orderby=qty descending&limit=4&offset={offset}") for offset in (0, 4, 8)]
    assert [[row["qty"] for row in page] for page in pages] == [[6, 5, 4, 3], [2, 1], []]
    assert len(await ask("offset=4")) == 2
    assert await ask("limit=0") == []


async def test_orders_are_ascending_unless_they_say_otherwise_and_weigh_by_place(ask: Ask) -> None:
    rows = await ask("fields=shape,qty&orderby=shape descending,qty ascending")
    assert [row["qty"] for row in rows] == [6, 1, 2, 4, 3, 5]
    assert [row["qty"] for row in await ask("fields=qty&orderby=qty")] == [1, 2, 3, 4, 5, 6]
