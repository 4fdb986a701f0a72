"""Which datasets matter to a question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domo_mcp.catalog.ranking import Candidate, as_likely, keywords, named_first, rank


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


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("How much do they weigh?", "Weight"),
        ("Which are managed by Ann?", "Manager"),
        ("How many injuries were there?", "Injured"),
        ("How many were certified?", "Certificate"),
        ("the departments with most staff", "Dept"),
        ("the quantity by channel", "ORD_QTY"),
        ("the airport of arrival", "airportcode"),
        ("What do shops sell?", "StoreId"),
        ("How many clients are there?", "customer_no"),
        ("Who is it?", "Name"),
        ("When was it?", "Signup Date"),
        ("How old are they?", "age"),
    ],
)
def test_other_forms_synonyms_abbreviations_and_compounds_of_a_word_are_known(question: str, column: str) -> None:
    ranked = rank(question, [candidate("Alpha", "Foo", "Bar"), candidate("Beta", "Foo", column)])
    assert ranked[0].name == "Beta"
    assert ranked[0].score > 0
    assert not as_likely(ranked)


def test_the_word_itself_counts_more_than_a_synonym() -> None:
    said, meant = candidate("Alpha", "Client"), candidate("Beta", "Customer")
    assert [entry.name for entry in rank("clients", [meant, said])] == ["Alpha", "Beta"]


def test_words_that_only_begin_alike_are_not_related() -> None:
    assert not rank("quantum", [candidate("Alpha", "Quantity")])[0].score


def test_a_name_that_is_said_whole_wins_over_a_longer_one() -> None:
    ranked = rank("How many tickets?", [candidate("Ticket Categories Old"), candidate("Tickets"), ORDERS])
    assert ranked[0].name == "Tickets"


def test_a_value_that_the_question_says_whole_counts() -> None:
    other = replace(ORDERS, id="other", name="Sales Orders B", values=("North", "New Jersey"))
    west = replace(ORDERS, id="west", name="Sales Orders C", values=("West", "New York", "2025"))
    asked = rank("revenue in new york in 2025", [ORDERS, other, west])
    assert asked[0].name == "Sales Orders C"
    assert {"new", "york"} <= asked[0].matched
    assert [entry.score for entry in rank("revenue in 2025", [west])] == [
        entry.score for entry in rank("revenue in 2025", [replace(west, values=())])
    ]


def test_meanings_and_descriptions_count_less_than_names() -> None:
    meant = replace(STAFF, id="meant", name="Alpha", columns=(("Pay", "monthly bonus"),), description="")
    named = replace(STAFF, id="named", name="Beta", columns=(("Bonus", ""),), description="")
    told = replace(STAFF, id="told", name="Gamma", columns=(), description="All about the bonus")
    assert [entry.name for entry in rank("bonus", [told, meant, named])] == ["Beta", "Alpha", "Gamma"]


def test_columns_that_the_question_names_come_first_and_the_others_keep_their_order() -> None:
    names = ["Order ID", "Region", "Unit Price", "Customer City", "Order Date"]
    assert named_first("Which towns do our clients live in?", names) == [3, 0, 1, 2, 4]
    assert named_first("anything", names) == [0, 1, 2, 3, 4]
