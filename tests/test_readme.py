"""The README: what can be made from the code is, and names nothing that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from domo_mcp.cli import main
from domo_mcp.server.prompts import shipped_prompts

README = Path(__file__).parents[1] / "README.md"
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


def test_it_names_every_prompt(readme: str) -> None:
    assert not [prompt.name for prompt in shipped_prompts() if f"`{prompt.name}`" not in readme]
