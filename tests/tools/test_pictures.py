"""Pictures that calls name: forms, folders, formats, damage."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import pytest

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.contents.pictures import MOST_BYTES, read_picture
from domo_mcp.tools.local.folders import FilesSettings, Folders

Image = pytest.importorskip("PIL.Image", reason="Pillow draws the pictures of these tests")

FORMS = ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"]
NOWHERE = Folders(FilesSettings(), enabled=False)


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(file, form)
    return file.getvalue()


def uri(data: bytes, declared: str = "image/png") -> str:
    return f"data:{declared};base64,{base64.b64encode(data).decode()}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def folders(root: Path, tmp_path: Path) -> Folders:
    return Folders(FilesSettings(roots=[root], exports=str(tmp_path / "exports")))


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_each_format_is_read_and_its_type_is_that_of_its_bytes(
    form: str, root: Path, folders: Folders
) -> None:
    (root / "wrong-suffix.dat").write_bytes(picture(form))
    read = read_picture("wrong-suffix.dat", folders)
    assert (read.media_type, read.data) == (f"image/{form.lower()}", picture_of(root))
    assert read_picture(str(root / "wrong-suffix.dat"), folders) == read


def picture_of(root: Path) -> bytes:
    return (root / "wrong-suffix.dat").read_bytes()


@pytest.mark.parametrize("declared", ["image/png", "image/webp", "", "IMAGE/PNG;charset=utf-8"])
def test_a_data_uri_needs_no_folder_and_its_bytes_say_the_type(declared: str) -> None:
    data = picture("PNG")
    read = read_picture(uri(data, declared), NOWHERE)
    assert (read.media_type, read.data) == ("image/png", data)


def test_data_uris_may_be_wrapped_percent_encoded_or_in_capitals() -> None:
    data = picture("GIF")
    plain = base64.b64encode(data).decode()
    wrapped = "\n".join(plain[place : place + 76] for place in range(0, len(plain), 76))
    percent = "".join(f"%{byte:02X}" for byte in data)
    escaped = plain.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    for source in (f" DATA:image/gif;BASE64,{wrapped}\n", f"data:,{percent}", f"data:image/gif;base64,{escaped}"):
        assert read_picture(source, NOWHERE).data == data


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_file_that_is_cut_off_is_damaged(form: str, kept: float) -> None:
    data = picture(form)
    if form == "TIFF":  # Pillow writes the directory first or last; what is checked is the directory
        data, kept = data[: int.from_bytes(data[4:8], "little") + 9], 1.0
    with pytest.raises(InvalidInput, match="cut off or damaged"):
        read_picture(uri(data[: int(len(data) * kept)]), NOWHERE)


def test_a_changed_byte_in_a_png_is_found() -> None:
    data = bytearray(picture("PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(InvalidInput, match="damaged"):
        read_picture(uri(bytes(data)), NOWHERE)


def test_a_cut_off_photograph_is_damaged_even_where_its_thumbnail_is_whole() -> None:
    data, thumbnail = picture("JPEG", (200, 200)), picture("JPEG", (8, 8))
    segment = b"\xff\xe1" + (len(thumbnail) + 8).to_bytes(2, "big") + b"Exif\0\0" + thumbnail
    whole = data[:2] + segment + data[2:]
    assert read_picture(uri(whole), NOWHERE).media_type == "image/jpeg"
    with pytest.raises(InvalidInput, match="cut off"):
        read_picture(uri(whole[:-200]), NOWHERE)


def test_what_cameras_write_after_a_photograph_does_not_matter() -> None:
    assert read_picture(uri(picture("JPEG") + b"maker's notes" * 9), NOWHERE).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heif", "HEIF"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<!---->" * 280 + b"x", "no picture"),
        (b"PK\x03\x04 a workbook", "no picture of a known format"),
        (b"BM is how this text starts", "no picture of a known format"),
        (b"\x89", "no picture of a known format"),
    ],
)
def test_other_formats_are_refused_with_what_to_do(data: bytes, what: str) -> None:
    with pytest.raises(InvalidInput, match=what) as refused:
        read_picture(uri(data, "image/png"), NOWHERE)
    assert refused.value.hint == "Convert it to PNG or JPEG."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("domo://acme/data-files/17", "not fetched from domo://"),
        ("https://example.com/a.png", "not fetched from https://"),
        ("file:///etc/hosts", "not fetched from file://"),
        ("data:image/png;base64", "no comma"),
        ("data:image/png;base64,@@@@", "not base64"),
        ("data:image/png;base64,\ud800", "not base64"),
        ("data:image/png;base64,", "empty"),
        ("", "neither a path nor a data URI"),
        ("iVBORw0KGgo" * 1000, "neither a path nor a data URI"),
    ],
)
def test_other_forms_are_refused_and_the_forms_that_work_are_named(source: str, message: str, folders: Folders) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        read_picture(source, folders)
    assert "data:image/png;base64,…" in refused.value.hint


def test_a_picture_has_at_most_20_mb(root: Path, folders: Folders) -> None:
    large = b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES)
    (root / "large.png").write_bytes(large)
    for source in ("large.png", uri(large)):
        with pytest.raises(InvalidInput, match="too large: at most 20 MB"):
            read_picture(source, folders)


def test_an_empty_file_is_no_picture(root: Path, folders: Folders) -> None:
    (root / "empty.png").touch()
    with pytest.raises(InvalidInput, match="empty"):
        read_picture("empty.png", folders)


def test_files_outside_the_roots_are_refused_whether_they_exist_or_not(
    tmp_path: Path, root: Path, folders: Folders
) -> None:
    (tmp_path / "private.png").write_bytes(picture())
    (root / "link.png").symlink_to(tmp_path / "private.png")
    (root / "elsewhere").symlink_to(tmp_path)
    outside = ["../private.png", "../none.png", "link.png", "elsewhere/private.png", str(tmp_path / "private.png"), "/"]
    for source in outside:
        with pytest.raises(Refused, match="outside the folders"):
            read_picture(source, folders)


def test_the_exports_folder_is_not_read(tmp_path: Path, folders: Folders) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.png").write_bytes(picture())
    with pytest.raises(Refused):
        read_picture(str(tmp_path / "exports" / "a.png"), folders)


def test_links_within_the_roots_are_followed(root: Path, folders: Folders) -> None:
    (root / "a.png").write_bytes(picture())
    (root / "link.png").symlink_to("a.png")
    assert read_picture("link.png", folders).data == (root / "a.png").read_bytes()


def test_a_relative_name_is_looked_for_in_each_root(root: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "a.png").write_bytes(picture())
    folders = Folders(FilesSettings(roots=[root, tmp_path / "second"]))
    assert read_picture("a.png", folders).media_type == "image/png"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting(root: Path, folders: Folders) -> None:
    os.mkfifo(root / "pipe.png")
    with pytest.raises(InvalidInput, match="not a regular file"):
        read_picture("pipe.png", folders)


@pytest.mark.parametrize("name", [".", "none.png", "a\0b.png", "~nobody-of-this-name/a.png", "\ud800.png", "n" * 300])
def test_what_is_no_readable_file_is_the_callers_mistake(name: str, folders: Folders) -> None:
    with pytest.raises(InvalidInput):
        read_picture(name, folders)


def test_links_in_a_circle_are_the_callers_mistake(root: Path, folders: Folders) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    with pytest.raises(InvalidInput):
        read_picture("a", folders)


def test_without_folders_no_file_is_read(root: Path) -> None:
    (root / "a.png").write_bytes(picture())
    for folders in (NOWHERE, Folders(FilesSettings(roots=[root]), enabled=False), Folders(FilesSettings())):
        with pytest.raises(Refused, match=r"no argument names a file|reads no files"):
            read_picture(str(root / "a.png"), folders)


def test_a_picture_does_not_show_its_bytes() -> None:
    assert "\\x" not in repr(read_picture(uri(picture()), NOWHERE))
