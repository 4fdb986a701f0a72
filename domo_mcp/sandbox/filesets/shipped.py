"""Embeddings that come with the package: those of the company's own files, so that nobody waits for them.

`vectors.bin` has one entry after the other: the first 16 bytes of the SHA-256 of a passage, and its vector in float16.
A passage that is not there (those with dates are different every day) is embedded when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from domo_mcp.sandbox.filesets.embedding import DIMENSIONS, Embedder

FILE = Path(__file__).with_name("vectors.bin")
_KEY = 16
_ENTRY = _KEY + 2 * DIMENSIONS


def shipped(texts: Iterable[str]) -> list[bytes | None]:
    """Give the vectors of passages as float32, None for those that are not in the file."""
    known = _vectors()
    return [known.get(_digest(text)) for text in texts]


def packed(texts: Sequence[str], model: Embedder) -> bytes:
    """Give what `FILE` should have for passages."""
    import numpy as np

    halves = [np.frombuffer(vector, "<f4").astype("<f2").tobytes() for vector in model.passages(texts)]
    return b"".join(_digest(text) + half for text, half in zip(texts, halves, strict=True))


@cache
def _vectors() -> dict[bytes, bytes]:
    import numpy as np

    data = FILE.read_bytes() if FILE.exists() else b""
    entries = [data[start : start + _ENTRY] for start in range(0, len(data), _ENTRY)]
    return {entry[:_KEY]: np.frombuffer(entry[_KEY:], "<f2").astype("<f4").tobytes() for entry in entries}


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()[:_KEY]
