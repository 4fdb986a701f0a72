"""The public API: tokens for a client's id and secret, and what they open."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from domo_mcp.sandbox.app import api_app
from domo_mcp.sandbox.store import Store

SALES = "5a1e0000-0000-4000-8000-000000000001"
BOARD = "5a1e0000-0000-4000-8000-000000000009"
CLIENT = ("sandbox-client", "sandbox-secret")
GRANT = {"grant_type": "client_credentials"}
INVALID = 'Bearer error="invalid_token"'


class Clock:
    """The store's time, which a test can move on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return self.store.clock() + self.passed


@pytest.fixture
def clock(store: Store) -> Clock:
    return Clock(store)


@pytest.fixture
async def http(store: Store, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """api.domo.com, to a client that has not signed in; its tokens last a minute."""
    transport = httpx.ASGITransport(api_app(store, token_life_s=60, clock=clock))
    async with httpx.AsyncClient(transport=transport, base_url="https://api.domo.com") as client:
        yield client


async def bearer(http: httpx.AsyncClient, **grant: str) -> dict[str, str]:
    response = await http.get("/oauth/token", params={**GRANT, **grant}, auth=CLIENT)
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def test_a_token_is_given_for_a_query_and_for_a_form(http: httpx.AsyncClient) -> None:
    wanted = {**GRANT, "scope": "data user"}
    for response in (
        await http.get("/oauth/token", params=wanted, auth=CLIENT),
        await http.post("/oauth/token", data=wanted, auth=CLIENT),
    ):
        body = response.json()
        assert set(body) == {
            "access_token", "customer", "expires_in", "jti", "role", "scope", "token_type", "userId",
        }  # fmt: skip
        assert (body["expires_in"], body["scope"], body["token_type"]) == (60, "data user", "bearer")
        assert (body["role"], body["userId"]) == ("Privileged", 1001)


async def test_a_token_says_when_it_ends(http: httpx.AsyncClient, clock: Clock) -> None:
    token = (await bearer(http))["Authorization"].removeprefix("Bearer ")
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["exp"] == clock().timestamp() + 60


async def test_the_documented_life_of_a_token_is_the_usual_one(store: Store) -> None:
    transport = httpx.ASGITransport(api_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="https://api.domo.com") as http:
        assert (await http.get("/oauth/token", params=GRANT, auth=CLIENT)).json()["expires_in"] == 3599


@pytest.mark.parametrize("auth", [None, ("sandbox-client", "wrong"), ("nobody", "sandbox-secret")])
async def test_a_client_that_is_not_known_is_401(http: httpx.AsyncClient, auth: tuple[str, str] | None) -> None:
    response = await http.get("/oauth/token", params=GRANT, auth=auth)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Basic realm="domo"')


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Bearer c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="]
)
async def test_a_client_that_cannot_be_read_is_401(http: httpx.AsyncClient, header: str) -> None:
    response = await http.get("/oauth/token", params=GRANT, headers={"Authorization": header})
    assert response.status_code == 401


@pytest.mark.parametrize(
    "grant", [{}, {"grant_type": "password"}, {**GRANT, "scope": "data audit"}, {**GRANT, "scope": "everything"}]
)
async def test_another_grant_or_scope_is_400(http: httpx.AsyncClient, grant: dict[str, str]) -> None:
    assert (await http.get("/oauth/token", params=grant, auth=CLIENT)).status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Bearer é", "Basic c2FuZGJveC1jbGllbnQ6c2VjcmV0"])
async def test_everything_else_is_401_without_a_token_of_ours(http: httpx.AsyncClient, header: str) -> None:
    for path in ("/v1/datasets", "/v1/users", "/nothing"):
        response = await http.get(path, headers=[(b"Authorization", header.encode())])
        assert (response.status_code, response.headers["www-authenticate"]) == (401, INVALID)
        assert response.json()["statusReason"] == "Unauthorized"


async def test_a_forged_token_is_401(http: httpx.AsyncClient) -> None:
    head, body, signature = (await bearer(http))["Authorization"].split(".")
    forged = body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB")
    response = await http.get("/v1/datasets", headers={"Authorization": f"{head}.{forged}.{signature}"})
    assert response.status_code == 401


async def test_a_token_ends_and_a_new_one_opens_again(http: httpx.AsyncClient, clock: Clock) -> None:
    headers = await bearer(http)
    clock.passed = timedelta(seconds=59)
    assert (await http.get("/v1/datasets", headers=headers)).status_code == 200
    clock.passed = timedelta(seconds=60)
    over = await http.get("/v1/datasets", headers=headers)
    assert (over.status_code, over.headers["www-authenticate"]) == (401, INVALID)
    assert (await http.get("/v1/datasets", headers=await bearer(http))).status_code == 200


