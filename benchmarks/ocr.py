"""How well and how fast the sandbox reads pictures: wrong characters and seconds of each, then over all.

The pictures are drawn here, with the font that comes with Pillow, and the same that the tests read; the model is loaded
before the first is timed. Differences in the width of spaces do not count. No request leaves the machine.

    python -m benchmarks.ocr [--rounds 3] [--max-error 0.02]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from domo_mcp.sandbox.ocr import OcrEngine, PaddleOcr
from tests.sandbox.ocr.errors import wrong_characters
from tests.sandbox.ocr.pictures import Picture, pictures


@dataclass(frozen=True)
class Reading:
    """What became of one picture; `seconds` is the median of the rounds."""

    name: str
    characters: int
    wrong: int
    seconds: float


def main() -> int:
    """Print the figures; exit code 1 where more than `--max-error` of all characters are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="readings of each picture (default 3)")
    parser.add_argument("--max-error", type=float, default=0.02, help="most of all characters (default 0.02)")
    options = parser.parse_args()
    drawn, engine = pictures(), PaddleOcr()
    engine.read(drawn[0].data)
    return report([read(engine, picture, options.rounds) for picture in drawn], options.max_error)


def read(engine: OcrEngine, picture: Picture, rounds: int) -> Reading:
    """Read one picture several times."""
    seconds, text = [], ""
    for _ in range(rounds):
        began = time.perf_counter()
        text = engine.read(picture.data)
        seconds.append(time.perf_counter() - began)
    wrong = wrong_characters(text, picture.text)
    return Reading(picture.name, len(picture.text), wrong, statistics.median(seconds))


def report(readings: Sequence[Reading], max_error: float) -> int:
    """Print a line for each picture and one for all; the exit code."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("domo-mcp", "faster-paddle", "pillow"))
    print(f"{datetime.now(UTC):%Y-%m-%d} · {platform.platform()} · {os.cpu_count()} CPUs")
    print(f"Python {platform.python_version()} · {parts}")
    for reading in readings:
        error = reading.wrong / reading.characters
        print(f"{reading.name:18} {reading.wrong:3} of {reading.characters:4} {error:6.1%} {reading.seconds:7.2f} s")
    characters, wrong = sum(each.characters for each in readings), sum(each.wrong for each in readings)
    seconds = statistics.median(each.seconds for each in readings)
    print(f"{'all':18} {wrong:3} of {characters:4} {wrong / characters:6.2%} {seconds:7.2f} s median")
    return int(wrong > max_error * characters)


if __name__ == "__main__":
    sys.exit(main())
