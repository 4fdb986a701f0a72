"""Faults on demand: which requests meet one. What each does to a request is in `routes/striking.py`.

A plan is a file (TOML, or JSON by its suffix) or the body of `PUT /sandbox/faults`:

    seed = 7
    [[rules]]
    kind = "429"
    path = "/api/query/*"
    share = 0.1
    retry_after = 2
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

CONTROL = "/sandbox/faults"
"""Where a plan is read, put and deleted: a path that only the sandbox has, and that meets no fault."""

Kind = Literal[
    "429", "403", "401", "500", "502", "503", "block_page", "block_redirect", "reset_before",
    "slow", "drip", "reset_during", "reset_after",
    "wrong_shape", "truncated", "not_json", "empty", "huge", "gzip_bomb", "wrong_type",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What may happen to a request. Of the first line nothing is acted on, of the others everything.

* 429            too many requests; with `Retry-After` where the rule has `retry_after`, as 503 too
* 403            "API Rate limit reached.": a rate limit as Domo also sends it (openstax/domo#142)
* 401            a token that expired
* 500, 502, 503  Domo's envelope; 502 is a proxy's page
* block_page, block_redirect   the page, and the 303, for an address that is not allowed (domolibrary, get_data.py)
* reset_before   the connection breaks before the request is looked at
* slow           `delay_s` before the request is acted on
* drip           the answer comes byte by byte, `delay_s` between two
* reset_during, reset_after   the connection breaks after half of the answer, or in place of it
* wrong_shape    the answer inside a list inside an object
* truncated, not_json, empty   half of the answer as if it were all of it, a text that is not JSON, nothing
* huge, gzip_bomb   64 MiB of spaces, plain and packed
* wrong_type     the right answer, declared as text/html
"""


class Rule(BaseModel):
    """One kind of fault, for requests whose path and method match the globs: a `share` of them, the first `times`.

    `retry_after` and `delay_s` are seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    path: str = "*"
    method: str = "*"
    share: float = Field(1.0, gt=0, le=1)
    times: int | None = Field(None, ge=1)
    retry_after: int | None = Field(None, ge=0)
    delay_s: float = Field(5.0, ge=0, le=3600, allow_inf_nan=False)

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is about such a request."""
        return fnmatchcase(path, self.path) and fnmatchcase(method, self.method.upper())


class Plan(BaseModel):
    """What shall go wrong. The shares of rules that match one request add up; the first rule has the first share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    rules: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, file: Path) -> Plan:
        """Read a plan from a file. Raises `ValueError` that says what is wrong with it."""
        try:
            text = file.expanduser().read_text(encoding="utf-8")
            return cls.model_validate_json(text) if file.suffix == ".json" else cls.model_validate(tomllib.loads(text))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except OSError as error:
            raise ValueError(f"{error.strerror}") from None


NO_FAULTS = Plan()


class Processed(NamedTuple):
    """A request that reached its handler; `digest` tells bodies and parameters apart."""

    method: str
    path: str
    digest: str


class Faults:
    """A plan at work. The same requests in the same order meet the same faults."""

    def __init__(self, plan: Plan) -> None:
        """Begin with fresh dice and no fault yet."""
        self.plan = plan
        self.struck = [0] * len(plan.rules)
        self._dice = Random(plan.seed)  # noqa: S311  (which request fails is no secret)

    def draw(self, method: str, path: str) -> Rule | None:
        """The rule that strikes this request, counted as done."""
        if path == CONTROL:
            return None
        fallen = self._dice.random()
        for number, rule in enumerate(self.plan.rules):
            spent = rule.times is not None and self.struck[number] >= rule.times
            if spent or not rule.matches(method, path):
                continue
            if fallen < rule.share:
                self.struck[number] += 1
                return rule
            fallen -= rule.share
        return None
