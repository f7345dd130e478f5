"""Description of a task for people: its initial worlds and its reward in words, and one of its worlds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from leapscli.docstrings import docstring
from leapscli.tasks.registry import Task


@dataclass(frozen=True)
class TaskCard:
    """A task in words, and an initial world of it."""

    task: Task
    initial: str
    reward: str
    world: Any
    seed: int

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON. The world is in text form."""
        return {
            **summary(self.task),
            "initial": self.initial,
            "reward": self.reward,
            "world": str(self.world),
            "seed": self.seed,
        }


def describe(task: Task, seed: int) -> TaskCard:
    """The card of a task, with its first initial world under `seed`."""
    words = [docstring(getattr(task.module, name)) for name in ("draw", "reward")]
    initial, reward = (" ".join(text.split()) for text in words)
    return TaskCard(task, initial, reward, task.sample(1, seed)[0], seed)


def summary(task: Task) -> dict[str, Any]:
    """A task in one line, as plain values."""
    goal, paper = goal_of(task)
    size = {"height": task.height, "width": task.width}
    return {"name": task.name, "goal": goal, "paper": paper, **size, "best": task.best}


def goal_of(task: Task) -> tuple[str, str | None]:
    """The goal of a task, and its paper, which its summary names in parentheses at its end."""
    match = re.fullmatch(r"(.+?)\s*\(([^(),]+),[^()]*\)", task.summary)
    return (match[1], match[2]) if match else (task.summary, None)
