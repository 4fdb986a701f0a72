"""A small dataset that an app knows by two names."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.records import BeastMode, ColumnNote, DataAlias, Dataset, FieldAlias, Grant
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column

ID = "93a5b974-1aac-49fc-ba9a-a67dff658be6"
COLUMNS = [
    Column("first", "STRING"), Column("last", "STRING"), Column("age", "LONG"), Column("color", "STRING"),
    Column("shape", "STRING"), Column("qty", "LONG"), Column("amount", "DECIMAL"), Column("reps", "STRING"),
    Column("date", "DATE"), Column("at", "DATETIME"),
]  # fmt: skip
ROWS: list[list[object]] = [
    ["Joe", "Jacobs", 39, "red", "square", 1, 10, "Max", "2026-11-22", "2026-11-22 11:30:00"],
    ["Henry", "Woolington", 23, "red", "square", 2, 2000, "Max", "2026-11-16", "2026-11-22 00:00:00"],
    ["Ann", "O'Hara", 51, "red", "circle", 3, 1500.5, "Dione Miu", "2026-11-15", "2026-11-21 12:00:00"],
    ["Bo", "Berg", 30, "blue", "square", 4, 40, "Dione Miu", "2026-10-01", "2026-11-20 12:00:00"],
    ["Cy", "Costa", None, None, "circle", 5, 50, None, "2026-08-22", "2026-10-22 12:00:00"],
    ["Di", "Rock", 64, "Foobar", "star", 6, 1001, "closed/won", "2025-11-23", "2025-11-23 12:00:00"],
]
MODES = (
    BeastMode(id="1", name="Weight", formula="`qty` * 10", data_type="LONG", aggregated=False, columns=("qty",)),
    BeastMode(id="2", name="Mean", formula="SUM(`amount`) / SUM(`qty`)", data_type="DOUBLE", aggregated=True,
              columns=("amount", "qty")),
)  # fmt: skip
Rows = list[dict[str, Any]]
Ask = Callable[..., Awaitable[Rows]]


@pytest.fixture(scope="module")
def training() -> Iterator[Store]:
    """A company with one more dataset, which an app knows by two names."""
    store = Store.open(clock=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    store.warehouse.create(ID, COLUMNS)
    store.warehouse.insert(ID, ROWS)
    notes = tuple(ColumnNote(name=column.name, description="", visible=column.name != "at") for column in COLUMNS)
    store.put(
        Dataset(
            id=ID, name="Training", description="", unit=None, owner_id=27, provider="api", created=0, updated=0,
            columns=notes, beast_modes=MODES, grants=(Grant(user_id=1001, level="CAN_VIEW"),),
        ),
        DataAlias(id="dataAlias", dataset_id=ID, fields=(FieldAlias(alias="beastModeAlias", column="Weight"),)),
        DataAlias(
            id="summed",
            dataset_id=ID,
            fields=(FieldAlias(alias="beastModeAlias", column="Mean"), FieldAlias(alias="client", column="last")),
        ),
    )  # fmt: skip
    yield store
    store.close()


@pytest.fixture
async def http(training: Store) -> AsyncIterator[httpx.AsyncClient]:
    """An app of the ordinary user, which takes rows as its library does."""
    headers = {"X-Domo-Ryuu-Session": "sandbox-session", "Accept": "array-of-objects"}
    transport = httpx.ASGITransport(sandbox_app(training))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        yield client


@pytest.fixture
def ask(http: httpx.AsyncClient) -> Ask:
    """Asks with a query string as the document writes it; gives the rows."""

    async def rows(query: str, alias: str = "dataAlias") -> Rows:
        response = await http.get(f"/data/v1/{alias}?{query}")
        assert response.status_code == 200, response.text
        found: Rows = response.json()
        return found

    return rows
