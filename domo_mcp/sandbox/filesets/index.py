"""Files made searchable in a thread of their own, one after the other, and questions answered from what is ready.

SQLite is only touched by the thread that handles requests: the worker computes, and what it has computed is written
down when the next request settles it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import anyio
import anyio.to_thread

from domo_mcp.extraction import Damaged, NoText, extract
from domo_mcp.sandbox.filesets import search
from domo_mcp.sandbox.filesets.cutting import LONGEST_TEXT, cut, titled
from domo_mcp.sandbox.filesets.definitions import IndexStatus, StoredFile
from domo_mcp.sandbox.filesets.embedding import embedder
from domo_mcp.sandbox.filesets.library import Kept, Library, Passage
from domo_mcp.sandbox.filesets.shipped import shipped

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    status: IndexStatus
    reason: str | None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Match:
    """A passage that answers; `score` is between 0 and 1."""

    file_id: str
    text: str
    score: float


class Index:
    """The passages of all FileSets. A file waits from `begin` until `settled` has its outcome."""

    def __init__(self, library: Library) -> None:
        """Search what is in the library."""
        self._library = library
        self._pool: ThreadPoolExecutor | None = None
        self._stopped = threading.Event()
        self._futures: dict[str, tuple[StoredFile, Future[Outcome]]] = {}
        self._preparing = anyio.Lock()

    def begin(self, file: StoredFile) -> None:
        """Have a file made searchable."""
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="fileset-index")
        data = self._library.data(str(file.id))
        self._futures[str(file.id)] = file, self._pool.submit(outcome, data, file, self._stopped)

    def resume(self, files: Iterable[StoredFile]) -> None:
        """Begin again with those files that were waiting when the sandbox was closed."""
        for file in files:
            if file.index_status == "PENDING":
                self.begin(file)

    def settled(self) -> list[tuple[StoredFile, Outcome]]:
        """Give the files that are done since the last call, as they were when they began."""
        done = [(file, future) for file, future in self._futures.values() if future.done()]
        for file, _ in done:
            del self._futures[str(file.id)]
        return [(file, _result(file, future)) for file, future in done if not future.cancelled()]

    def write(self, file: StoredFile, made: Outcome) -> None:
        """Store the passages of a file."""
        self._library.add(file.fileset_id, str(file.id), file.path, made.passages)

    async def ask(self, files: Sequence[StoredFile], question: str, top: int) -> list[Match]:
        """Give the best passages of some files of one FileSet, the best first."""
        if not files:
            return []
        async with self._preparing:
            await self._prepare(files)
        model = await anyio.to_thread.run_sync(embedder)
        vector = await anyio.to_thread.run_sync(model.query, question) if model else None
        of = {str(file.id): file for file in files}
        passages = [each for each in self._library.passages(files[0].fileset_id) if each.file_id in of]
        return self._matches(passages, question, [file.name for file in files], vector, top)

    def close(self) -> None:
        """Let the file that is being worked on be the last."""
        self._stopped.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    async def _prepare(self, files: Sequence[StoredFile]) -> None:
        """Cut and embed what the company came with; that is put off until somebody asks."""
        ready = self._library.cut(files[0].fileset_id)
        for file in files:
            if file.index_status == "COMPLETED" and str(file.id) not in ready:
                data = self._library.data(str(file.id))
                self.write(file, await anyio.to_thread.run_sync(outcome, data, file, self._stopped))

    def _matches(
        self, passages: Sequence[Kept], question: str, files: Sequence[str], vector: bytes | None, top: int
    ) -> list[Match]:
        ids = [passage.id for passage in passages]

        def matching(expression: str) -> dict[int, float]:
            return self._library.having(expression, ids)

        complete = vector and all(passage.vector for passage in passages)
        scores = search.by_meaning(passages, vector) if vector and complete else search.by_words(question, matching)
        scores |= search.by_name(search.names(question, files), matching, scores)
        by_id = {passage.id: passage for passage in passages}
        return [Match(by_id[key].file_id, by_id[key].text, score) for key, score in search.best(scores, top)]


def outcome(data: bytes, file: StoredFile, stopped: threading.Event) -> Outcome:
    """Extract the text of a file, cut it and embed the passages, unless it is `stopped` before."""
    try:
        found = extract(data, file.content_type or "", file.name)
    except NoText as error:
        return Outcome("FAILED" if isinstance(error, Damaged) else "SKIPPED", str(error))
    texts = cut(found.text)
    reason = f"Only the first {LONGEST_TEXT:,} characters are searched" if len(found.text) > LONGEST_TEXT else None
    vectors = _embedded(titled(file.name, texts), stopped)
    return Outcome("COMPLETED", reason, tuple(map(Passage, texts, vectors)))


def _result(file: StoredFile, future: Future[Outcome]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    logger.error("%s could not be made searchable", file.id, exc_info=error)
    return Outcome("FAILED", "The file could not be indexed")


def _embedded(texts: Sequence[str], stopped: threading.Event) -> list[bytes | None]:
    model = embedder()
    if model is None:
        return [None] * len(texts)
    vectors = shipped(texts)
    missing = [place for place, vector in enumerate(vectors) if vector is None]
    for place in missing:
        if stopped.is_set():
            break
        vectors[place] = model.passages([texts[place]])[0]
    return vectors
