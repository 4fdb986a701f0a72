"""How far a reading is from the text on the picture."""

from __future__ import annotations


def wrong_characters(read: str, expected: str) -> int:
    """The characters to insert, delete or change; the width of spaces does not count, line breaks do."""
    one, other = _plain(read), _plain(expected)
    distances = list(range(len(other) + 1))
    for row, character in enumerate(one, 1):
        diagonal, distances[0] = distances[0], row
        for column, opposite in enumerate(other, 1):
            changed = diagonal + (character != opposite)
            diagonal = distances[column]
            distances[column] = min(changed, diagonal + 1, distances[column - 1] + 1)
    return distances[-1]


def _plain(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines())
