"""One run of a program on one world, step by step, as every viewer wants it: terminal, picture, animation, trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.program import Program
from leapscli.engine.reference import Edit
from leapscli.tasks.returns import reaches

End = Literal["finished", "task over", "crashed", "out of budget", "recorded no further"]


@dataclass(frozen=True, slots=True)
class Step:
    """One primitive: an action, or the test of a condition.

    `node`: the place of the action, or of the statement whose condition it is, in `program.walk()`. `name`: the action,
    or the condition in words. `agent`: the agent afterwards, as Karel's row, column and direction. `changed`: whether
    the action altered the world (a bump does not), or whether the condition holds. `edits`: the cells that are
    different afterwards. `senses`: bit i is set where the i-th perception of the vocabulary holds afterwards.
    `is_action`: True for an action, False for a test.
    """

    node: int
    name: str
    agent: tuple[int, ...]
    changed: bool
    reward: float = 0.0
    edits: tuple[Edit, ...] = ()
    senses: int = 0
    is_action: bool = False


@dataclass(frozen=True)
class Episode:
    """A whole run. `total`: the return, None where no task rewards; `name`: `SEED:INDEX` of the initial world.

    `best`: the most that the task pays. `senses`: the perceptions before the first step, as `Step` has them after it.
    """

    program: Program
    before: Any
    after: Any
    steps: tuple[Step, ...]
    end: End
    total: float | None = None
    task: str | None = None
    name: str | None = None
    best: float = 1.0
    senses: int = 0

    @cached_property
    def actions(self) -> tuple[Step, ...]:
        """The steps that are actions, in order: the trace."""
        return tuple(step for step in self.steps if step.is_action)

    @property
    def solved(self) -> bool:
        """True if the return is the best that the task pays."""
        return self.total is not None and bool(reaches(self.total, self.best))

    @property
    def truncated(self) -> bool:
        """True if the budget cut it short."""
        return self.end == "out of budget"

    def trace(self) -> Iterator[dict[str, Any]]:
        """One record an action: its number from 1, the action, the agent afterwards, what it changed and earned."""
        for number, step in enumerate(self.actions, 1):
            record = {"step": number, "action": step.name, "agent": list(step.agent), "changed": step.changed}
            yield record if self.total is None else {**record, "reward": step.reward}


class Playback:
    """An episode that can be wound to any step: the state is kept, and changed by what lies between."""

    def __init__(self, episode: Episode) -> None:
        self.episode, self.at = episode, 0
        self.cells: NDArray[np.uint8] = episode.before.cells.copy()
        self.earned = np.cumsum([0.0, *(step.reward for step in episode.steps)])

    @property
    def last(self) -> Step | None:
        """The step just made; None at the start."""
        return self.episode.steps[self.at - 1] if self.at else None

    @property
    def agent(self) -> tuple[int, ...]:
        """The agent, here."""
        agent: tuple[int, ...] = self.last.agent if self.last else self.episode.before.agent
        return agent

    @property
    def world(self) -> Any:
        """The world, here."""
        return self.episode.before.changed(self.cells, self.agent)

    @property
    def total(self) -> float | None:
        """The return up to here; None where no task rewards."""
        return None if self.episode.total is None else float(self.earned[self.at])

    @property
    def solved(self) -> bool:
        """True if the return is the best that the task pays."""
        return self.total is not None and bool(reaches(self.total, self.episode.best))

    def seek(self, at: int) -> None:
        """Go to the state after `at` steps, forwards or back; places beyond the ends are the ends."""
        at = max(0, min(at, len(self.episode.steps)))
        while self.at < at:
            for row, column, _, after in self.episode.steps[self.at].edits:
                self.cells[row, column] = after
            self.at += 1
        while self.at > at:
            self.at -= 1
            for row, column, before, _ in reversed(self.episode.steps[self.at].edits):
                self.cells[row, column] = before
