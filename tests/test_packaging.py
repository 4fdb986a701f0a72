"""What is installed: the wheel, an editable install and the checkout all find what ships with the package."""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 120

REPORT = """
import json, domo_mcp
from domo_mcp.config import load
from domo_mcp.server.prompts import shipped_prompts
from domo_mcp.shipped import shipped
example = shipped("config.example.toml")
load(example, sandbox=True, environment={})
print(json.dumps({
    "package": domo_mcp.__file__,
    "example": str(example),
    "prompts": {prompt.name: str(shipped("prompts")) for prompt in shipped_prompts()},
}))
"""


@dataclass(frozen=True)
class Installation:
    """A place where the package runs from: its scripts, the folder it should find itself in, its import path."""

    scripts: Path
    inside: Path
    import_path: str = ""

    def run(self, *command: str) -> str:
        """The output of a command there, started where the checkout is out of sight."""
        foreign = ("PYTHON", "DOMO_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        program = self.scripts / command[0]
        return _run(str(program), *command[1:], cwd=self.scripts, env=environment | {"PYTHONPATH": self.import_path})


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both are complete."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def contents(wheel: Path) -> dict[str, bytes]:
    """The wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def installed_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    scripts = _environment(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "-q"]
    _run(*pip, "--no-deps", "--no-index", "--ignore-installed", str(wheel))
    return Installation(scripts, inside=folder)


@pytest.fixture(scope="session")
def editable_install(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The checkout, installed as the README says into an environment of its own."""
    scripts = _environment(tmp_path_factory.mktemp("editable"))
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "-q"]
    _run(*pip, "--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "-e", str(ROOT))
    return Installation(scripts, inside=ROOT)


@pytest.fixture
def checkout(tmp_path: Path) -> Installation:
    """An environment in which nothing of the package is installed, with the checkout on the import path."""
    return Installation(_environment(tmp_path), inside=ROOT, import_path=str(ROOT))


def test_the_wheel_holds_every_file_of_the_package(contents: dict[str, bytes]) -> None:
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "domo_mcp").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    shipped = {name for name in contents if name.startswith("domo_mcp/") and "/_shipped/" not in name}
    assert shipped == source
    assert "domo_mcp/py.typed" in shipped


def test_the_wheel_holds_nothing_but_the_package(contents: dict[str, bytes]) -> None:
    folders = {name.split("/")[0] for name in contents}
    assert {re.sub(r"-\d.*", "", folder) for folder in folders} == {"domo_mcp"}


def test_the_wheel_holds_the_prompts_and_the_example_as_they_are(contents: dict[str, bytes]) -> None:
    files = [*(ROOT / "prompts").glob("*.md"), ROOT / "config.example.toml"]
    assert len(files) > 1
    for file in files:
        assert contents[f"domo_mcp/_shipped/{file.relative_to(ROOT).as_posix()}"] == file.read_bytes()


def test_the_wheel_has_the_command_and_the_licence(contents: dict[str, bytes]) -> None:
    metadata = {Path(name).name: body.decode() for name, body in contents.items() if ".dist-info/" in name}
    entry_points = configparser.ConfigParser()
    entry_points.read_string(metadata["entry_points.txt"])
    assert dict(entry_points["console_scripts"]) == {"domo-mcp": "domo_mcp.cli:main"}
    assert metadata["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("installation", ["installed_wheel", "editable_install", "checkout"])
def test_the_package_finds_what_ships_with_it(installation: str, request: pytest.FixtureRequest) -> None:
    place: Installation = request.getfixturevalue(installation)
    report = json.loads(place.run("python", "-P", "-c", REPORT))
    found = [report["package"], report["example"], *report["prompts"].values()]
    assert all(Path(path).is_relative_to(place.inside.resolve()) for path in found), found
    assert set(report["prompts"]) == {path.stem for path in (ROOT / "prompts").glob("*.md")}


def test_the_installed_command_answers_a_call(installed_wheel: Installation) -> None:
    assert "sandbox (invented data)" in installed_wheel.run("domo-mcp", "call", "--sandbox", "whoami")


def test_the_lock_pins_every_dependency_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(wish for extra in extras for wish in extra)]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.+!]+( ; .+)?", line) for line in lines)
    assert "://" not in lock
    assert {_name(wish) for wish in wanted} - {"domo-mcp"} <= {_name(line) for line in lines}


def _environment(folder: Path) -> Path:
    """A new environment that borrows the libraries of this one; gives its folder of scripts.

    A path file lends them. Path files of a lent folder are not read: an editable install there stays out of sight.
    """
    venv.create(folder, with_pip=False)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(folder), "platbase": str(folder)})
    Path(paths["purelib"], "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return Path(paths["scripts"])


def _run(*command: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    finished = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")
