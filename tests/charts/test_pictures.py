"""Specifications, and the pictures that are really made of them."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from domo_mcp.charts import TYPES, NoPicture, Wish, choose, draw, png, specification

MEASURED: dict[str, tuple[list[str], list[list[Any]]]] = {
    "bar": (["Region", "Channel", "n"], [["East", "Web", 4], ["East", "Shop", 2], ["West", "Web", -3]]),
    "line": (["Day", "Region", "n"], [[f"2026-01-{d:02}", r, d] for d in range(1, 9) for r in ("East", "West")]),
    "area": (["Day", "Region", "n"], [[f"2026-01-{d:02}", r, d] for d in range(1, 9) for r in ("East", "West")]),
    "scatter": (["a", "b"], [[n / 7, n % 13] for n in range(3000)]),
    "heatmap": (["Region", "Channel", "n"], [["East", "Web", 4], ["East", "Shop", 2], ["West", "Web", -3]]),
}
HOSTILE = [
    'datum["x"]',
    "__proto__",
    "constructor",
    "toString",
    "<img src=x onerror=alert(1)>",
    "a.b[0]\\'",
    "\u202eevil",
]


def spec(columns: list[str], rows: list[list[Any]], **wish: Any) -> dict[str, Any]:
    chart = choose([(name, "") for name in columns], rows, Wish(**wish))
    return specification(draw(chart, ordered=False), ["Sales · data as of today", "a note"])


def decoded(made: dict[str, Any]) -> Image.Image:
    image = Image.open(io.BytesIO(png(json.dumps(made))))
    image.load()
    return image.convert("RGB")


def inked(image: Image.Image) -> float:
    """The share of pixels that are not white."""
    white = sum(1 for pixel in image.resize((200, 200)).get_flattened_data() if pixel == (255, 255, 255))
    return 1 - white / 40_000


@pytest.mark.parametrize("chart", TYPES)
def test_every_kind_of_chart_becomes_a_picture_with_something_on_it(chart: str) -> None:
    columns, rows = MEASURED[chart]
    image = decoded(spec(columns, rows, type=chart))
    assert image.width >= 600
    assert image.height >= 250
    assert 0.02 < inked(image) < 0.9


@pytest.mark.parametrize("chart", TYPES)
def test_no_name_value_or_title_is_anything_but_text(chart: str) -> None:
    values = [f"{n}" for n in range(len(HOSTILE))] if chart == "scatter" else HOSTILE
    rows = [[float(x) if chart == "scatter" else x, s, n] for n, (x, s) in enumerate(zip(values, HOSTILE, strict=True))]
    for names in (
        ["__proto__", "toString", "constructor"],
        ['datum["x"]', "<img src=x onerror=alert(1)>", "a.b[0]\\'"],
    ):
        x, series, y = names
        made = spec(names, rows, type=chart, x=x, series=series, y=y, title="valueOf")
        assert set(_fields(made)) <= {"x", "y", "series", "label"}
        assert set(_expressions(made)) <= {
            f"replace(format(datum.value, '{form}'), 'G', 'B')" for form in ("~s", ".3~s")
        }
        assert not set(_keys(made)) & {"url", "href", "signal", "expr", "calculate", "params", "lookup", "name"}
        assert inked(decoded(made)) > 0.02


@pytest.mark.parametrize(
    ("chart", "rows"),
    [
        ("bar", [["a", 1]]),
        ("line", [["a", 0]]),
        ("bar", [[None, -1], ["", None]]),
        ("area", [["a", 1e300], ["b", -1e300]]),
    ],
)
def test_few_and_odd_rows_are_drawn(chart: str, rows: list[list[Any]]) -> None:
    assert decoded(spec(["x", "y"], rows, type=chart)).width > 200


def test_moments_of_every_size_are_drawn() -> None:
    for first, last in (("2026-01-01T10:00:00", "2026-01-01T10:30:00"), ("2026-01-01", "2026-01-01"),
                        ("2026-01-01", "2026-03-01"), ("0001-01-01", "9999-12-31")):  # fmt: skip
        rows = [[first, "a", 1], [last, "b", 2]]
        assert decoded(spec(["t", "s", "y"], rows, type="line", series="s")).width > 200


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domo_mcp.charts.picture.MOST_SECONDS", 0.001)
    with pytest.raises(NoPicture, match="within 0 seconds"):
        png(json.dumps(spec(*MEASURED["bar"])))


def test_a_specification_that_needs_too_much_memory_ends_that_process_alone() -> None:
    made = spec(*MEASURED["bar"])
    with pytest.raises(NoPicture, match="vl-convert failed"):
        png(json.dumps({**made, "width": 60_000, "height": 60_000}))


def test_what_is_no_specification_is_no_picture() -> None:
    with pytest.raises(NoPicture, match="vl-convert failed"):
        png("{}")


def test_nothing_is_loaded_from_anywhere() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        made = {
            **spec(*MEASURED["scatter"]),
            "data": {"url": f"http://127.0.0.1:{listening.getsockname()[1]}/rows.csv"},
        }
        with pytest.raises(NoPicture, match="vl-convert failed"):
            png(json.dumps(made))
        with pytest.raises(TimeoutError):
            listening.accept()


def test_without_vl_convert_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vl_convert.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NoPicture, match=r"pip install 'domo-mcp\[charts\]'"):
        png(json.dumps(spec(*MEASURED["bar"])))


def test_a_picture_is_made_without_the_secrets_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    program = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ))); raise ImportError"
    (tmp_path / "vl_convert.py").write_text(program, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("DOMO_DEVELOPER_TOKEN", "t0ken")
    with pytest.raises(NoPicture):
        png("{}")
    assert "PATH" in seen.read_text(encoding="utf-8")
    assert "t0ken" not in seen.read_text(encoding="utf-8")


def _walk(part: Any) -> Iterator[tuple[str, Any]]:
    """Every key outside the data with its value."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key != "values":
                yield key, value
                yield from _walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from _walk(value)


def _keys(made: Any) -> Iterator[str]:
    return (key for key, _ in _walk(made))


def _fields(made: Any) -> Iterator[str]:
    return (value for key, value in _walk(made) if key == "field")


def _expressions(made: Any) -> Iterator[str]:
    """What Vega-Lite reads as an expression: `labelExpr`, and a test or filter that is a text."""
    return (
        value
        for key, value in _walk(made)
        if key.endswith("Expr") or (key in {"test", "filter"} and isinstance(value, str))
    )
