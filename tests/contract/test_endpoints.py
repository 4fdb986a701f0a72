"""Every endpoint of Domo's documents is requested by a tool, in the form that the documents give it."""

from __future__ import annotations

import re

import pytest

from domo_mcp.client.places import by_service
from tests.contract.asking import Asked
from tests.contract.calls import CALLS
from tests.contract.table import SURFACES, Endpoint, Surface, endpoints

USED = [(endpoint, surface) for endpoint in endpoints() for surface in endpoint.surfaces if not endpoint.unused]


def name_of(value: object) -> str:
    """A test's id."""
    return value.id if isinstance(value, Endpoint) else str(value)


@pytest.mark.parametrize(("endpoint", "surface"), USED, ids=name_of)
def test_a_tool_requests_it_as_documented(asked: Asked, endpoint: Endpoint, surface: Surface) -> None:
    assert any(call.tool == endpoint.tool and call.of == endpoint.call for call in CALLS if call.is_on(surface))
    during = asked.during(surface, endpoint.tool, endpoint.call)
    requests = [sent for sent in during if endpoint.is_at(surface, sent)]
    told = "\n".join([*asked.faults(surface, endpoint.tool), *map(str, during)])
    assert requests, f"not requested\n{told}"
    faults = {fault for sent in requests for fault in endpoint.faults(sent)}
    assert not faults, told
    unsent = set(endpoint.unsent(requests))
    assert unsent == set(endpoint.without), told


@pytest.mark.parametrize("surface", SURFACES)
def test_every_call_answers(asked: Asked, surface: Surface) -> None:
    assert not asked.failed[surface], "\n".join(asked.failed[surface].values())


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_is_sent_that_the_table_does_not_have(asked: Asked, surface: Surface) -> None:
    strange = [
        f"{sent.call.tool}: {sent}"
        for sent in asked.sent[surface]
        if not any(endpoint.is_at(surface, sent) and not any(endpoint.faults(sent)) for endpoint in endpoints())
    ]
    assert not strange, "\n".join(strange)


def test_the_table_has_every_path_of_the_client() -> None:
    known = {re.sub(r"\{\w+\}", "{}", endpoint.path(surface)) for endpoint in endpoints() for surface in SURFACES}
    places = [place for places in by_service().values() for place in places]
    paths = {f"/{path}" for place in places for path in (place.product, place.app) if path}
    assert not paths - known


def test_what_no_tool_requests_has_its_reason() -> None:
    assert all(bool(endpoint.tool) is not bool(endpoint.unused) for endpoint in endpoints())
    assert all(endpoint.documents or endpoint.twin for endpoint in endpoints())
