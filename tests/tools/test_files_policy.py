"""Which files of this machine calls may read and create: only inside the folders, whatever is done to the way there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.server.binding import LOCAL_PATHS
from domo_mcp.tools.local import below
from domo_mcp.tools.local.folders import FilesSettings, Folders
from tests.answers import Connect, text_of

ROWS = "SELECT `Product ID` FROM `Products` LIMIT 3"
HARMLESS_NAMES = ["a.csv", "Umsätze 2026.csv", "by region/west.csv", "no-suffix", "console.csv", "a..b.csv", "com.csv"]
HIDDEN_NAMES = [".csv", ".ssh/authorized_keys", "a/.b", "..."]
WINDOWS_NAMES = [
    "CON", "con.csv", "nul.tar.gz", "COM1", "lpt9.txt", "COM¹.csv", "aux .csv", "CONIN$", "a/prn/b.csv", "a.csv.", "a ",
    "a:b.csv", "C:evil.csv", "C:\\evil.csv", "\\\\host\\share\\a.csv", "..\\a.csv", "a|b", "a?b", "a*b", 'a"b', "<a>",
]  # fmt: skip
NO_NAMES = ["", " ", ".", "/", "a/", "a\\", "a\x00b", "a\nb", "a\u202eb", "\ud800.csv", "~nobody-of-this-name/a.csv"]
LEADING_OUT = ["../a.csv", "a/../../b.csv", "a/../b.csv", "/etc/a.csv", "/proc/self/a", "~/a.csv", "/"]

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights that tests on Windows do not have")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder that nobody allowed, with a file."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "a.csv").write_text("secret")
    return folder


@pytest.fixture
def folders(root: Path, exports: Path) -> Folders:
    return Folders(FilesSettings(roots=[root], exports=str(exports)))


def create(folders: Folders, name: str, text: str = "rows") -> Path:
    with folders.create(name) as (path, file):
        file.write(text)
    return path


def everything(folder: Path) -> Iterator[str]:
    """All that is in a folder."""
    return (str(path.relative_to(folder)) for path in folder.rglob("*"))


class TestNewFiles:
    @pytest.mark.parametrize("name", HARMLESS_NAMES)
    def test_a_plain_name_is_a_new_file_of_its_owner_below_exports(
        self, folders: Folders, exports: Path, name: str
    ) -> None:
        assert create(folders, name) == exports / name
        assert (exports / name).read_text() == "rows"
        assert (exports / name).stat().st_mode & 0o077 == 0 or os.name == "nt"

    @pytest.mark.parametrize("name", [*HIDDEN_NAMES, *WINDOWS_NAMES, *NO_NAMES, *LEADING_OUT])
    def test_other_names_are_refused_and_leave_nothing(self, folders: Folders, tmp_path: Path, name: str) -> None:
        before = sorted(everything(tmp_path))
        with pytest.raises((Refused, InvalidInput)):
            create(folders, name)
        assert sorted(everything(tmp_path)) == before

    def test_the_exports_folder_itself_is_not_named_by_its_path(self, folders: Folders, exports: Path) -> None:
        with pytest.raises(Refused, match="outside"):
            create(folders, str(exports / "a.csv"))

    def test_a_root_is_named_by_its_path(self, folders: Folders, root: Path) -> None:
        assert create(folders, str(root / "new" / "a.csv")).read_text() == "rows"
        with pytest.raises(InvalidInput, match="hidden"):
            create(folders, str(root / ".bashrc"))

    def test_nothing_is_overwritten(self, folders: Folders, exports: Path) -> None:
        (exports / "a.csv").write_text("precious")
        with pytest.raises(Refused, match="exists already"):
            create(folders, "a.csv")
        assert (exports / "a.csv").read_text() == "precious"

    @needs_links
    @pytest.mark.parametrize("target", ["a.csv", "none.csv"])
    def test_a_link_is_neither_followed_nor_replaced(
        self, folders: Folders, exports: Path, private: Path, target: str
    ) -> None:
        (exports / "link.csv").symlink_to(private / target)
        with pytest.raises(Refused):
            create(folders, "link.csv")
        assert [*everything(private)] == ["a.csv"]
        assert (private / "a.csv").read_text() == "secret"

    @needs_links
    @pytest.mark.parametrize("target", ["private", "exports"])
    def test_a_folder_that_is_a_link_is_not_entered(
        self, folders: Folders, exports: Path, private: Path, tmp_path: Path, target: str
    ) -> None:
        (exports / "link").symlink_to(tmp_path / target)
        for name in ("link/b.csv", "link/new/b.csv"):
            with pytest.raises(Refused, match="cannot be written"):
                create(folders, name)
        assert [*everything(private)] == ["a.csv"]

    @needs_links
    def test_a_folder_swapped_for_a_link_on_the_way_is_not_entered(
        self, folders: Folders, exports: Path, private: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        swap_when(monkeypatch, "mkdir", lambda: swap(exports / "sub", private))
        with pytest.raises(Refused, match="cannot be written"):
            create(folders, "sub/b.csv")
        assert [*everything(private)] == ["a.csv"]

    @needs_links
    def test_a_failed_export_is_taken_away_where_it_was_written(
        self, folders: Folders, exports: Path, private: Path
    ) -> None:
        def failing() -> None:
            with folders.create("sub/a.csv") as (_, file):
                file.write("half")
                (exports / "sub").rename(exports / "moved")
                (exports / "sub").symlink_to(private)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            failing()
        assert [*everything(exports / "moved")] == []
        assert (private / "a.csv").read_text() == "secret"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
    def test_a_full_disk_is_told_and_leaves_no_file(
        self, folders: Folders, exports: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(below.Place, "create", lambda _: os.open("/dev/full", os.O_WRONLY))
        with pytest.raises(Refused, match=os.strerror(errno.ENOSPC)):
            create(folders, "a.csv", "x" * 100_000)
        assert [*everything(exports)] == []


class TestReading:
    def read(self, folders: Folders, name: str) -> bytes:
        return folders.read(name, most_bytes=1000)

    @needs_links
    def test_a_file_swapped_for_a_link_after_the_check_is_not_read(
        self, folders: Folders, root: Path, private: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "a.csv").write_text("harmless")
        swap_when(monkeypatch, "open", lambda: swap(root / "a.csv", private / "a.csv"))
        with pytest.raises(InvalidInput, match="cannot be read"):
            self.read(folders, "a.csv")

    @needs_links
    def test_a_folder_swapped_for_a_link_after_the_check_is_not_entered(
        self, folders: Folders, root: Path, private: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "sub").mkdir()
        (root / "sub" / "a.csv").write_text("harmless")
        swap_when(monkeypatch, "open", lambda: swap(root / "sub", private))
        with pytest.raises(InvalidInput, match="cannot be read"):
            self.read(folders, "sub/a.csv")

    @needs_links
    @pytest.mark.parametrize("target", ["private", "private/a.csv", "/etc/passwd", "/proc/self/environ", "/dev/zero"])
    def test_links_that_lead_out_are_refused(self, folders: Folders, root: Path, private: Path, target: str) -> None:
        (root / "link").symlink_to(private.parent / target)
        for name in ("link", "link/a.csv", str(root / "link")):
            with pytest.raises(Refused, match="outside"):
                self.read(folders, name)

    def test_a_folder_is_no_file(self, folders: Folders, root: Path) -> None:
        (root / "sub").mkdir()
        for name in ("sub", ".", str(root), "sub/.."):
            with pytest.raises(InvalidInput, match="not a regular file"):
                self.read(folders, name)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_file_swapped_for_a_pipe_does_not_make_it_wait(
        self, folders: Folders, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "a.csv").write_text("harmless")

        def piped() -> None:
            (root / "a.csv").unlink()
            os.mkfifo(root / "a.csv")

        swap_when(monkeypatch, "open", piped)
        with pytest.raises(InvalidInput, match="not a regular file"):
            self.read(folders, "a.csv")

    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system has no /proc")
    @pytest.mark.parametrize("name", ["/proc/self/environ", "/proc/self/fd/0", "/dev/zero", "/sys/kernel/notes"])
    def test_the_system_itself_is_not_read_even_where_a_root_holds_it(self, name: str) -> None:
        with pytest.raises((Refused, InvalidInput)):
            self.read(Folders(FilesSettings(roots=[Path("/")])), name)

    def test_what_is_in_exports_is_not_read_back(self, folders: Folders, exports: Path) -> None:
        (exports / "a.csv").write_text("rows")
        for name in ("a.csv", str(exports / "a.csv"), "../exports/a.csv"):
            with pytest.raises((Refused, InvalidInput)):
                self.read(folders, name)


class TestOverHttp:
    async def test_no_argument_names_a_file(self, connect: Connect, root: Path) -> None:
        tables = {"tools": {"toolsets": ["all"]}, "policy": {"access": "full"}, "files": {"roots": [str(root)]}}
        async with connect(local_files=False, **tables) as client:
            schemas = {tool.name: tool.input_schema["properties"] for tool in (await client.list_tools()).tools}
        told = {
            f"{tool}.{name}"
            for tool, properties in schemas.items()
            for name, schema in properties.items()
            if name in LOCAL_PATHS
            or any(word in schema.get("description", "") for word in ("folder", " path", "file "))
        }
        assert len(schemas) > 20
        in_a_fileset = {"read_fileset_file.file", "delete_fileset_file.file"}
        assert told <= {"image_to_text.image", *in_a_fileset}  # data URIs there; its paths are refused below

    async def test_a_path_that_comes_nevertheless_is_refused(self, connect: Connect, root: Path, exports: Path) -> None:
        (root / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        files = {"roots": [str(root)], "exports": str(exports)}
        async with connect(local_files=False, files=files) as client:
            saved = await client.call_tool("run_sql", {"sql": ROWS, "save_as": "a.csv"})
            seen = await client.call_tool("image_to_text", {"image": str(root / "a.png")})
        assert saved.is_error
        assert "There is no argument save_as" in text_of(saved)
        assert seen.is_error
        assert "no argument names a file" in text_of(seen)
        assert str(root) not in text_of(seen).replace(str(root / "a.png"), "")
        assert [*everything(exports)] == []


def swap(path: Path, target: Path) -> None:
    """Put a link in the place of a file or folder."""
    path.rename(path.with_name("was-there"))
    path.symlink_to(target)


def swap_when(monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[], None]) -> None:
    """Let something happen once: before the first `open` of the way, or right after the first `mkdir`."""
    original, left = getattr(os, step), [act]

    def stepped(*given: object, **named: object) -> object:
        if left and step == "open":
            left.pop()()
        result = original(*given, **named)
        if left:
            left.pop()()
        return result

    monkeypatch.setattr(os, step, stepped)
    monkeypatch.setattr(os, "supports_dir_fd", os.supports_dir_fd | {os.open})
