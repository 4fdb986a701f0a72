"""Names of properties: what a caller writes without `content.`, as AppDB wants it, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from domo_mcp.catalog.nearness import nearest

OWN_FIELDS = ("id", "owner", "createdOn", "createdBy", "updatedOn", "updatedBy", "syncRequired")
"""What Domo keeps about a document; everything else is in its content."""

DATE_FIELDS = frozenset({"createdOn", "updatedOn"})

_CONTENT = "content."
_LOGICAL = frozenset({"$and", "$or", "$nor"})
_DEEPEST = 6


def in_domo(name: str) -> str:
    """A property as AppDB names it: `content.` before it, where it is not one of the document's own fields."""
    return name if name in OWN_FIELDS or name == "content" or name.startswith(_CONTENT) else _CONTENT + name


def shown(path: str) -> str:
    """The same without `content.`, where that leaves no doubt that it is the content's."""
    short = path.removeprefix(_CONTENT)
    return path if short in OWN_FIELDS or short == "content" or short.startswith(_CONTENT) else short


def query_in_domo(query: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A query object with every property as AppDB names it."""
    return {_query_name(key): _query_value(key, value) for key, value in query.items()}


def operation_in_domo(operation: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """An update object with every property as AppDB names it; the new names of `$rename` too."""
    return {operator: _changes(operator, changes) for operator, changes in operation.items()}


def names_in_query(query: Mapping[str, JsonValue]) -> list[str]:
    """The properties that a query of AppDB's asks about, each once, as it writes them."""
    return list(dict.fromkeys(_names(query)))


def paths_of(contents: Iterable[JsonValue], deepest: int = _DEEPEST) -> set[str]:
    """Every property that some of the contents have, with dots; what stands in a list counts as if it stood there."""
    return {path for content in contents for path in _paths(content, "", deepest)}


def unknown(names: Iterable[str], known: Iterable[str]) -> dict[str, list[str]]:
    """Those of the content's properties that nothing known has, as a caller writes them, with the nearest real ones.

    `known` are paths without `content.`. Below a property that is known without anything in it, everything may be.
    """
    paths = {_without_places(path) for path in known}
    parents = {path.rpartition(".")[0] for path in paths}
    strange = {}
    for name in names:
        path = _without_places(name.removeprefix(_CONTENT))
        if name.startswith(_CONTENT) and path not in paths and not _below_the_unseen(path, paths, parents):
            strange[shown(name)] = nearest(path, paths)
    return strange


def _query_name(key: str) -> str:
    return key if key.startswith("$") else in_domo(key)


def _query_value(key: str, value: JsonValue) -> JsonValue:
    if key in _LOGICAL and isinstance(value, list):
        return [query_in_domo(part) if isinstance(part, dict) else part for part in value]
    if key == "$expr":
        return _expression(value)
    if key == "$jsonSchema" and isinstance(value, dict):
        return _schema(value)
    return value


def _expression(value: JsonValue) -> JsonValue:
    """An aggregation expression: texts that begin with one `$` are properties."""
    if isinstance(value, str):
        return "$" + in_domo(value[1:]) if value.startswith("$") and not value.startswith("$$") else value
    if isinstance(value, list):
        return [_expression(part) for part in value]
    if isinstance(value, dict):
        return {key: part if key == "$literal" else _expression(part) for key, part in value.items()}
    return value


def _schema(schema: dict[str, JsonValue]) -> JsonValue:
    """A JSON schema of the content as one of the document."""
    properties = schema.get("properties")
    if isinstance(properties, dict) and "content" in properties:
        return schema
    return {"required": ["content"], "properties": {"content": schema}}


def _changes(operator: str, changes: JsonValue) -> JsonValue:
    if not isinstance(changes, dict):
        return changes
    renames = operator == "$rename"
    return {
        in_domo(name): in_domo(value) if renames and isinstance(value, str) else value
        for name, value in changes.items()
    }


def _names(query: Mapping[str, JsonValue]) -> Iterator[str]:
    for key, value in query.items():
        if key in _LOGICAL and isinstance(value, list):
            for part in value:
                yield from _names(part) if isinstance(part, dict) else ()
        elif not key.startswith("$"):
            yield key


def _paths(value: JsonValue, place: str, deepest: int) -> Iterator[str]:
    if isinstance(value, list) and deepest:
        for part in value:
            yield from _paths(part, place, deepest - 1)
    elif isinstance(value, dict) and deepest:
        for key, part in value.items():
            path = f"{place}.{key}" if place else key
            yield path
            yield from _paths(part, path, deepest - 1)


def _without_places(path: str) -> str:
    """The path without the numbers that pick one element of a list."""
    first, *rest = path.split(".")
    return ".".join([first, *(part for part in rest if not part.isdigit())])


def _below_the_unseen(path: str, paths: set[str], parents: set[str]) -> bool:
    parts: Sequence[str] = path.split(".")
    above = [".".join(parts[:end]) for end in range(1, len(parts))]
    return any(place in paths and place not in parents for place in above)
