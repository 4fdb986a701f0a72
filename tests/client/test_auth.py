from __future__ import annotations

import httpx
import pytest

from domo_mcp.client.auth import AppSession, DeveloperToken, OwnOrigin, SignIn
from domo_mcp.errors import ConfigError, Refused

OWN = httpx.URL("https://acme.domo.com")
TOKEN = DeveloperToken("secret-token-1")


async def signed(url: str, sign_in: SignIn = TOKEN) -> httpx.Request:
    request = httpx.Request("GET", url)
    return await anext(OwnOrigin(OWN, sign_in).async_auth_flow(request))


async def test_the_token_goes_to_its_own_origin() -> None:
    request = await signed("https://acme.domo.com:443/api/x")
    assert request.headers["X-DOMO-Developer-Token"] == "secret-token-1"


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.domo.com/api",
        "https://acme.domo.com:8443/api",
        "https://acme.domo.com.evil.example/api",
        "https://other.domo.com/api",
    ],
)
async def test_the_token_goes_nowhere_else(url: str) -> None:
    with pytest.raises(Refused):
        await signed(url)


async def test_an_app_session_goes_into_its_own_header_and_to_its_own_origin() -> None:
    request = await signed("https://acme.domo.com/data/v1/sales", AppSession("secret-session-1"))
    assert request.headers["X-Domo-Ryuu-Session"] == "secret-session-1"
    with pytest.raises(Refused):
        await signed("https://other.domo.com/data/v1/sales", AppSession("secret-session-1"))


def test_an_app_session_is_not_shown() -> None:
    session = AppSession("secret-session-1")
    assert "secret-session-1" not in f"{session!r} {session}"
    assert session.secrets == ("secret-session-1",)


def test_the_token_is_not_shown() -> None:
    token = DeveloperToken("secret-token-1")
    assert "secret-token-1" not in f"{token!r} {token}"


def test_white_space_around_a_pasted_token_does_no_harm() -> None:
    assert DeveloperToken(" secret-token-1\n").secrets == ("secret-token-1",)


@pytest.mark.parametrize("token", ["", "  ", "secret\r\nX-Other: 1", "secret token", "sécret", "secret\x00"])
def test_a_text_that_is_no_header_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DeveloperToken(token)
    assert "cret" not in str(caught.value)
