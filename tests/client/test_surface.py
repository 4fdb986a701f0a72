from __future__ import annotations

import pytest

from domo_mcp.client.surface import path
from domo_mcp.errors import InvalidInput


def test_every_segment_is_quoted() -> None:
    assert path("api", "a b?c#d%2e&é") == "/api/a%20b%3Fc%23d%252e%26%C3%A9"


@pytest.mark.parametrize("segment", ["", " ", ".", "..", " .. ", "../x", "a/b", "a\\b", "a\x00", "a\nb", "x" * 501])
def test_a_segment_that_could_lead_elsewhere_is_refused(segment: str) -> None:
    with pytest.raises(InvalidInput):
        path("api", segment)
