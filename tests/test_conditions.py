from __future__ import annotations

from decimal import Decimal

import pytest

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.sql.conditions import Comparison, Condition, Last, Membership, ToDate, parse_condition, written


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("amount < 1", Comparison("amount", "<", 1)),
        ("amount<=1.50", Comparison("amount", "<=", Decimal("1.50"))),
        ("amount > 1000", Comparison("amount", ">", 1000)),
        ("amount >= -3", Comparison("amount", ">=", -3)),
        ("color = red", Comparison("color", "=", "red")),
        ('color == "red"', Comparison("color", "=", "red")),
        ("color != 'dark red'", Comparison("color", "!=", "dark red")),
        ("name ~ Foo", Comparison("name", "contains", "Foo")),
        ("name contains 'Foobar'", Comparison("name", "contains", "Foobar")),
        ("name !~ Foo", Comparison("name", "!contains", "Foo")),
        ("name !contains 'Foo, Bar'", Comparison("name", "!contains", "Foo, Bar")),
        ('color in ["foo", "bar"]', Membership("color", ("foo", "bar"))),
        ("color IN ('a,b', c, 3)", Membership("color", ("a,b", "c", 3))),
        ("color !in [1]", Membership("color", (1,), negated=True)),
        ("sold_on todate month", ToDate("sold_on", "month")),
        ("sold_on last 3 months", Last("sold_on", 3, "month")),
        ("sold_on LAST 1 hour", Last("sold_on", 1, "hour")),
    ],
)
def test_every_operator_of_the_document_is_read(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Order Date last 3 months", "Order Date"),
        ("Days in stage > 3", "Days in stage"),
        ("Days in stage in (1, 2)", "Days in stage"),
        ("Last Name contains 'x'", "Last Name"),
        ("Revenue (USD) >= 5", "Revenue (USD)"),
        ("`Order Date` last 3 months", "Order Date"),
        ("`a > b` = 1", "a > b"),
        ("`tick``s` = 1", "tick`s"),
        ("`in`in[1]", "in"),
    ],
)
def test_a_name_may_have_spaces_and_in_backticks_anything(text: str, column: str) -> None:
    assert parse_condition(text).column == column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zip = 01234", "01234"),
        ("zip = '12'", "12"),
        ("day = 2026-01-31", "2026-01-31"),
        ("at > 2026-01-31 12:00:00", "2026-01-31 12:00:00"),
        ("name = 'O''Brien'", "O'Brien"),
        ('name = "O\'Brien"', "O'Brien"),
        ("state = 'and or'", "and or"),
        ("name = ''", ""),
    ],
)
def test_what_is_no_number_is_text(text: str, value: str) -> None:
    condition = parse_condition(text)
    assert isinstance(condition, Comparison)
    assert condition.value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amount",
        "amount >",
        "> 5",
        "in [1]",
        "amount = > 5",
        "a > 1 and b < 2",
        "a = x and b = y",
        "a = b contains c",
        "x = null",
        "x is null",
        "x not in (1)",
        "x between 1 and 2",
        "x like 'a%'",
        "x in 1, 2",
        "x in []",
        "x in [1, 2)",
        "x in [1,, 2]",
        "x = 'open",
        "x = 'a' 'b'",
        "x = a, y = b",
        "x last 3",
        "x last 0 days",
        "x last three days",
        "x last 3 fortnights",
        "x todate hour",
        "x todate",
        "`` = 1",
        "`a` `b` = 1",
        "x = '1'; DROP TABLE y",
    ],
)
def test_what_is_not_one_condition_is_refused_with_the_grammar(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_condition(text)
    assert "todate day|week|month|quarter|year" in caught.value.hint


def test_a_text_that_tries_the_parser_is_refused_at_once() -> None:
    with pytest.raises(InvalidInput):
        parse_condition("x contains " * 100_000)
    with pytest.raises(InvalidInput):
        parse_condition("x contains " * 900)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("amount>1000", "amount > 1000"),
        ("amount == 1.50", "amount = 1.50"),
        ("name ~ Foobar", "name contains 'Foobar'"),
        ("name = 'O''Brien'", 'name = "O\'Brien"'),
        ("name = 'say \"a, b\"'", "name = 'say \"a, b\"'"),
        ("zip = 01234", "zip = '01234'"),
        ("color in (a, 'b,c', 3)", "color in ['a', 'b,c', 3]"),
        ("color !in ['a']", "color !in ['a']"),
        ("`Order Date` last 1 week", "Order Date last 1 weeks"),
        ("d todate YEAR", "d todate year"),
    ],
)
def test_a_condition_goes_out_in_the_documents_words_with_text_in_quotes(text: str, sent: str) -> None:
    assert written(parse_condition(text)) == sent


@pytest.mark.parametrize(
    "condition",
    [
        Comparison("name", "=", "both ' and \""),
        Comparison("name", "=", "line\nbreak"),
        Comparison("name", "=", "back\\"),
        Comparison("a > b", "=", 1),
        Comparison("a, b", "=", 1),
        Comparison("it's", "=", 1),
        Membership("name", ("a", "'\"")),
        Last("x = 1, y", 3, "day"),
    ],
)
def test_what_would_read_as_something_else_is_not_sent(condition: Condition) -> None:
    with pytest.raises(Refused):
        written(condition)
