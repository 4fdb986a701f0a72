"""Whether the tool that was chosen is one of those that are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.tool_choice.prompts import Prompt

NOTHING = "(nothing)"
Answers = Mapping[str, str]
"""The tool that was chosen, by the id of the prompt."""


@dataclass(frozen=True)
class Tally:
    """How often a chooser was right, and the prompts with what it chose where it was wrong."""

    total: int
    misses: tuple[tuple[Prompt, str], ...]

    @property
    def hits(self) -> int:
        """How many were right."""
        return self.total - len(self.misses)

    @property
    def instead(self) -> str:
        """What was chosen where it was wrong, most often first."""
        chosen = Counter(tool for _, tool in self.misses)
        return ", ".join(f"{tool} ({count} times)" if count > 1 else tool for tool, count in chosen.most_common())


def tally(prompts: Sequence[Prompt], answers: Answers) -> Tally:
    """Count; no answer and a tool that does not exist are wrong."""
    chosen = [(prompt, answers.get(prompt.id, "") or NOTHING) for prompt in prompts]
    return Tally(len(prompts), tuple((prompt, tool) for prompt, tool in chosen if tool not in prompt.right))


def by_pair(prompts: Sequence[Prompt]) -> dict[str, list[Prompt]]:
    """The prompts of each confusable pair, pairs in the order in which they occur."""
    pairs: dict[str, list[Prompt]] = {}
    for prompt in prompts:
        pairs.setdefault(prompt.pair, []).append(prompt)
    return pairs
