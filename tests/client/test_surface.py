from __future__ import annotations

import pytest

from domo_mcp.client.places import Place, ai
from domo_mcp.client.places import datasets as places
from domo_mcp.client.surface import AppFramework, Content, Product, PublicApi, Surface, path
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
    assert surface.at(places.SQL, "a b") == where


@pytest.mark.parametrize(
    ("surface", "place"),
    [
        (Product(), places.DATA_API),
        (AppFramework(), places.PERMISSIONS),
        (AppFramework(), places.SEARCH),
        (PublicApi(), ai.TEXT_TO_SQL),
        (PublicApi(), places.DATA_API),
    ],
)
def test_what_a_surface_does_not_offer_is_refused_with_what_to_do_instead(surface: Surface, place: Place) -> None:
    with pytest.raises(Refused, match=f"is not offered on {surface.title}") as caught:
        surface.at(place, "x")
    assert caught.value.hint
    assert not surface.offers(place)


def test_sql_is_json_but_for_apps_that_send_the_plain_text() -> None:
    assert Product().statement("SELECT 'é'") == Content(b'{"sql": "SELECT \'\\u00e9\'"}', "application/json")
    assert AppFramework().statement("SELECT 'é'") == Content("SELECT 'é'".encode(), "text/plain")
