"""The answers that Domo's documents print: our tools read them, and the sandbox gives their like."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.answers import text_of
from tests.contract.asking import Asked, client_on
from tests.contract.calls import PICTURE
from tests.contract.examples import Documented, Example, alike, examples, requests, shape_of
from tests.contract.table import Endpoint, Surface

PRINTED = [(example, surface) for example in examples() for surface in example.surfaces]


def name_of(value: object) -> str:
    """A test's id."""
    if isinstance(value, Example):
        return value.endpoint
    return value.id if isinstance(value, Endpoint) else value if isinstance(value, str) else "printed"


@pytest.mark.parametrize(("example", "surface"), [case for case in PRINTED if case[0].shows], ids=name_of)
async def test_a_tool_tells_what_is_printed(example: Example, surface: Surface, tmp_path: Path) -> None:
    arguments = json.loads(example.arguments.replace("<picture>", PICTURE))
    async with client_on(surface, Documented(surface, example), tmp_path) as client:
        result = await client.call_tool(example.entry.tool, arguments)
    told = text_of(result)
    assert not result.is_error, told
    assert not [value for value in example.shows if value not in told], told


@pytest.mark.parametrize(
    ("endpoint", "surface", "body"),
    [(endpoint, surface, body) for endpoint, body in requests() for surface in endpoint.surfaces],
    ids=name_of,
)
def test_a_tool_sends_what_is_printed(asked: Asked, endpoint: Endpoint, surface: Surface, body: Any) -> None:
    during = asked.during(surface, endpoint.tool, endpoint.call)
    sent = [sent for sent in during if endpoint.is_at(surface, sent)]
    assert any(alike(body, request.json) for request in sent), "\n".join(map(str, sent))


@pytest.mark.parametrize(("example", "surface"), PRINTED, ids=name_of)
def test_the_sandbox_answers_in_the_printed_shape(asked: Asked, example: Example, surface: Surface) -> None:
    answers = [sent.answer for sent in asked.sent[surface] if sent.status < 300 and example.entry.is_at(surface, sent)]
    assert answers, "nothing was answered"
    given = shape_of([json.loads(answer) for answer in answers])
    unlike = {
        place: f"{place}: {', '.join(kinds)} is printed, not {', '.join(given.get(place, ())) or 'nothing'}"
        for place, kinds in shape_of([example.value]).items()
        if not kinds & {*given.get(place, ()), "null"}
    }
    known = {place for place in unlike if any(re.match(named, place) for named in example.unlike)}
    assert not unlike.keys() - known, "\n".join(unlike.values())
    assert all(any(re.match(named, place) for place in known) for named in example.unlike), "one is as printed by now"
