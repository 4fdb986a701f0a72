from __future__ import annotations

import httpx
import pytest

from domo_mcp.client.auth import DeveloperToken, OwnOrigin
from domo_mcp.errors import ConfigError, Refused

OWN = httpx.URL("https://acme.domo.com")


def signed(url: str) -> httpx.Request:
    request = httpx.Request("GET", url)
    return next(OwnOrigin(OWN, DeveloperToken("secret-token-1")).auth_flow(request))


def test_the_token_goes_to_its_own_origin() -> None:
    assert signed("https://acme.domo.com:443/api/x").headers["X-DOMO-Developer-Token"] == "secret-token-1"


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.domo.com/api",
        "https://acme.domo.com:8443/api",
        "https://acme.domo.com.evil.example/api",
        "https://other.domo.com/api",
    ],
)
def test_the_token_goes_nowhere_else(url: str) -> None:
    with pytest.raises(Refused):
        signed(url)


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
