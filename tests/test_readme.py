"""The README: what can be made from the code is, and names nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domo_mcp.cli import main
from domo_mcp.server.prompts import shipped_prompts

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TABLES = ("tools", "--sandbox", "--toolsets", "all", "--markdown")
MEND = (
    f"domo-mcp {' '.join(TABLES)} | "
    r"sed -i -e '/<!-- tools -->/r /dev/stdin' -e '/<!-- tools -->/,/<!-- \/tools -->/{//!d}' README.md"
)


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


def test_its_tables_of_tools_are_those_of_the_code(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(TABLES)
    written = readme.split("<!-- tools -->\n")[1].split("<!-- /tools -->", maxsplit=1)[0]
    assert written == capsys.readouterr().out, f"Tools changed; this writes their tables anew: {MEND}"
    assert f"`domo-mcp {' '.join(TABLES)}`" in readme


def test_every_figure_has_a_command_that_is_there(readme: str) -> None:
    rows = [row for row in readme.split("## Figures")[1].splitlines() if row.startswith("| ")][1:]
    for row in rows:
        command = re.search(r"\| `([^`]+)` \|$", row)
        assert command, row
        program = re.match(r"python (?:-m (benchmarks\.\w+)|(benchmarks/\w+\.py))", command[1])
        if program:
            source = _source(program[1].replace(".", "/") if program[1] else program[2].removesuffix(".py"))
            assert not [option for option in re.findall(r"--[\w-]+", command[1]) if f'"{option}"' not in source], row


def _source(name: str) -> str:
    """The text of a program, which is a module or a package."""
    module = ROOT / f"{name}.py"
    return (module if module.exists() else ROOT / name / "__main__.py").read_text(encoding="utf-8")


def test_it_names_every_prompt(readme: str) -> None:
    assert not [prompt.name for prompt in shipped_prompts() if f"`{prompt.name}`" not in readme]
