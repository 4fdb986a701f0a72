"""What the operator wrote about the data: notes in Markdown, and questions whose SQL is known to be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domo_mcp import sql
from domo_mcp.catalog.ranking import keywords
from domo_mcp.errors import ConfigError, SqlRefused

_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>.+?)[ \t#]*$", re.MULTILINE)
_MOST_CHARACTERS = 200_000


class Example(BaseModel):
    """`[[catalog.examples]]`: a question, the dataset (name or id) that answers it, and SQL that was verified."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=2, max_length=2000)
    dataset: str = Field(min_length=1, max_length=500)
    sql: str = Field(min_length=1, max_length=20_000)

    def check(self) -> None:
        """Raise ConfigError where the SQL could not be sent."""
        try:
            sql.parse(self.sql)
        except SqlRefused as refused:
            raise ConfigError(f'catalog.examples: the SQL for "{self.question}": {refused}') from None


@dataclass(frozen=True)
class Notes:
    """A Markdown text whose headings name datasets; what stands under other headings, or none, is about all."""

    text: str = ""

    @classmethod
    def read(cls, file: str) -> Notes:
        """The notes of a file; none for "". Raises ConfigError where it cannot be read."""
        if not file:
            return cls()
        try:
            text = Path(file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeError, RuntimeError) as error:
            raise ConfigError(f"catalog.notes: {file} cannot be read ({type(error).__name__}).") from None
        if len(text) > _MOST_CHARACTERS:
            raise ConfigError(f"catalog.notes: {file} is longer than {_MOST_CHARACTERS:,} characters.")
        return cls(text)

    def about(self, *names: str) -> str:
        """What is said about the dataset of these names and ids."""
        wanted = {name.casefold().strip() for name in names}
        return "\n".join(body for title, body in self._sections if title.casefold() in wanted and body)

    def general(self, names: Sequence[str]) -> str:
        """What is said about none of the datasets of these names and ids: it holds for all."""
        others = {name.casefold().strip() for name in names}
        return "\n".join(
            f"{title}: {body}" if title else body
            for title, body in self._sections
            if title.casefold() not in others and body
        )

    @cached_property
    def _sections(self) -> list[tuple[str, str]]:
        """Title and body of each section, the part before the first heading with no title."""
        starts = list(_HEADING.finditer(self.text))
        ends = [*(heading.start() for heading in starts[1:]), len(self.text)][: len(starts)]
        first = self.text[: starts[0].start()] if starts else self.text
        return [("", first.strip())] + [
            (heading["title"].strip(), self.text[heading.end() : end].strip())
            for heading, end in zip(starts, ends, strict=True)
        ]


def fitting(examples: Sequence[Example], question: str, names: Sequence[str], most: int = 3) -> list[Example]:
    """The examples on the datasets of these names and ids that share the most words with the question, best first."""
    wanted = {name.casefold() for name in names}
    asked = keywords(question)
    there = [example for example in examples if example.dataset.casefold() in wanted]
    return sorted(there, key=lambda example: -len(asked & keywords(example.question)))[:most]
