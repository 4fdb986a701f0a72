"""Which passages answer a question: by meaning, and by the exact names that the question has. Pure.

Meaning is the cosine of embeddings. Words count where the question names something that a vector does not tell from its
like: an order's number, a form's code, a file. Without embeddings the words are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from domo_mcp.sandbox.filesets.library import Kept

_TOKEN = re.compile(r"[\w./-]+")
_FILE_NAME = re.compile(r"[\w./-]*\w\.[a-zA-Z]\w{1,3}")
_SURE = 0.95  # the score from which passages with every name of the question have theirs

Matching = Callable[[str], Mapping[int, float]]
"""Gives BM25 figures by passage for an FTS5 expression."""
KeyT = TypeVar("KeyT")


def names(question: str, files: Collection[str]) -> list[str]:
    """Give the identifiers (SO-004211, NT-POL-07) and file names in a question; `files` are the names there are."""
    stems = {name.lower().rpartition(".")[0] for name in files} | {name.lower() for name in files}
    tokens = [token.strip(".-/") for token in _TOKEN.findall(question)]
    return [token for token in tokens if _identifies(token) or _names_a_file(token, stems)]


def by_meaning(passages: Sequence[Kept], query: bytes) -> dict[int, float]:
    """Give the cosine of every passage that has a vector."""
    import numpy as np

    known = [passage for passage in passages if passage.vector is not None]
    if not known:
        return {}
    matrix = np.frombuffer(b"".join(passage.vector or b"" for passage in known), dtype="<f4").reshape(len(known), -1)
    cosines = matrix @ np.frombuffer(query, dtype="<f4")
    return {passage.id: float(cosine) for passage, cosine in zip(known, cosines, strict=True)}


def by_name(found: Sequence[str], matching: Matching, scores: Mapping[int, float]) -> dict[int, float]:
    """Give scores above `_SURE`, in the order of `scores`, to what has every name in its text or its file's path."""
    if not found:
        return {}
    figures = matching(" AND ".join(_quoted(name) for name in found))
    return {key: _SURE + (1 - _SURE) * scores.get(key, 0.0) for key in figures}


def by_words(question: str, matching: Matching) -> dict[int, float]:
    """Give scores between 0 and 1 for the passages that have any word of the question."""
    words = [_quoted(word) for word in re.findall(r"\w+", question)[:100]]
    figures = matching(" OR ".join(words)) if words else {}
    return {key: figure / (1 + figure) for key, figure in figures.items()}


def best(scores: Mapping[KeyT, float], top: int) -> list[tuple[KeyT, float]]:
    """Give the `top` best, the best first."""
    return sorted(scores.items(), key=lambda item: -item[1])[:top]


def _identifies(token: str) -> bool:
    has = len(token) >= 4 and any(letter.isupper() for letter in token) and any(digit.isdigit() for digit in token)
    return has or _FILE_NAME.fullmatch(token) is not None


def _names_a_file(token: str, stems: Collection[str]) -> bool:
    name = token.lower().rpartition("/")[2]
    return name in stems and not name.isalpha()


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'
