"""The line that every call leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.answers import Connect


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_calls_are_on_record_with_their_shape_and_without_their_literals(
    connect: Connect, tmp_path: Path
) -> None:
    file = tmp_path / "logs" / "audit.jsonl"
    async with connect(audit={"file": str(file)}) as client:
        await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) FROM Products WHERE Brand = 'Hush Hush'"})
        await client.call_tool("get_dataset", {"dataset": "No Such Thing"})
    first, second = lines(file)
    assert first["tool"] == "run_sql"
    assert first["principal"] == "local"
    assert first["instance"] == "sandbox"
    assert (first["effect"], first["decision"], first["outcome"]) == ("read", "allowed", "ok")
    assert first["arguments"] == {"sql": "SELECT COUNT(*) FROM Products WHERE Brand = ?"}
    assert first["duration_ms"] >= 0
    assert second["outcome"] == "UnknownName"
    assert second["arguments"] == {"dataset": "str[13]"}
    assert "Hush" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0


async def test_a_call_with_wrong_arguments_is_on_record_too(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    async with connect(audit={"file": str(file)}) as client:
        await client.call_tool("run_sql", {"sql": "DELETE FROM Products WHERE Brand = 'Hush'"})
        await client.call_tool("run_sql", {"sqll": "x"})
    assert [(line["decision"], line["outcome"]) for line in lines(file)] == [
        ("refused", "SqlRefused"),
        ("refused", "InvalidInput"),
    ]
    assert lines(file)[0]["arguments"] == {"sql": "str[41]"}


async def test_the_operator_may_choose_the_full_arguments(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    async with connect(audit={"file": str(file), "arguments": "full"}) as client:
        await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) FROM Products WHERE Brand = 'Hush'"})
    assert lines(file)[0]["arguments"] == {"sql": "SELECT COUNT(*) FROM Products WHERE Brand = 'Hush'"}


async def test_equal_calls_have_equal_digests(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    async with connect(audit={"file": str(file)}) as client:
        for name in ("Products", "Products", "Customers"):
            await client.call_tool("get_dataset", {"dataset": name})
    digests = [line["digest"] for line in lines(file)]
    assert digests[0] == digests[1] != digests[2]


async def test_without_a_file_the_line_goes_to_the_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="domo_mcp.guard.audit"):
        async with connect() as client:
            await client.call_tool("whoami", {})
    assert json.loads(caplog.records[-1].message)["tool"] == "whoami"
