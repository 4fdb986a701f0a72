"""Hidden and masked properties of documents: taken out of what is shown, refused in what is asked and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from domo_mcp.errors import Refused
from domo_mcp.sql import ColumnRules
from domo_mcp.sql.columns import MASK
from domo_mcp.tools.appdb.mongo.paths import OWN_FIELDS, paths_of, shown
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import CollectionColumn

Json = Mapping[str, JsonValue]

_CONTENT = "content."
_LOGICAL = frozenset({"$and", "$or", "$nor"})
_WHOLE = frozenset({"$expr", "$jsonSchema"})


def hides(rules: ColumnRules, path: str) -> bool:
    """Whether a property of the content is hidden: by its path, its name, or what it stands in."""
    return any(map(rules.hides, _called(path)))


def touches(rules: ColumnRules, path: str) -> bool:
    """Whether it is hidden or masked."""
    return any(map(rules.touches, _called(path)))


def seen(content: Any, rules: ColumnRules, path: str = "") -> Any:
    """What of a value may be shown: hidden properties are gone, masked ones are asterisks, at every depth."""
    if not rules:
        return content
    if path and hides(rules, path):
        return None
    if path and touches(rules, path):
        return MASK
    if isinstance(content, list):
        return [seen(part, rules, path) for part in content]
    if isinstance(content, dict):
        below = {key: f"{path}.{key}" if path else key for key in content}
        return {key: seen(part, rules, below[key]) for key, part in content.items() if not hides(rules, below[key])}
    return content


def kept_back(contents: Iterable[JsonValue], rules: ColumnRules, below: str = "") -> bool:
    """Whether some content has a property, at or below a path, that is hidden or masked."""
    if not rules:
        return False
    there = paths_of(contents, deepest=_ALL_LEVELS)
    above = f"{_without_places(below)}."
    return any(touches(rules, path) for path in there if not below or f"{_without_places(path)}.".startswith(above))


_ALL_LEVELS = 200


def check_names(rules: ColumnRules, names: Iterable[str]) -> None:
    """Raise Refused for a property, as AppDB names it, that is kept out of sight."""
    if not rules:
        return
    for name in names:
        if name == "content":
            raise Refused("The whole content cannot be used, as policy hides properties.", "Name its properties.")
        if name not in OWN_FIELDS and touches(rules, name.removeprefix(_CONTENT)):
            raise _out_of_sight(name)


def check_where(rules: ColumnRules, query: Json) -> None:
    """Raise Refused for a query, in AppDB's names, that could tell what is kept out of sight."""
    if rules:
        _where(rules, query, "")


def check_columns(rules: ColumnRules, columns: Iterable[CollectionColumn]) -> None:
    """Raise Refused for a column of a collection that is hidden."""
    for column in columns:
        if hides(rules, column.name):
            raise _out_of_sight(column.name)


def check_content(rules: ColumnRules, content: Json) -> None:
    """Raise Refused for a content with a hidden property; a masked one may be written, not read."""
    for path in paths_of([dict(content)], deepest=_ALL_LEVELS) if rules else ():
        if hides(rules, path):
            raise _out_of_sight(path)


def check_value(rules: ColumnRules, name: str, value: JsonValue) -> None:
    """Raise Refused for a new value of a property that holds hidden or masked ones."""
    for path in paths_of([value], deepest=_ALL_LEVELS) if rules else ():
        if touches(rules, f"{name}.{path}"):
            raise _out_of_sight(f"{name}.{path}")


def _where(rules: ColumnRules, query: Json, within: str) -> None:
    for key, value in query.items():
        if key in _WHOLE:
            raise Refused(f"{key} reads whole documents, and policy hides properties.", "Write plain conditions.")
        if key in _LOGICAL:
            for part in value if isinstance(value, list) else ():
                _where(rules, part if isinstance(part, dict) else {}, within)
        elif not key.startswith("$"):
            name = f"{within}.{key}" if within else key
            check_names(rules, [name])
            if name.partition(".")[0] not in OWN_FIELDS:
                _operand(rules, name, value)


def _operand(rules: ColumnRules, name: str, value: JsonValue) -> None:
    if not isinstance(value, dict) or not any(key.startswith("$") for key in value):
        _literal(name, value)
        return
    for operator, part in value.items():
        if operator == "$elemMatch" and isinstance(part, dict) and not any(_is_operand(key) for key in part):
            _where(rules, part, name)
        elif operator in {"$elemMatch", "$not"}:
            _operand(rules, name, part)
        elif operator == "$all" and isinstance(part, list):
            for each in part:
                _operand(rules, name, each)
        elif operator not in _SHAPES:
            _literal(name, part)


_SHAPES = frozenset({"$date", "$geoWithin", "$geoIntersects"})


def _is_operand(key: str) -> bool:
    return key.startswith("$") and key not in _LOGICAL and key not in _WHOLE


def _literal(name: str, value: JsonValue) -> None:
    """Whole objects are not compared: whether one is equal or greater tells of all that it holds."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict) and "$date" not in part:
            raise Refused(
                f"{foreign(shown(name), 60)} cannot be compared with an object, as policy hides properties.",
                f'Compare single properties: {{"{foreign(shown(name), 60)}.name": …}}.',
            )


def _called(path: str) -> Iterator[str]:
    """Everything by which a rule may mean a property: its path and name, and those of what it stands in."""
    parts = _without_places(path).split(".")
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])
        yield parts[end - 1]


def _without_places(path: str) -> str:
    """The path without numbers, which pick elements of lists."""
    first, *rest = path.split(".")
    return ".".join([first, *(part for part in rest if not part.isdigit())])


def _out_of_sight(name: str) -> Refused:
    return Refused(
        f"The property {foreign(shown(name), 60)} is kept out of sight by policy: it cannot be used or set.",
        "Leave it out.",
    )
