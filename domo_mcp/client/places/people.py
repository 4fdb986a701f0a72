"""Where users, groups and their pictures are."""

from __future__ import annotations

from domo_mcp.client.places import Place

ME = Place(
    "the identity of the caller", product="api/content/v2/users/me", app="domo/environment/v1", public="v1/users/me"
)
USERS = Place("the list of users", product="api/content/v3/users", app="domo/users/v1", public="v1/users")
USER = Place("a user", product="api/content/v3/users/{}", app="domo/users/v1/{}", public="v1/users/{}")
GROUPS = Place(
    "the list of groups", product="api/content/v2/groups/grouplist", app="domo/groups/v1", public="v1/groups"
)
GROUP = Place("a group", product="api/content/v2/groups/{}", app="domo/groups/v1/{}", public="v1/groups/{}")
GROUP_SEARCH = Place("a search of groups", product="api/content/v2/groups/grouplist")
GROUP_NAMED = Place("a group by its name", app="domo/groups/v1/name")
GROUPS_OF_USER = Place("the groups of a user", app="domo/groups/v1/user/{}")
AVATAR = Place("an avatar", product="api/content/v1/avatar/{}/{}", app="domo/avatars/v2/{}/{}")
