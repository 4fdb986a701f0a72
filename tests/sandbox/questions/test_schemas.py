"""Which schema answers, and what a schema's own words add."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domo_mcp.sandbox.questions import Column, NotUnderstood, Schema, write_sql

TODAY = date(2026, 11, 22)
PROFIT = Column("Profit", "DECIMAL", formula="`Revenue` - `Cost`")
ORDER_VALUE = Column("Average Order Value", "DECIMAL", formula="SUM(`Revenue`) / COUNT(DISTINCT `Order ID`)")


def asked(question: str, *schemas: Schema) -> str:
    """Ask on the day of all these tests."""
    return write_sql(question, schemas, today=TODAY)


def test_the_documents_examples_are_answered_with_the_documents_types() -> None:
    sales = Schema("Sales", (Column("Date", "date"), Column("Sales", "number")), "Sales Data")
    assert (
        asked("Create a sql query to show me total sales.", sales)
        == "SELECT SUM(`Sales`) AS `Total Sales` FROM `Sales`"
    )
    assert asked("Show me the sales for the last 3 months.", sales).endswith(
        "WHERE `Date` >= '2026-08-23' AND `Date` < '2026-11-23'"
    )


def test_the_sales_of_a_sales_table_are_its_amount_and_not_its_rows() -> None:
    stores = Schema("Store Sales", (Column("region", "STRING"), Column("amount", "LONG")))
    assert "SUM(`amount`)" in asked("What are my total sales by region?", stores)


def test_rows_without_an_id_are_counted_as_rows() -> None:
    visits = Schema("Store Visits", (Column("Date", "DATE"), Column("Store", "STRING")))
    assert asked("How many visits?", visits) == "SELECT COUNT(*) AS `Number of Rows` FROM `Store Visits`"


def test_a_beast_mode_of_rows_is_summed_and_one_of_groups_stands_alone(orders: Schema) -> None:
    schema = replace(orders, columns=(*orders.columns, PROFIT, ORDER_VALUE))
    assert "SUM((`Revenue` - `Cost`)) AS `Total Profit`" in asked("profit by region", schema)
    assert "(SUM(`Revenue`) / COUNT(DISTINCT `Order ID`)) AS `Average Order Value`" in asked(
        "average order value by region", schema
    )


def test_a_beast_mode_of_groups_cannot_be_summed_or_filter_rows(orders: Schema) -> None:
    schema = replace(orders, columns=(*orders.columns, ORDER_VALUE))
    for question in ("total average order value", "orders with average order value above 5"):
        with pytest.raises(NotUnderstood, match=r"[Aa]verage [Oo]rder [Vv]alue"):
            asked(question, schema)


def test_a_beast_mode_is_asked_for_by_its_whole_name_and_is_no_column_of_a_list(orders: Schema) -> None:
    hours = Column("Resolution Hours", "DOUBLE", formula="AVG(`Quantity`)")
    schema = replace(orders, columns=(*orders.columns, PROFIT, hours))
    with pytest.raises(NotUnderstood, match="could not place `resolutions`"):
        asked("number of resolutions by region", schema)
    with pytest.raises(NotUnderstood, match="is an aggregate already"):
        asked("how many resolution hours", schema)
    assert "Profit" not in asked("orders over 500", schema)


def test_a_name_that_is_known_to_be_of_one_key_needs_no_group(orders: Schema) -> None:
    def knowing(*shared: str) -> Schema:
        columns = (replace(c, shared=shared) if c.name == "Customer Name" else c for c in orders.columns)
        return replace(orders, columns=tuple(columns))

    assert "GROUP BY" not in asked("Nora Lind revenue", knowing("Omar Haddad"))
    assert "GROUP BY `Customer ID`, `Customer Name`" in asked("Nora Lind revenue", knowing("Nora Lind"))
    assert "GROUP BY" not in asked("revenue excluding Nora Lind", knowing("Nora Lind"))


def test_groups_that_can_tie_are_all_shown_and_averages_are_cut_to_one(orders: Schema) -> None:
    assert "HAVING MAX(`Discount`) = (SELECT" in asked("which product has the highest maximum discount", orders)
    assert asked("which product has the highest average discount", orders).endswith("LIMIT 1")


def test_things_counted_for_another_tables_key_are_refused(company: tuple[Schema, ...]) -> None:
    sessions = next(s for s in company if s.name == "Web Sessions")
    with pytest.raises(NotUnderstood, match="`per order` could be a line for each value of `Order ID`, or a division"):
        asked("sessions per order", sessions)


def test_the_first_of_things_with_several_rows_is_refused(company: tuple[Schema, ...]) -> None:
    tickets = next(s for s in company if s.name == "Support Tickets")
    with pytest.raises(NotUnderstood, match="`customer` can have many rows"):
        asked("first customer", tickets)


def test_a_value_of_two_columns_needs_its_column() -> None:
    staff = Schema(
        "Staff", (Column("Name", "STRING", values=("Bo Chen",)), Column("Manager", "STRING", values=("Bo Chen",)))
    )
    with pytest.raises(NotUnderstood, match="`Bo Chen` is a value of `Name` or `Manager`"):
        asked("How many rows with Bo Chen?", staff)
    assert asked("How many rows with manager Bo Chen?", staff).endswith("WHERE `Manager` = 'Bo Chen'")


def test_two_columns_that_fit_equally_are_both_named() -> None:
    prices = Schema("Items", (Column("List Price", "DECIMAL"), Column("Unit Price", "DECIMAL")))
    with pytest.raises(NotUnderstood, match="`price` could be `List Price` or `Unit Price`"):
        asked("average price", prices)


def test_a_synonym_of_a_name_still_counts_by_the_id_because_names_repeat(orders: Schema) -> None:
    columns = (replace(c, synonyms=("customer", "client")) if c.name == "Customer Name" else c for c in orders.columns)
    schema = replace(orders, columns=tuple(columns))
    for noun in ("customers", "clients"):
        assert "COUNT(DISTINCT `Customer ID`)" in asked(f"How many {noun}?", schema)
        assert asked(f"revenue by {noun}", schema).startswith("SELECT `Customer ID`, `Customer Name`, ")


def test_a_synonym_that_is_the_row_noun_counts_the_rows_and_not_their_names() -> None:
    name = Column("Name", "STRING", synonyms=("employee",), values=("Bo Chen",))
    staff = Schema("Employees", (Column("Employee ID", "STRING"), name, Column("Score", "DOUBLE")))
    assert asked("How many employees?", staff).startswith("SELECT COUNT(DISTINCT `Employee ID`)")
    assert asked("employees with score above 4", staff).endswith("WHERE `Score` > 4 ORDER BY `Employee ID`")


def test_a_verb_that_is_a_synonym_of_a_date_can_be_denied(orders: Schema) -> None:
    columns = (replace(c, synonyms=("shipped",)) if c.name == "Ship Date" else c for c in orders.columns)
    schema = replace(orders, columns=tuple(columns))
    assert asked("How many orders were not shipped?", schema).endswith("WHERE `Ship Date` IS NULL")


def test_an_average_per_day_is_refused_whatever_the_day_is_called() -> None:
    spending = Schema("Spending", (Column("Date", "DATE", synonyms=("day",)), Column("Spend", "DECIMAL")))
    with pytest.raises(NotUnderstood, match="an average `per day` can mean two things"):
        asked("average spend per day", spending)


def test_best_selling_needs_a_column_that_says_what_was_sold(orders: Schema) -> None:
    plain = replace(orders, columns=tuple(replace(c, synonyms=()) for c in orders.columns))
    with pytest.raises(NotUnderstood, match="best selling"):
        asked("best selling product", plain)


def test_a_table_with_a_qualifier_in_its_name_waits_until_it_is_asked_for(company: tuple[Schema, ...]) -> None:
    assert "FROM `Sales Orders` " in asked("revenue by region", *company)
    assert "FROM `Sales Orders (Archive)` " in asked("revenue by region in the archive", *company)
    archive = company[-1]
    assert "FROM `Sales Orders (Archive)` " in asked("revenue by region", archive)


def test_quotes_and_backslashes_in_values_and_names_stay_inside_their_literals() -> None:
    odd = Schema("Odd `t`", (Column("It`s", "STRING", values=("O'Brien \\",)), Column("N", "LONG")))
    sql = asked("total n for o'brien", odd)
    assert sql == r"SELECT SUM(`N`) AS `Total N` FROM `Odd ``t``` WHERE `It``s` = 'O''Brien \\'"


@pytest.mark.parametrize("question", ["", "?!", "   "])
def test_an_empty_question_is_refused(question: str, orders: Schema) -> None:
    with pytest.raises(NotUnderstood, match="no question"):
        asked(question, orders)


def test_a_question_without_a_schema_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="no schema"):
        asked("total revenue")


def test_an_identifier_is_known_by_its_form_even_where_it_is_not_among_the_values() -> None:
    cases = Schema("Cases", (Column("Case ID", "STRING", values=("K-001", "K-002")), Column("State", "STRING")))
    assert asked("state of case K-777", cases).endswith("WHERE `Case ID` = 'K-777' ORDER BY `State`")
    with pytest.raises(NotUnderstood, match="could not place"):
        asked("state of case K-77", cases)


def test_the_initials_of_a_long_name_mean_it_when_they_are_written_as_such() -> None:
    columns = (Column("Measure", "STRING", values=("Net Promoter Score",)), Column("Value", "DOUBLE"))
    board = Schema("Board Figures", columns)
    assert "WHERE `Measure` = 'Net Promoter Score'" in asked("What was the NPS?", board)
    with pytest.raises(NotUnderstood, match="could not place `nps`"):
        asked("What was the nps?", board)


def test_a_flag_is_asked_for_by_what_its_description_says(company: tuple[Schema, ...]) -> None:
    assert "WHERE `Converted` = 1" in asked("How many sessions ended in an order?", *company)
    assert "`Converted` <> 1" in asked("How many sessions did not end in an order?", *company)


def test_what_lasts_is_told_by_a_date_that_is_empty_while_it_does(company: tuple[Schema, ...]) -> None:
    staff = next(s for s in company if s.name == "Employees")
    described = (
        replace(c, description="Last day; empty while employed") if c.name == "Leave Date" else c for c in staff.columns
    )
    schema = replace(staff, columns=tuple(described))
    for question in ("current employees", "employees still with us", "How many employees do we have?"):
        assert "WHERE `Leave Date` IS NULL" in asked(question, schema)
    assert "`Leave Date` IS NULL" not in asked("How many employees do we have in Oslo?", staff)


def test_a_number_that_can_be_missing_is_only_said_to_be_so_where_its_description_says_it(orders: Schema) -> None:
    columns = (
        replace(c, description="Stars; empty when not given") if c.name == "Discount" else c for c in orders.columns
    )
    assert "WHERE `Discount` IS NULL" in asked("orders without a discount", replace(orders, columns=tuple(columns)))
    with pytest.raises(NotUnderstood, match="could be one of zero or a missing one"):
        asked("orders without a discount", orders)


def test_words_around_a_table_in_its_description_add_nothing(company: tuple[Schema, ...]) -> None:
    sessions = replace(next(s for s in company if s.name == "Web Sessions"), description="Visits to the web shop")
    assert asked("sessions of the web shop by device", sessions) == asked("sessions by device", sessions)


def test_the_own_name_of_a_table_is_left_out_of_a_synonym(company: tuple[Schema, ...]) -> None:
    campaigns = next(s for s in company if s.name == "Marketing Campaigns")
    assert "SUM(`Spend`)" in asked("total cost by region", campaigns)


def test_a_word_that_another_schema_knows_is_no_misspelling(orders: Schema) -> None:
    plants = Schema("Plants", (Column("Plant ID", "STRING"), Column("Regoin", "STRING")))
    assert "GROUP BY `Region`" in asked("revenue by regoin", orders)
    with pytest.raises(NotUnderstood, match="could not place"):
        asked("revenue by regoin", orders, plants)


def test_a_time_between_two_moments_is_counted_where_a_beast_mode_does_it(company: tuple[Schema, ...]) -> None:
    tickets = next(s for s in company if s.name == "Support Tickets")
    with pytest.raises(NotUnderstood, match="days or in parts of them"):
        asked("How long does it take on average to resolve a ticket?", tickets)
    hours = Column("Hours", "DOUBLE", formula="AVG(UNIX_TIMESTAMP(`Resolved At`) - UNIX_TIMESTAMP(`Created At`))")
    schema = replace(tickets, columns=(*tickets.columns, hours))
    assert f"({hours.formula}) AS `Hours`" in asked("How long does it take on average to resolve a ticket?", schema)
