"""Who may do what with a collection: App Framework APIs, AppDB API, Collection Level Security. Pure."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass

from domo_mcp.sandbox.appdb.definitions import PERMISSIONS, Collection, CollectionGrant, Entity, Permission


@dataclass(frozen=True)
class Visitor:
    """Who asks. `app` is the app instance that a session belongs to, None for a developer token.

    `manages` tells of the Manage AppDB grant, which only administrators have (assumed).
    """

    user_id: int
    groups: tuple[int, ...] = ()
    app: str | None = None
    manages: bool = False

    def is_entity(self, entity: Entity, entity_id: str) -> bool:
        """Whether a grant for the entity is one for this visitor."""
        if entity == "GROUP":
            return entity_id in map(str, self.groups)
        return entity_id == (str(self.user_id) if entity == "USER" else self.app)


def permissions(collection: Collection, visitor: Visitor) -> frozenset[Permission]:
    """Give everything the visitor may do; `admin` is everything, `delete` is for the documents too."""
    if visitor.manages:
        return PERMISSIONS
    held = frozenset[Permission]().union(
        *(grant.permissions for grant in collection.grants if visitor.is_entity(grant.entity, grant.entity_id))
    )
    if "admin" in held:
        return PERMISSIONS
    return held | {"delete_content"} if "delete" in held else held


def first_grants(visitor: Visitor) -> tuple[CollectionGrant, ...]:
    """Give the grants of a new collection: everything for who made it and, made in an app, for the app's users."""
    everything = frozenset[Permission]({"admin"})
    own = CollectionGrant(entity="USER", entity_id=str(visitor.user_id), permissions=everything)
    if visitor.app is None:
        return (own,)
    return own, CollectionGrant(entity="RYUU_APP", entity_id=visitor.app, permissions=everything)


def granted(
    grants: tuple[CollectionGrant, ...],
    entity: Entity,
    entity_id: str,
    wanted: Several[Permission],
    *,
    overwrite: bool = True,
) -> tuple[CollectionGrant, ...]:
    """Give the grants after an entity's were set to what is wanted, or with `overwrite` off enlarged by it."""
    before = next((g.permissions for g in grants if (g.entity, g.entity_id) == (entity, entity_id)), frozenset())
    after = frozenset(wanted) if overwrite else before | frozenset(wanted)
    return *revoked(grants, entity, entity_id), CollectionGrant(entity=entity, entity_id=entity_id, permissions=after)


def revoked(grants: tuple[CollectionGrant, ...], entity: Entity, entity_id: str) -> tuple[CollectionGrant, ...]:
    """Give the grants without those of an entity."""
    return tuple(grant for grant in grants if (grant.entity, grant.entity_id) != (entity, entity_id))
