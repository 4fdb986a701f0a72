"""Which columns may be seen: rules by name pattern or by the data dictionary's flag, as a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache

AGENT_DISABLED = "agent-disabled"
"""Stands in a rule for all columns whose data dictionary says `agentEnabled: false`."""

MASK = "***"
"""What stands in place of every value of a masked column."""

REDACTED = "[hidden]"
"""What stands in place of a hidden column's name in what people wrote."""


@dataclass(frozen=True)
class ColumnRules:
    """Which columns may not be seen (`hide`) or only as asterisks (`mask`), by patterns without regard to case.

    A pattern is a glob of a column's name, `Dataset.Column` with globs of a dataset's name or id and of its column's
    name, or AGENT_DISABLED. `names` are what the dataset at hand is called, `disabled` its columns that are not for
    agents: rules for all datasets (without either) fit by the column's name alone.
    """

    hide: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.hide or self.mask)

    def hides(self, column: str) -> bool:
        """Whether the column exists for nobody."""
        return _fits(column, self.hide, self.names, self.disabled)

    def masks(self, column: str) -> bool:
        """Whether the column is there and its values are not."""
        return not self.hides(column) and _fits(column, self.mask, self.names, self.disabled)

    def touches(self, column: str) -> bool:
        """Whether the column is hidden or masked."""
        return _fits(column, (*self.hide, *self.mask), self.names, self.disabled)

    def of(self, names: Iterable[str], disabled: Iterable[str] = ()) -> ColumnRules:
        """These rules for the dataset of these names and ids."""
        return replace(
            self,
            names=frozenset(name.casefold() for name in names if name),
            disabled=frozenset(column.casefold() for column in disabled),
        )

    @property
    def by_flag(self) -> bool:
        """Whether the data dictionary has a say."""
        return AGENT_DISABLED in (*self.hide, *self.mask)

    @property
    def by_dataset(self) -> bool:
        """Whether some rule may be for one dataset only."""
        return any("." in pattern for pattern in (*self.hide, *self.mask))

    def depends_on_names(self, columns: Iterable[str]) -> bool:
        """Whether for some column it matters what else the dataset is called."""
        patterns = (*self.hide, *self.mask)
        return any(
            fnmatchcase(column.casefold(), right)
            for column in columns
            for pattern in patterns
            for left, right in _splits(pattern)
            if not any(fnmatchcase(name, left) for name in self.names)
        )

    def redacted(self, text: str) -> str:
        """What people wrote, without the names of hidden columns."""
        words = [
            word for pattern in self.hide for word in ([*self.disabled] if pattern == AGENT_DISABLED else [pattern])
        ]
        words += [right for pattern in self.hide for left, right in _splits(pattern) if self._is_of(left)]
        for word in words:
            text = _as_words(word.casefold()).sub(REDACTED, text)
        return text

    def _is_of(self, left: str) -> bool:
        return any(fnmatchcase(name, left) for name in self.names)


@lru_cache(maxsize=8192)
def _fits(column: str, patterns: Sequence[str], names: frozenset[str], disabled: frozenset[str]) -> bool:
    fold = column.casefold()
    for pattern in patterns:
        if pattern == AGENT_DISABLED:
            if fold in disabled:
                return True
        elif fnmatchcase(fold, pattern.casefold()):
            return True
        for left, right in _splits(pattern):
            if fnmatchcase(fold, right) and any(fnmatchcase(name, left) for name in names):
                return True
    return False


def _splits(pattern: str) -> Iterator[tuple[str, str]]:
    """Every way to read a pattern as dataset and column: names of both may have dots."""
    fold = pattern.casefold()
    for place, letter in enumerate(fold):
        if letter == "." and 0 < place < len(fold) - 1:
            yield fold[:place], fold[place + 1 :]


@lru_cache(maxsize=512)
def _as_words(pattern: str) -> re.Pattern[str]:
    """The pattern as whole words within a text, in whatever case and with whatever spaces."""
    glob = {"*": r"\w*", "?": r"\w"}
    parts = [glob.get(letter) or (r"\s+" if letter.isspace() else re.escape(letter)) for letter in pattern]
    body = "".join(parts)
    return re.compile(rf"(?<!\w)(?=\S){body}(?!\w)" if body.strip(r"\w*") else r"(?!)", re.IGNORECASE)
