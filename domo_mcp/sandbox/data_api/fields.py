"""The fields an app can name: a dataset's columns and, where asked for, its beast modes, under their aliases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domo_mcp.sandbox.refusals import QueryError
from domo_mcp.sandbox.results import ColumnType


@dataclass(frozen=True)
class Field:
    """A field: its name in answers, its expression in Domo's SQL, its type."""

    name: str
    expression: str
    type: ColumnType

    @property
    def is_number(self) -> bool:
        """Whether Domo sums it by default."""
        return self.type in ("LONG", "DOUBLE", "DECIMAL")

    @property
    def is_date(self) -> bool:
        """Whether it can be grained, and filtered by period."""
        return self.type in ("DATE", "DATETIME")


class Fields:
    """Finds fields without regard to case. One with an alias is known by both names, and answered as it was asked."""

    def __init__(self, listed: Sequence[Field], unlisted: Sequence[Field], aliases: Sequence[tuple[str, str]]) -> None:
        """Take the fields that are given when none are named, all others, and aliases as (alias, name)."""
        self._known = {field.name.lower(): field for field in (*listed, *unlisted)}
        self._known |= {
            alias.lower(): replace(self._known[name.lower()], name=alias)
            for alias, name in aliases
            if name.lower() in self._known
        }
        renamed = {name: alias for alias, name in aliases}
        self._listed = [replace(field, name=renamed.get(field.name, field.name)) for field in listed]

    def __iter__(self) -> Iterator[Field]:
        """The fields that are given when none are named, in order."""
        return iter(self._listed)

    def __getitem__(self, name: str) -> Field:
        """The field of a name.

        Raises:
            QueryError: there is none.
        """
        found = self._known.get(name.lower())
        if found is None:
            raise QueryError(f'column "{name[:60]}" does not exist')
        return found

    def date(self, name: str) -> Field:
        """The date field of a name.

        Raises:
            QueryError: there is none, or it holds no dates.
        """
        found = self[name]
        if not found.is_date:
            raise QueryError(f'column "{name[:60]}" is not a date')
        return found


def quoted(name: str) -> str:
    """A name as an identifier in Domo's SQL."""
    return "`" + name.replace("`", "``") + "`"
