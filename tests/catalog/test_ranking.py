"""Which datasets matter to a question."""

from __future__ import annotations

from domo_mcp.catalog.ranking import Candidate, as_likely, keywords, rank


def candidate(name: str, *columns: str, description: str = "", cards: int = 0, rows: int = 1000) -> Candidate:
    return Candidate(name.lower(), name, description, tuple((column, "") for column in columns), cards, rows)


ORDERS = candidate("Sales Orders", "Order Date", "Region", "Revenue", "Product Name", cards=6)
ARCHIVE = candidate("Sales Orders (Archive)", "Order Date", "Region", "Revenue", "Product Name")
TICKETS = candidate("Support Tickets", "Created At", "Region", "Priority", "Agent", cards=3)
STAFF = candidate("Employees", "Name", "Salary", "Hire Date", description="Everybody who works here")


def names(question: str) -> list[str]:
    return [entry.name for entry in rank(question, [STAFF, TICKETS, ARCHIVE, ORDERS]) if entry.score]


def test_columns_decide_where_no_name_is_said() -> None:
    assert names("revenue by region")[0] == "Sales Orders"
    assert names("highest salary")[0] == "Employees"


def test_plural_and_singular_are_the_same_word() -> None:
    assert names("how many tickets by priority")[0] == "Support Tickets"


def test_the_dataset_that_people_use_wins_over_its_copy() -> None:
    ranked = rank("revenue by region", [ARCHIVE, ORDERS])
    assert [entry.name for entry in ranked] == ["Sales Orders", "Sales Orders (Archive)"]
    assert not as_likely(ranked)


def test_two_that_know_the_same_words_and_are_used_as_much_are_as_likely() -> None:
    twin = candidate("Sales Orders EU", "Order Date", "Region", "Revenue", "Product Name", cards=6)
    assert as_likely(rank("revenue by region", [ORDERS, twin]))


def test_a_question_about_nothing_known_scores_nothing() -> None:
    assert names("quantum chromodynamics") == []
    assert not as_likely(rank("quantum chromodynamics", [ORDERS, TICKETS]))


def test_filler_words_and_numbers_are_not_keywords() -> None:
    assert keywords("What is the total revenue of the top 5 products in 2025?") == {"revenue", "product"}


def test_the_order_does_not_depend_on_the_order_given() -> None:
    one = rank("region", [ORDERS, TICKETS, ARCHIVE])
    other = rank("region", [ARCHIVE, TICKETS, ORDERS])
    assert one == other
