"""What calls upload: from a folder of this machine, or from the call itself."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from pathlib import Path

import pytest

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.local.folders import FilesSettings, Folders
from domo_mcp.tools.local.sources import Source, source_of

LARGE = bytes(range(256)) * 12_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The one folder that may be read."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def folders(root: Path) -> Folders:
    return Folders(FilesSettings(roots=[root], exports=""))


async def whole(source: Source) -> bytes:
    return b"".join([piece async for piece in source.pieces()])


async def test_a_file_is_named_measured_and_read_from_anywhere(folders: Folders, root: Path) -> None:
    (root / "report.pdf").write_bytes(LARGE)
    source = await source_of(folders, source="report.pdf", content=None, name=None)
    assert (source.name, source.media_type, source.size) == ("report.pdf", "application/pdf", len(LARGE))
    assert source.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert await whole(source) == LARGE
    assert await source.read(len(LARGE) - 3, 10) == LARGE[-3:]


@pytest.mark.parametrize("content", ["grüße\n", "data:text/plain;base64," + b64encode("grüße\n".encode()).decode()])
async def test_content_is_text_or_a_data_uri(folders: Folders, content: str) -> None:
    source = await source_of(folders, source=None, content=content, name="notes.txt")
    assert await whole(source) == "grüße\n".encode()
    assert source.media_type == "text/plain"


@pytest.mark.parametrize("change", ["written", "replaced"])
async def test_a_file_that_changes_meanwhile_is_not_uploaded_further(folders: Folders, root: Path, change: str) -> None:
    path = root / "a.csv"
    path.write_text("one")
    source = await source_of(folders, source="a.csv", content=None, name=None)
    if change == "replaced":
        (root / "b").write_text("two")
        (root / "b").replace(path)
    else:
        path.write_text("other")
    with pytest.raises(Refused, match=r"a\.csv changed"):
        await source.read(0, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "either source or content"),
        ({"source": "a.csv", "content": "x"}, "either source or content"),
        ({"content": "x"}, "needs a name"),
        ({"content": "x", "name": "../a.txt"}, "not one that a file can have"),
        ({"content": "x", "name": "a" * 256}, "not one that a file can have"),
        ({"content": "", "name": "a.txt"}, "is empty"),
        ({"content": "data:text/plain;base64,%%%", "name": "a.txt"}, "not base64"),
        ({"source": "none.csv"}, "cannot be read"),
        ({"source": "folder"}, "cannot be read"),
        ({"source": "nothing.csv"}, "is empty"),
    ],
)
async def test_what_cannot_be_uploaded_is_told(folders: Folders, root: Path, given: dict[str, str], said: str) -> None:
    (root / "folder").mkdir()
    (root / "nothing.csv").touch()
    with pytest.raises(InvalidInput, match=said):
        await source_of(folders, **{"source": None, "content": None, "name": None, **given})


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("name", ["../private.txt", "link.txt"])
async def test_nothing_outside_the_roots_is_uploaded(folders: Folders, root: Path, name: str) -> None:
    (root.parent / "private.txt").write_text("secret")
    (root / "link.txt").symlink_to(root.parent / "private.txt")
    with pytest.raises(Refused, match="outside"):
        await source_of(folders, source=name, content=None, name=None)


async def test_a_file_changed_behind_its_own_date_is_not_sent_whole(folders: Folders, root: Path) -> None:
    path = root / "a.bin"
    path.write_bytes(LARGE)
    before = path.stat()
    source = await source_of(folders, source="a.bin", content=None, name=None)
    with path.open("r+b") as file:
        file.write(b"other")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Refused, match="changed"):
        await whole(source)


async def test_a_file_beyond_measure_is_refused_at_once(folders: Folders, root: Path) -> None:
    with (root / "huge.bin").open("wb") as file:
        file.truncate(60 * 1024**3)  # holes: it takes no space
    with pytest.raises(InvalidInput, match="too large"):
        await source_of(folders, source="huge.bin", content=None, name=None)
