"""Datasets that are easily taken for each other."""

from __future__ import annotations

import pytest

from domo_mcp.catalog.alike import alike
from domo_mcp.catalog.knowledge import Described
from domo_mcp.client.metadata import Column, Dataset


def described(name: str, *columns: str, key: str = "") -> Described:
    """A dataset of these columns."""
    return Described(Dataset(id=key or name, name=name), tuple(Column(name=column) for column in columns))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sales Orders", "Sales Orders (Archive)"),
        ("Sales Orders", "SALES_ORDERS copy"),
        ("salesOrders", "Sales Order"),
        ("Customers", "Customer"),
    ],
)
def test_names_that_share_most_words_are_alike(one: str, other: str) -> None:
    assert alike(described(one), [described(other)])


@pytest.mark.parametrize(("one", "other"), [("Sales Orders", "Sales Targets"), ("Products", "Tickets"), ("", "")])
def test_names_that_share_few_words_are_not(one: str, other: str) -> None:
    assert not alike(described(one, key="a"), [described(other, key="b")])


def test_the_same_columns_in_any_case_and_order_are_alike_whatever_the_name() -> None:
    one = described("Alpha", "Region", "Revenue", "Date", "Cost", "Rep")
    assert alike(one, [described("Beta", "DATE", "cost", "rep", "revenue", "region")])
    assert alike(one, [described("Beta", "Date", "Cost", "Rep", "Revenue")])
    assert not alike(one, [described("Beta", "Date", "Cost", "Rep")])


def test_two_common_columns_are_not_enough() -> None:
    assert not alike(described("Alpha", "Id", "Name"), [described("Beta", "Id", "Name")])


def test_none_is_like_itself_and_the_order_stays() -> None:
    entries = [described("Orders", key=str(number)) for number in range(4)]
    assert [each.dataset.id for each in alike(entries[1], entries)] == ["0", "2", "3"]
