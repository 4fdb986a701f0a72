"""What a new schema would do to a dataset: which columns come, which go with their values, which change type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import named
from domo_mcp.client.dataset_states import SchemaColumn
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.appdb.definitions import ColumnArgument
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Dataset

_MOST_NAMED = 10
_NAMES_ALL = "A schema has to name all columns, and what is not named is lost."


@dataclass(frozen=True)
class Alteration:
    """A schema before and after; `kept` are columns that nobody sees in Domo and that stay without being named."""

    before: tuple[SchemaColumn, ...]
    after: tuple[SchemaColumn, ...]
    kept: tuple[SchemaColumn, ...]

    @property
    def added(self) -> list[str]:
        """The names that come."""
        there = {column.name for column in self.before}
        return [column.name for column in self.after if column.name not in there]

    @property
    def removed(self) -> list[str]:
        """The names that go."""
        stay = {column.name for column in self.after}
        return [column.name for column in self.before if column.name not in stay]

    @property
    def retyped(self) -> list[tuple[str, str, str]]:
        """Columns with their type before and after."""
        types = {column.name: column.type for column in self.before}
        stay = [column for column in self.after if column.name in types]
        return [(each.name, types[each.name], each.type) for each in stay if types[each.name] != each.type]

    @property
    def loses(self) -> bool:
        """Whether values go, or may go."""
        return bool(self.removed or self.retyped)

    @property
    def shortly(self) -> str:
        """What happens, counted."""
        counts = {"added": len(self.added), "removed": len(self.removed), "retyped": len(self.retyped)}
        told = [f"{count} {what}" for what, count in counts.items() if count]
        return ", ".join(told) or "another order"


def given(columns: Sequence[ColumnArgument]) -> tuple[SchemaColumn, ...]:
    """The columns as a caller gives them. Raises InvalidInput for a blank name, or two that differ by case alone."""
    names = [column["name"].casefold() for column in columns]
    if not all(map(str.strip, names)):
        raise InvalidInput("A column needs a name.", "Blanks alone are none.")
    if twice := [column["name"] for column, name in zip(columns, names, strict=True) if names.count(name) > 1]:
        raise InvalidInput(f'Two columns are called "{foreign(twice[0], 60)}".', "Give each its own name.")
    return tuple(SchemaColumn(name=column["name"], type=column["type"]) for column in columns)


def check_names(rules: ColumnRules, columns: Iterable[SchemaColumn]) -> None:
    """Raise Refused for a new column of a name that policy hides or masks."""
    for column in columns:
        if rules.touches(column.name):
            raise Refused(
                f'Policy keeps columns called "{foreign(column.name, 60)}" out of sight.', "Use another name."
            )


async def check_all_seen(call: Call, dataset_id: str, why: str) -> None:
    """Raise Refused where policy hides or masks columns of a dataset; `why` says what depends on them."""
    if call.domo.rules and (await call.domo.columns.sight(dataset_id)).kept_back:
        raise _kept_back(why)


def _kept_back(why: str) -> Refused:
    return Refused(
        f"Policy hides or masks columns of this dataset. {why}",
        "The operator of this server decides about that (policy.columns).",
    )


async def alteration(call: Call, dataset: Dataset, columns: Sequence[SchemaColumn]) -> Alteration:
    """What `columns` in place of all that the dataset has would do.

    Raises Refused where policy keeps columns back, which would be lost unseen; InvalidInput where nothing changes.
    """
    await check_all_seen(call, dataset.id, _NAMES_ALL)
    before = await call.domo.administration.schema(dataset.id)
    if call.domo.rules:
        rules = await call.domo.columns.of_thing("dataset", dataset.id, dataset.name)
        if any(rules.touches(column.name) for column in before):
            raise _kept_back(_NAMES_ALL)
        check_names(rules, columns)
    _check_case(before, columns)
    there = {column.name: column for column in before}
    wanted = [
        there[each.name].model_copy(update={"type": each.type}) if each.name in there else each for each in columns
    ]
    names = {column.name for column in wanted}
    kept = tuple(column for column in before if not column.visible and column.name not in names)
    after = (*wanted, *kept)
    if [(each.name, each.type) for each in after] == [(each.name, each.type) for each in before]:
        raise InvalidInput(f"The schema of {named(dataset)} is like that already.", "Nothing would change.")
    return Alteration(tuple(before), after, kept)


async def notes(call: Call, dataset: Dataset, change: Alteration) -> tuple[str, ...]:
    """What is to be read before: names of what comes and goes, and what depends on it."""
    retyped = [f"{foreign(name, 40)} {was} -> {will_be}" for name, was, will_be in change.retyped]
    told = [
        _listed("Added, empty", map(_quoted, change.added)),
        _listed("Removed with all their values, which do not come back", map(_quoted, change.removed)),
        _listed("Retyped; values that do not fit the new type are lost", retyped),
        _listed("Hidden in Domo, and left as they are", (_quoted(column.name) for column in change.kept)),
        "A renamed column is a new, empty one to Domo." if change.added and change.removed else "",
    ]
    if change.removed:
        told.append(await _depending(call, dataset, change.removed))
    if change.loses:
        told.append("No undo: Domo's documents have no way to read or restore values of columns that are gone.")
    return tuple(note for note in told if note)


async def _depending(call: Call, dataset: Dataset, removed: Sequence[str]) -> str:
    """The beast modes that read removed columns."""
    details = await call.domo.datasets.get(dataset.id, details=True)
    broken = [
        formula.name
        for formula in details.formulas
        if any(f"`{name}`" in formula.formula for name in removed)
        or {(position.column_name or "").strip("`") for position in formula.column_positions} & {*removed}
    ]
    return _listed("Beast modes that read them, and break", map(_quoted, broken))


def _check_case(before: Iterable[SchemaColumn], columns: Iterable[SchemaColumn]) -> None:
    """Raise InvalidInput for a name that is there in another case: Domo would take it for a new column, or not."""
    there = {column.name.casefold(): column.name for column in before}
    for column in columns:
        known = there.get(column.name.casefold())
        if known is not None and known != column.name:
            raise InvalidInput(f'The column is written "{foreign(known, 60)}".', "Names keep their case.")


def _listed(what: str, names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{what}: {', '.join(listed[:_MOST_NAMED])}{more}." if listed else ""


def _quoted(name: str) -> str:
    return foreign(name, 40)
