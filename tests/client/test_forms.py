"""Forms with one file: what a server reads from the bytes, whatever is in names and contents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import Message
from email.parser import BytesParser

import pytest

from domo_mcp.client.forms import form
from domo_mcp.client.surface import Content, Pieces
from domo_mcp.errors import InvalidInput

FILE = b"--line\r\n\r\n\x00\xff not text\r\n--"


async def pieces() -> AsyncIterator[bytes]:
    """The file in three pieces."""
    for start in range(0, len(FILE), 9):
        yield FILE[start : start + 9]


def made(name: str = "a.txt", media_type: str = "text/plain", **fields: tuple[str, str]) -> Content:
    return form(fields, "file", name, media_type, len(FILE), pieces)


async def sent(content: Content) -> bytes:
    assert isinstance(content.data, Pieces)
    return b"".join([piece async for piece in content.data.open()])


async def parts(content: Content) -> list[Message]:
    whole = b"Content-Type: " + content.type.encode() + b"\r\n\r\n" + await sent(content)
    return [part for part in BytesParser().parsebytes(whole).walk() if not part.is_multipart()]


async def test_a_server_reads_the_file_and_the_fields() -> None:
    file, plain, typed = await parts(made(plain=("grüße", ""), typed=('{"a": 1}', "application/json")))
    assert file.get_param("name", header="content-disposition") == "file"
    assert (file.get_filename(), file.get_content_type()) == ("a.txt", "text/plain")
    assert file.get_payload(decode=True) == FILE
    assert plain.get_param("name", header="content-disposition") == "plain"
    assert (plain["content-type"], plain.get_payload(decode=True)) == (None, "grüße".encode())
    assert (typed.get_content_type(), typed.get_payload(decode=True)) == ("application/json", b'{"a": 1}')


@pytest.mark.parametrize("name", ["a.txt", 'x"; name="other', "a\r\nX-Evil: 1\r\n\r\n.txt", "grüße ☃.md", "\udc80"])
async def test_the_length_is_the_true_one_and_no_name_ends_its_header(name: str) -> None:
    content = made(name)
    body = await sent(content)
    assert content.size == len(body)
    head = body.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line.split(b":")[0] for line in head[1:]] == [b"Content-Disposition", b"Content-Type"]
    assert head[1].count(b'"') == 4


async def test_it_can_be_sent_again_from_the_start() -> None:
    content = made(more=("1", ""))
    assert await sent(content) == await sent(content)


def test_no_two_have_the_same_boundary() -> None:
    assert len({made().type for _ in range(50)}) == 50


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "application/vnd.ms-excel", "image/svg+xml"])
async def test_media_types_are_sent_as_they_are(kind: str) -> None:
    assert (await parts(made(media_type=kind)))[0]["content-type"] == kind


@pytest.mark.parametrize("kind", ["text", "text/plain\r\nX-Evil: 1", "text/plain; a", "a/b/c"])
def test_what_is_no_media_type_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInput, match="not a media type"):
        made(media_type=kind)
