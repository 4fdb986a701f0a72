"""Entries of the policy that are about nothing there is: a misspelt protection protects nothing, and silently."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from domo_mcp.app import Instance
from domo_mcp.catalog.datasets import Catalog
from domo_mcp.catalog.nearness import nearest
from domo_mcp.client.places import datasets as places
from domo_mcp.errors import NotFound, UnknownName
from domo_mcp.guard.policy import PolicySettings
from domo_mcp.sql.columns import AGENT_DISABLED
from domo_mcp.tools import tool_named
from domo_mcp.untrusted import in_quotes

KINDS = ("dataset", "collection")
"""The kinds of things whose names are compared."""

_OF_TOOLSET = {"datasets": "dataset", "appdb": "collection", "collections": "collection"}
_OF_NEW_THINGS = frozenset({"create_dataset", "create_appdb_collection"})
_FOR_GOOD = frozenset(
    {
        "delete_appdb_collection",
        "replace_rows",
        "set_appdb_permissions",
        "remove_appdb_permissions",
        "delete_fileset",
        "delete_fileset_file",
        "delete_data_file_revision",
        "delete_partition",
    }
)
"""Tools whose changes can never be undone, which always take a person."""


@dataclass(frozen=True)
class Entry:
    """One entry: where it stands, what it says, which texts in it may be the name, of which kinds of things."""

    key: str
    written: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    so: str
    by_case: bool = False

    def is_one_of(self, there: Collection[str]) -> bool:
        """Whether it names one of these names and ids."""
        folded = {name.casefold() for name in there}
        return any(name in there if self.by_case else name.casefold() in folded for name in self.names)


async def misspelt(instance: Instance) -> list[str]:
    """A sentence for each entry of the instance's policy that is about none of its datasets and collections."""
    found = list(entries(instance.policy))
    there = await _names(instance, found) if found else {}
    return [*_faults(found, there), *_in_vain(instance.policy)]


def entries(policy: PolicySettings) -> Iterator[Entry]:
    """The entries without a glob that name a dataset or a collection."""
    return (entry for entry in _all_entries(policy) if not any(set(name) & set("*?[") for name in entry.names))


def _all_entries(policy: PolicySettings) -> Iterator[Entry]:
    for key, lists, so, by_case in (
        ("policy.deny", policy.deny, "denies nothing", False),
        ("policy.allow", policy.allow, "allows nothing", True),
    ):
        for kind, listed in lists.items():
            for name in listed if kind in KINDS else ():
                yield Entry(f"{key}.{kind}", name, (name,), (kind,), so, by_case)
    for key, patterns in (("hide", policy.columns.hide), ("mask", policy.columns.mask)):
        for pattern in patterns:
            if "." in pattern.strip(".") and pattern != AGENT_DISABLED:
                so = f"{key}s no column of one"
                yield Entry(f"policy.columns.{key}", pattern, tuple(_before_dots(pattern)), KINDS, so)
    for approved in policy.unattended:
        tool, _, name = approved.partition(":")
        about = _OF_TOOLSET.get(tool_named(tool).toolset)
        if about and tool not in _OF_NEW_THINGS | _FOR_GOOD:
            yield Entry("policy.unattended", approved, (name,), (about,), "approves nothing", by_case=True)


def _before_dots(pattern: str) -> Iterator[str]:
    """What may be the name in `Dataset.Column`: names of both may have dots."""
    return (pattern[:place] for place, letter in enumerate(pattern) if letter == "." and 0 < place < len(pattern) - 1)


def _faults(found: list[Entry], there: Mapping[str, Collection[str]]) -> Iterator[str]:
    for entry in found:
        if not all(kind in there for kind in entry.kinds):
            continue  # it cannot be known
        names = {name for kind in entry.kinds for name in there[kind]}
        if not entry.is_one_of(names):
            near = nearest(entry.names[0], names)
            like = f" Nearest: {', '.join(map(in_quotes, near))}." if near else ""
            yield (
                f"{entry.key}: {in_quotes(entry.written)} is about no {' or '.join(entry.kinds)} that the token's user "
                f"sees, so it {entry.so}.{like}"
            )


def _in_vain(policy: PolicySettings) -> Iterator[str]:
    for approved in policy.unattended:
        if approved.partition(":")[0] in _FOR_GOOD:
            yield (
                f"policy.unattended: {in_quotes(approved)} approves nothing, since what cannot be undone always takes "
                "a person."
            )


async def _names(instance: Instance, found: list[Entry]) -> dict[str, set[str]]:
    """Names and ids by kind, permitted or not; a kind that the surface does not list is left out."""
    domo, _ = await instance.connection()
    catalog = Catalog(domo.reading, instance.config.catalog)
    asked = {kind for entry in found for kind in entry.kinds}
    names: dict[str, set[str]] = {}
    if "dataset" in asked and domo.surface.offers(places.SEARCH):
        names["dataset"] = await _of_datasets(catalog, {name for entry in found for name in entry.names})
    if "collection" in asked:
        names["collection"] = {text for each in await catalog.collections.all() for text in (each.name, each.id)}
    return names


async def _of_datasets(catalog: Catalog, wanted: Collection[str]) -> set[str]:
    """Of the first datasets, those like what was written, and those that are called so."""
    names = set[str]()
    for name in wanted:
        names |= {text for dataset in await catalog.pool(name) for text in (dataset.name, dataset.id)}
        try:
            found = await catalog.dataset(name)
        except (UnknownName, NotFound):
            continue
        names |= {found.name, found.id}
    return names
