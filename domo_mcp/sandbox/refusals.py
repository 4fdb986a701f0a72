"""What the sandbox's SQL engine says when it cannot answer."""

from __future__ import annotations

import re

import duckdb


class QueryError(Exception):
    """A statement Domo would answer with HTTP 400; the text is terse and names nothing of the engine."""


class WarehouseBusy(Exception):
    """The data folder is already open, in another process or in this one."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__("The sandbox's data folder is already open elsewhere: close it, or choose another folder.")


# The first text is Domo's own (App Framework APIs, SQL errors); the others follow its wording and are assumed.
_TEXTS: tuple[tuple[str, str], ...] = (
    (
        r'column "(.+?)" must appear',
        r'column "\1" must appear in the GROUP BY clause or be used in an aggregate function',
    ),
    (
        r"(?:clause|GROUP BY|aggregate function calls?) cannot contain (?:aggregates|aggregate)",
        "Invalid use of an aggregate function",
    ),
    (r"cannot be nested|cannot contain window", "Invalid nesting of functions"),
    (r"term out of range", "Position in ORDER BY or GROUP BY is out of range"),
    (r"Out of Range|out of range", "Value is out of range"),
    (r"Out of Memory|out of memory|could not allocate", "The query needs too much memory"),
    (r"[Ee]xecution time|INTERRUPT|[Ii]nterrupted", "The query took too long"),
    (r"Subquery returns \d+ columns", "Operand should contain 1 column"),
    (r"same number of result columns", "The SELECTs of a UNION have different numbers of columns"),
    (r"More than one row returned", "Subquery returns more than 1 row"),
)


def as_query_error(error: duckdb.Error) -> QueryError:
    """Domo's words for an engine failure; what is not recognised becomes one generic line."""
    message = str(error)
    for pattern, text in _TEXTS:
        if found := re.search(pattern, message):
            return QueryError(found.expand(text))
    return QueryError("The query is not valid")
