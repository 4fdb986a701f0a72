"""The shape of the code: directions, sizes, documentation."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from domo_mcp.tools import select_tools, toolsets
from domo_mcp.tools.toolset import Effect

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "domo_mcp").rglob("*.py"))
MOST_LINES = 350


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_down() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_go_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(text)), "no module docstring"


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = "import sys, domo_mcp.cli, domo_mcp.app, domo_mcp.server.assembly; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlglot", "duckdb", "httpx", "domo_mcp.client.domo", "domo_mcp.sandbox"} & set(loaded)


def test_a_toolset_of_which_nothing_is_listed_is_not_imported() -> None:
    chosen = "from domo_mcp.tools import select_tools; select_tools(['default'], ['product'])"
    code = f"import sys; {chosen}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "domo_mcp.tools.data.tools" in loaded
    unlisted = [toolsets.data_api, toolsets.collections, toolsets.codeengine, toolsets.datasets, toolsets.streams]
    modules = [module for toolset in (*unlisted, toolsets.files) for module in toolset.modules]
    assert not {f"domo_mcp.tools.{module}" for module in modules} & set(loaded)


def test_every_tool_is_called_by_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "tools").rglob("*.py"))
    called = r"call_tool\(\s*\"{0}\"|\"{0}\"[,:]\s*[({{]"  # by itself, or from a table of tools and arguments
    missing = [tool.name for tool in select_tools(["all"]) if not re.search(called.format(tool.name), tests)]
    assert not missing


def test_what_changes_domo_is_a_proposal_and_what_reads_is_none() -> None:
    for tool in select_tools(["all"]):
        gives = str(get_type_hints(tool.fn)["return"])
        assert ("tools.change.Change" in gives) is (tool.effect is not Effect.READ), tool.name


def test_nothing_names_a_host_of_a_package_registry_or_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in filter(None, listed):
        path = ROOT / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        assert not re.search(r"pythonhosted\.org|/home/\w+/|/root/\w", text), name
