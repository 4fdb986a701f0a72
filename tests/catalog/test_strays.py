"""Names of datasets that the operator misspelt."""

from __future__ import annotations

import logging

import pytest

from domo_mcp.catalog.notes import Example, Notes
from domo_mcp.catalog.strays import Written, strays

ID = "5a1e0000-0000-4000-8000-000000000001"
NAMES = ["Sales Orders", ID, "Products", "Returns 2025"]


def example(dataset: str) -> Example:
    return Example(question="How many?", dataset=dataset, sql="SELECT COUNT(*) FROM t")


@pytest.mark.parametrize("name", ["Sales Orders", "SALES ORDERS", ID, ID.upper()])
def test_what_names_a_dataset_is_none(name: str) -> None:
    assert not strays(Notes(f"# {name}\nNet."), [example(name)], NAMES)


def test_a_heading_like_a_name_is_one_and_a_subject_is_none() -> None:
    (found,) = strays(Notes("# Calendar\nWeeks.\n# sales order\nNet."), [], NAMES)
    assert (found.name, found.near) == ("sales order", ("Sales Orders",))
    assert "told with every dataset" in str(found)


def test_a_heading_within_the_part_of_a_dataset_may_be_like_a_name() -> None:
    assert not strays(Notes("# Sales Orders\n## Return 2025\nLate."), [], NAMES)


def test_the_dataset_of_an_example_has_to_be_there_and_is_told_once() -> None:
    (found,) = strays(Notes(), [example("Invoices"), example("Products"), example("Invoices")], NAMES)
    assert (found.name, found.near) == ("Invoices", ())
    assert str(found).endswith("told with none.")


def test_the_log_tells_what_looks_misspelt_once(caplog: pytest.LogCaptureFixture) -> None:
    written = Written(Notes("# Sales Ordrs\nNet."), [example("Invoices"), example("product")])
    with caplog.at_level(logging.WARNING):
        written.compare(NAMES)
        written.compare(NAMES)
    assert [record.getMessage().split('"')[1] for record in caplog.records] == ["Sales Ordrs", "product"]
