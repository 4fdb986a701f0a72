"""Users over HTTP."""

import httpx


async def test_a_token_is_its_user(alex: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    me = (await alex.get("/api/content/v2/users/me")).json()
    assert (me["id"], me["displayName"], me["role"]) == (1001, "Alex Rivera", "Privileged")
    assert me["emailAddress"].endswith("@example.com")
    assert (await admin.get("/api/content/v2/users/me")).json()["role"] == "Admin"


async def test_users_come_by_page_and_by_id(alex: httpx.AsyncClient) -> None:
    everybody = (await alex.get("/api/content/v3/users", params={"active": "true"})).json()
    assert len(everybody) == 5
    assert set(everybody[0]) == {"id", "displayName", "role", "roleId", "detail"}
    page = (await alex.get("/api/content/v3/users", params={"limit": 2, "offset": 1})).json()
    assert page == everybody[1:3]
    named = (await alex.get("/api/content/v3/users", params={"id": "27,1003"})).json()
    assert [user["displayName"] for user in named] == ["Robin Falk", "Priya Nair"]


async def test_one_user_is_read_by_id(alex: httpx.AsyncClient) -> None:
    dana = (await alex.get("/api/content/v3/users/1002", params={"includeDetails": "true"})).json()
    assert (dana["displayName"], dana["detail"]["title"]) == ("Dana Okafor", "Sales Operations")
    assert (await alex.get("/api/content/v3/users/5")).status_code == 404
