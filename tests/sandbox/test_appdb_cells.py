"""How a document's values become cells of the synced dataset."""

import pytest
from pydantic import JsonValue

from domo_mcp.sandbox.appdb.cells import ID, cells, dataset_columns
from domo_mcp.sandbox.appdb.definitions import CollectionColumn
from domo_mcp.sandbox.results import ColumnType
from domo_mcp.sandbox.warehouse import Column


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("STRING", "text", "text"),
        ("STRING", "", ""),
        ("STRING", 1.5, "1.5"),
        ("STRING", True, "true"),
        ("STRING", ["a"], None),
        ("STRING", {"a": 1}, None),
        ("LONG", 12, "12"),
        ("LONG", 12.0, "12"),
        ("LONG", 12.5, None),
        ("LONG", "12", None),
        ("LONG", True, None),
        ("LONG", 2**63 - 1, "9223372036854775807"),
        ("LONG", 2**63, None),
        ("DECIMAL", 0.1, "0.1"),
        ("DECIMAL", 1e-7, "0.0000001"),
        ("DECIMAL", 1e34, None),
        ("DOUBLE", 3, "3.0"),
        ("DOUBLE", "3", None),
        ("DATE", "2026-02-28", "2026-02-28T00:00:00"),
        ("DATE", "2026-02-29", None),
        ("DATE", "2026-02-28T00:00:00Z", None),
        ("DATE", "28.02.2026", None),
        ("DATETIME", "2026-02-28T10:20:30Z", "2026-02-28T10:20:30"),
        ("DATETIME", "2026-02-28T10:20:30.000Z", None),
        ("DATETIME", "2026-02-28 10:20:30", None),
        ("DATETIME", "2026-02-28", None),
        ("LONG", None, None),
    ],
)
def test_a_value_that_fits_its_column_is_its_cell_and_others_leave_it_empty(
    kind: ColumnType, value: JsonValue, cell: str | None
) -> None:
    assert cells(Column("x", kind), [("1", {"x": value})]) == [cell]


def test_a_missing_property_is_an_empty_cell_and_the_id_is_the_documents() -> None:
    contents: list[tuple[str, dict[str, JsonValue]]] = [("1", {"x": "a"}), ("2", {"X": "b"})]
    assert cells(Column("x", "STRING"), contents) == ["a", None]
    assert cells(ID, contents) == ["1", "2"]


def test_the_dataset_has_the_columns_of_the_schema_and_the_id() -> None:
    columns = [CollectionColumn(name="user", type="STRING"), CollectionColumn(name="age", type="LONG")]
    assert dataset_columns(columns) == [Column("user", "STRING"), Column("age", "LONG"), ID]
    own = [CollectionColumn(name="ID", type="LONG")]
    assert dataset_columns(own) == [Column("ID", "LONG")]


@pytest.mark.parametrize("kind", ["NUMBER", "INTEGER", "string"])
def test_a_type_that_domo_does_not_know_makes_no_dataset(kind: str) -> None:
    assert dataset_columns([CollectionColumn(name="a", type="STRING"), CollectionColumn(name="b", type=kind)]) is None


def test_without_a_schema_there_is_no_dataset() -> None:
    assert dataset_columns([]) is None
