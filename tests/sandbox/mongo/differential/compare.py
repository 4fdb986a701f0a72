"""The case files answered by mingo, a MongoDB evaluator in JavaScript, and where it differs from what they expect.

A development check of the cases themselves, no test: it needs npm and its registry. Cases that mingo cannot answer are
left out; its known faults are in known.toml. Exit code 1 where another case differs.

    python tests/sandbox/mongo/differential/compare.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KINDS = ("find", "update", "aggregate", "order")
CANNOT = ("$jsonSchema", "$geoWithin", "$geoIntersects", "$currentDate")  # no validator, no geometry, its own clock


def main() -> int:
    """Print the differences and the tally; the exit code."""
    collections, cases = load()
    asked = [case for case in cases if "error" not in case and not any(name in question(case) for name in CANNOT)]
    answers = mingo(collections, asked)
    reasons = {
        case: fault["why"]
        for fault in tomllib.loads((HERE / "known.toml").read_text(encoding="utf-8"))["fault"]
        for case in fault["cases"]
    }
    differing = [(case, found) for case, found in zip(asked, answers, strict=True) if not agrees(case, found)]
    unknown = [case for case, _ in differing if question(case) not in reasons]
    stale = set(reasons) - {question(case) for case, _ in differing}
    for case, found in differing:
        sys.stdout.write(difference(case, found, reasons.get(question(case), "UNKNOWN")))
    sys.stdout.write(
        f"{len(cases)} cases, {len(asked)} asked, {len(asked) - len(differing)} agree, {len(differing)} differ: known "
        f"faults of mingo {len(differing) - len(unknown)}, unknown {len(unknown)}; {len(stale)} no longer differ\n"
    )
    return int(bool(unknown or stale))


def difference(case: dict[str, Any], found: dict[str, Any], why: str) -> str:
    """One difference in words."""
    lines = [
        case["page"],
        f"  asked     {question(case)}",
        f"  expected  {json.dumps(expected(case))}",
        f"  mingo     {json.dumps(found.get('answer', found.get('refused')))}",
        f"  why       {why}",
    ]
    return "\n".join(lines) + "\n"


def load() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The collections by name and the cases, with JSON for their texts."""
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.parent.glob("*.toml"))]
    collections = {
        name: json.loads(each["documents"])
        for file in files
        for name, each in {**file, **file.get("collections", {})}.items()
        if "documents" in each
    }
    return collections, [case for file in files for case in file.get("case", [])]


def question(case: dict[str, Any]) -> str:
    """What a case asks, as it stands in its file."""
    asked = next(case[kind] for kind in KINDS if kind in case)
    return asked if isinstance(asked, str) else json.dumps(asked)


def expected(case: dict[str, Any]) -> Any:
    """What the file says the answer is."""
    return case["ids"] if "ids" in case else json.loads(case["gives"] if "gives" in case else case["rows"])


def agrees(case: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether an answer is the expected one: 1 and 1.0 are the same, and so are two texts of a moment."""
    return "answer" in found and _plain(found["answer"]) == _plain(expected(case))


def mingo(collections: dict[str, Any], cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of mingo; it is installed into a folder of its own for the time being."""
    parsed = [
        {kind: json.loads(text) if kind in ("find", "update", "document") else text for kind, text in case.items()}
        for case in cases
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "compare.mjs"):
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
        given = json.dumps({"collections": collections, "cases": parsed})
        done = subprocess.run(
            ["node", "compare.mjs"], cwd=folder, input=given, capture_output=True, text=True, check=True
        )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {
            name: _plain(each).replace(".000Z", "Z") if name == "$date" else _plain(each)
            for name, each in value.items()
        }
    return value


if __name__ == "__main__":
    sys.exit(main())
