"""Summaries made of a text's own sentences, for when there is no model."""

from __future__ import annotations

import re
from collections import Counter

SENTENCES = 3
NOTICE = "Extractive summary (no language model is configured in the sandbox):"


def summarise(text: str, sentences: int = SENTENCES) -> str:
    """Give the sentences or lines whose words are the most frequent in the text, in their own order, after a notice."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    frequency = Counter(word for part in parts for word in _words(part))
    best = sorted(range(len(parts)), key=lambda place: (-_weight(parts[place], frequency), place))[:sentences]
    return " ".join([NOTICE, *(parts[place] for place in sorted(best))])


def _words(part: str) -> list[str]:
    return [word for word in re.findall(r"\w+", part.lower()) if len(word) > 3]


def _weight(part: str, frequency: Counter[str]) -> float:
    words = _words(part)
    return sum(frequency[word] for word in words) / (len(words) + 3)
