"""The gold questions: each with every statement that answers it rightly, or with the reason why none can."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

HALVES = ("seen", "unseen")
TUNING = "tuning"


class Gold(BaseModel):
    """One question. `sql` runs on `dataset` as FROM table; `ordered` where the question asks for an order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    dataset: str = ""
    sql: tuple[str, ...] = ()
    ordered: bool = False
    kind: str = ""
    unanswerable: str = ""


def read(half: str) -> list[Gold]:
    """The questions of a half of the gold set, or of the set that is for the work on the rules."""
    with (Path(__file__).parent / f"{half}.toml").open("rb") as file:
        return TypeAdapter(list[Gold]).validate_python(tomllib.load(file)["questions"])
