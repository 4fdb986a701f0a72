"""Where users and groups are."""

from __future__ import annotations

from domo_mcp.client.places import Place

ME = Place(
    "the identity of the caller", product="api/content/v2/users/me", app="domo/environment/v1", public="v1/users/me"
)
USERS = Place("the list of users", product="api/content/v3/users", app="domo/users/v1", public="v1/users")
GROUPS = Place(
    "the list of groups", product="api/content/v2/groups/grouplist", app="domo/groups/v1", public="v1/groups"
)
