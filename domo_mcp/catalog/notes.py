"""What the operator wrote about the data: notes in Markdown, and questions whose SQL is known to be right."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domo_mcp import sql
from domo_mcp.catalog.words import keywords
from domo_mcp.errors import ConfigError, SqlRefused

_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<title>.+?)[ \t#]*$", re.MULTILINE)
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
    """A Markdown text whose headings name datasets; what stands under other headings, or none, is about all.

    What stands under a heading within a dataset's part is about that dataset too.
    """

    text: str = ""

    @classmethod
    def read(cls, file: str) -> Notes:
        """The notes of a file; none for "". Raises ConfigError where it cannot be read."""
        if not file:
            return cls()
        try:
            text = Path(file).expanduser().read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError, RuntimeError) as error:
            raise ConfigError(f"catalog.notes: {file} cannot be read ({type(error).__name__}).") from None
        if len(text) > _MOST_CHARACTERS:
            raise ConfigError(f"catalog.notes: {file} is longer than {_MOST_CHARACTERS:,} characters.")
        return cls(text)

    def about(self, *names: str) -> str:
        """What is said about the dataset of these names and ids."""
        wanted = _folded(names)
        return "\n".join(part.under(wanted) for part in self._parts if part.within(wanted) and part.body)

    def general(self, names: Sequence[str]) -> str:
        """What is said about none of the datasets of these names and ids: it holds for all."""
        others = _folded(names)
        return "\n".join(part.under(frozenset()) for part in self._parts if part.body and not part.within(others))

    @property
    def titles(self) -> list[str]:
        """All headings."""
        return [part.titles[-1] for part in self._parts if part.titles]

    def titles_beside(self, names: Collection[str]) -> list[str]:
        """The headings that are none of these names and ids, nor within the part of one."""
        known = _folded(names)
        return [part.titles[-1] for part in self._parts if part.titles and not part.within(known)]

    @cached_property
    def _parts(self) -> list[_Part]:
        starts = list(_HEADING.finditer(self.text))
        ends = [*(heading.start() for heading in starts), len(self.text)]
        parts, above = [_Part((), self.text[: ends[0]].strip())], list[tuple[int, str]]()
        for heading, end in zip(starts, ends[1:], strict=True):
            level = len(heading["marks"])
            above = [*(each for each in above if each[0] < level), (level, heading["title"].strip(" \t`"))]
            parts.append(_Part(tuple(title for _, title in above), self.text[heading.end() : end].strip()))
        return parts


@dataclass(frozen=True)
class _Part:
    """What stands under one heading; `titles` are that one's and those above it, the outermost first."""

    titles: tuple[str, ...]
    body: str

    def within(self, names: frozenset[str]) -> bool:
        """Whether one of the headings is one of the names."""
        return any(title.casefold() in names for title in self.titles)

    def under(self, names: frozenset[str]) -> str:
        """The body after its own heading, unless that is one of the names."""
        title = self.titles[-1] if self.titles else ""
        return self.body if not title or title.casefold() in names else f"{title}: {self.body}"


def _folded(names: Collection[str]) -> frozenset[str]:
    return frozenset(name.casefold().strip() for name in names)


def fitting(examples: Sequence[Example], question: str, names: Sequence[str], most: int = 3) -> list[Example]:
    """The examples on the datasets of these names and ids that share the most words with the question, best first."""
    wanted = {name.casefold() for name in names}
    asked = keywords(question)
    there = [example for example in examples if example.dataset.casefold() in wanted]
    return sorted(there, key=lambda example: -len(asked & keywords(example.question)))[:most]