async def test_a_token_opens_its_scopes_only(http: httpx.AsyncClient) -> None:
    data, user = await bearer(http, scope="data"), await bearer(http, scope="user")
    assert [(await http.get("/v1/datasets", headers=each)).status_code for each in (data, user)] == [200, 403]
    assert [(await http.get("/v1/users", headers=each)).status_code for each in (data, user)] == [403, 200]
    assert [(await http.get("/v1/groups", headers=each)).status_code for each in (data, user)] == [403, 200]


async def test_datasets_come_by_page_and_by_name(http: httpx.AsyncClient) -> None:
    http.headers.update(await bearer(http))
    listed = (await http.get("/v1/datasets?sort=name")).json()
    assert [entry["name"] for entry in listed] == [
        "Campaign Notes", "Customers", "Employees", "Marketing Campaigns", "Products", "Sales Orders",
        "Sales Orders (Archive)", "Support Tickets", "Web Sessions",
    ]  # fmt: skip
    assert set(listed[0]) == {
        "id", "name", "description", "rows", "columns", "createdAt", "updatedAt", "dataCurrentAt", "owner",
        "pdpEnabled",
    }  # fmt: skip
    assert (await http.get("/v1/datasets?sort=name&limit=2&offset=1")).json() == listed[1:3]
    assert {entry["id"] for entry in (await http.get("/v1/datasets?nameLike=sales")).json()} == {
        SALES, "5a1e0000-0000-4000-8000-000000000008",
    }  # fmt: skip


async def test_a_page_beyond_fifty_datasets_is_400_in_domos_words(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/datasets?limit=100", headers=await bearer(http))
    assert response.json()["message"] == "'limit' param must be nonnegative and <= 50. actual=100"


async def test_one_dataset_comes_with_its_schema(http: httpx.AsyncClient) -> None:
    http.headers.update(await bearer(http))
    body = (await http.get(f"/v1/datasets/{SALES}")).json()
    assert (body["rows"], body["columns"], body["policies"]) == (50_000, 20, [])
    assert body["schema"]["columns"][:2] == [
        {"type": "STRING", "name": "Order ID"}, {"type": "DATE", "name": "Order Date"},
    ]  # fmt: skip
    assert (await http.get(f"/v1/datasets/{BOARD}")).status_code == 403
    assert (await http.get("/v1/datasets/nothing")).status_code == 404


async def test_sql_answers_in_columns(http: httpx.AsyncClient) -> None:
    http.headers.update(await bearer(http))
    path = f"/v1/datasets/query/execute/{SALES}"
    body = (await http.post(path, json={"sql": "SELECT COUNT(*) AS n FROM table"})).json()
    assert body == {
        "datasource": SALES,
        "columns": ["n"],
        "metadata": [{"type": "LONG", "dataSourceId": SALES, "maxLength": -1, "minLength": -1, "periodIndex": 0}],
        "rows": [[50_000]],
        "numRows": 1,
        "numColumns": 1,
        "fromcache": False,
    }
    assert (await http.post(path, json={"sql": "SELECT nothing FROM table"})).status_code == 400
    statement = {"sql": "SELECT 1 FROM table"}
    assert (await http.post(f"/v1/datasets/query/execute/{BOARD}", json=statement)).status_code == 403


async def test_users_come_by_page_by_id_and_as_me(http: httpx.AsyncClient) -> None:
    http.headers.update(await bearer(http))
    listed = (await http.get("/v1/users")).json()
    assert (len(listed), set(listed[0])) == (5, {"id", "name", "email", "role", "roleId", "title"})
    assert (await http.get("/v1/users?limit=2&offset=1")).json() == listed[1:3]
    assert (await http.get("/v1/users?limit=501")).status_code == 400
    assert (await http.get("/v1/users/27")).json()["name"] == "Robin Falk"
    assert (await http.get("/v1/users/me")).json()["name"] == "Alex Rivera"
    assert (await http.get("/v1/users/1")).status_code == 404
    groups = (await http.get("/v1/groups")).json()
    assert groups[0] == {
        "id": 2, "name": "All Employees", "default": True, "active": True, "creatorId": "27", "memberCount": 5,
    }  # fmt: skip
    assert (await http.get("/v1/groups?limit=1&offset=1")).json() == groups[1:2]
    assert (await http.get("/v1/groups/21/users")).json() == [1003, 1001]
    assert (await http.get("/v1/groups/1")).status_code == 404


async def test_paths_of_an_instances_own_host_are_not_here(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/content/v2/users/me", headers=await bearer(http))).status_code == 404
