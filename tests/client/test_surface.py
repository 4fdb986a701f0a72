from __future__ import annotations

import pytest

from domo_mcp.client.surface import AppFramework, Content, Product, PublicApi, Service, Surface, path
from domo_mcp.errors import InvalidInput, Refused


def test_every_segment_is_quoted() -> None:
    assert path("api", "a b?c#d%2e&é") == "/api/a%20b%3Fc%23d%252e%26%C3%A9"


@pytest.mark.parametrize("segment", ["", " ", ".", "..", " .. ", "../x", "a/b", "a\\b", "a\x00", "a\nb", "x" * 501])
def test_a_segment_that_could_lead_elsewhere_is_refused(segment: str) -> None:
    with pytest.raises(InvalidInput):
        path("api", segment)


@pytest.mark.parametrize(
    ("surface", "where"),
    [
        (Product(), "/api/query/v1/execute/a%20b"),
        (AppFramework(), "/sql/v1/a%20b"),
        (PublicApi(), "/v1/datasets/query/execute/a%20b"),
    ],
)
def test_each_surface_has_its_own_place_for_sql(surface: Surface, where: str) -> None:
    assert surface.at("SQL", "a b") == where


@pytest.mark.parametrize(
    ("surface", "service"),
    [
        (Product(), "the Data API"),
        (AppFramework(), "dataset permissions"),
        (AppFramework(), "dataset search"),
        (PublicApi(), "text to SQL"),
        (PublicApi(), "the Data API"),
    ],
)
def test_what_a_surface_does_not_offer_is_refused_with_what_to_do_instead(surface: Surface, service: Service) -> None:
    with pytest.raises(Refused, match=f"is not offered on {surface.title}") as caught:
        surface.at(service, "x")
    assert caught.value.hint
    assert not surface.offers(service)


def test_sql_is_json_but_for_apps_that_send_the_plain_text() -> None:
    assert Product().statement("SELECT 'é'") == Content(b'{"sql": "SELECT \'\\u00e9\'"}', "application/json")
    assert AppFramework().statement("SELECT 'é'") == Content("SELECT 'é'".encode(), "text/plain")
