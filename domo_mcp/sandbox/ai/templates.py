"""Prompt templates as Domo writes them: `${name}` stands for a parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

# The sentence printed in Domo's documents (App-Framework APIs, Text-to-SQL, HTTP Response), with the elements of Domo's
# default prompt: dialect, date, answer in tags.
TEXT_TO_SQL = (
    "You are a helpful assistant that generates SQL queries. ${dataSourceSchemas} ${input} "
    "Use column aliases only for functions. Do not elaborate. Write one SELECT in ${dialect}. Today is ${today}. "
    "Put it in <SQL></SQL> tags. If the columns cannot answer, write <SQL>${commentToken} cannot answer: reason</SQL>."
)
TEXT_GENERATION = "${input}"


class SchemaColumn(Protocol):
    """What a template says about a column."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


def fill(template: str, parameters: Mapping[str, str]) -> str:
    """Put parameters in the places of their names, once; a name that nobody gave stays as it is."""
    return re.sub(r"\$\{(\w+)\}", lambda place: parameters.get(place[1], place[0]), template)


def table(name: str, columns: Sequence[SchemaColumn]) -> str:
    """Describe a table in one sentence, in the manner of Domo's documents."""
    listed = ", ".join(f"{column.name}:{column.type}" for column in columns)
    return f"Table `{name}`, columns=[{listed}]."


def between_tags(answer: str) -> str:
    """Give what a model wrote in <SQL></SQL> tags, or else all of it without a code fence."""
    tagged = re.search(r"<SQL>(.*?)(</SQL>|$)", answer, re.IGNORECASE | re.DOTALL)
    inner = tagged[1] if tagged else answer
    return re.sub(r"^```\w*\n?|\n?```$", "", inner.strip()).strip()
