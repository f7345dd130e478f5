"""A program of a dataset, and one of its demonstrations run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.tasks.episode import Episode


@dataclass(frozen=True)
class Sample:
    """A program of a dataset, and one of its demonstrations run again."""

    index: int
    split: str
    demonstration: int
    episode: Episode

    def record(self) -> dict[str, Any]:
        """JSON values."""
        e = self.episode
        return {
            "index": self.index,
            "split": self.split,
            "program": str(e.program),
            "demonstration": self.demonstration,
            "actions": [step.name for step in e.actions],
            "before": str(e.before).splitlines(),
            "after": str(e.after).splitlines(),
        }
