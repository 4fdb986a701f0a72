"""Permissions, as App Framework APIs, Collection Level Security describes them."""

from __future__ import annotations

import pytest

from domo_mcp.sandbox.appdb.definitions import PERMISSIONS, Collection, Entity, Permission
from domo_mcp.sandbox.appdb.permissions import Visitor, first_grants, granted, permissions, revoked

ALEX = Visitor(1001, groups=(12,))


def collection(*grants: tuple[Entity, str, set[Permission]]) -> Collection:
    made = Collection(id="c", name="c", datastore_id="d", owner_id=1, created=0, updated=0, updated_by=1)
    for entity, key, wanted in grants:
        made = made.model_copy(update={"grants": granted(made.grants, entity, key, wanted)})
    return made


def test_what_user_group_and_app_were_granted_adds_up() -> None:
    shared = collection(
        ("USER", "1001", {"read"}), ("GROUP", "12", {"read_content"}), ("RYUU_APP", "app", {"update_content"}),
        ("GROUP", "13", {"write"}), ("USER", "1002", {"share"}),
    )  # fmt: skip
    assert permissions(shared, ALEX) == {"read", "read_content"}
    assert permissions(shared, Visitor(1001, (12,), app="app")) == {"read", "read_content", "update_content"}
    assert permissions(shared, Visitor(12)) == frozenset()


def test_admin_is_everything_and_delete_is_for_the_documents_too() -> None:
    assert permissions(collection(("USER", "1001", {"admin"})), ALEX) == PERMISSIONS
    assert permissions(collection(("USER", "1001", {"delete"})), ALEX) == {"delete", "delete_content"}


def test_whoever_manages_appdb_may_do_everything_whatever_was_granted() -> None:
    assert permissions(collection(), Visitor(27, manages=True)) == PERMISSIONS


def test_a_new_collection_is_its_makers_and_its_apps() -> None:
    made = collection().model_copy(update={"grants": first_grants(Visitor(1001, app="app"))})
    assert permissions(made, ALEX) == PERMISSIONS
    assert permissions(made, Visitor(5, app="app")) == PERMISSIONS
    assert permissions(made, Visitor(5)) == frozenset()
    assert len(first_grants(ALEX)) == 1


@pytest.mark.parametrize(("overwrite", "left"), [(True, {"write"}), (False, {"read", "write"})])
def test_permissions_are_replaced_or_added(*, overwrite: bool, left: set[str]) -> None:
    shared = collection(("USER", "1001", {"read"}), ("USER", "1002", {"read"}))
    grants = granted(shared.grants, "USER", "1001", ["write"], overwrite=overwrite)
    assert permissions(shared.model_copy(update={"grants": grants}), ALEX) == left
    assert len(grants) == 2
    assert [grant.entity_id for grant in revoked(grants, "USER", "1001")] == ["1002"]
