"""Episodes of one task: where they begin, what a step of all of them does, and when they are cut short."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.domain import KAREL
from leapscli.domains.karel.world import World
from leapscli.engine.arena import Arena
from leapscli.engine.stepping import Rows, Stepping
from leapscli.envs.observations import NONE, Kind, Observer
from leapscli.errors import InputError, LeapsError, TaskError, described
from leapscli.tasks.registry import Size, Task, in_karels_world, sized

Masks: TypeAlias = NDArray[np.bool_]
RENDERED = ("rgb_array", "ansi")
MOST_STEPS = 1000  # of an episode at a task's own size; larger worlds take more, as budgets do


def find(task: str | Path | Task | None, size: Size) -> Task:
    """The task meant. Raises TaskError, InputError."""
    if task is None:
        raise InputError("no task", 'as in gymnasium.make("leaps/Karel-v0", task="./my_task.py")')
    return in_karels_world(sized(task, size), "environments and baselines are")


def check_render_mode(mode: str | None) -> None:
    """Raises InputError for a way to render that there is not."""
    if mode not in (None, *RENDERED):
        raise InputError(f"render_mode: expected {' or '.join(RENDERED)}, not {mode!r}")


class Episodes:
    """`count` episodes of a task side by side."""

    def __init__(self, task: Task, count: int, observation: Kind, max_steps: int | None) -> None:
        own = task.module.SIZE[0] * task.module.SIZE[1]
        if max_steps is not None and (not isinstance(max_steps, int) or max_steps < 1):
            raise InputError(f"max_steps: expected a whole number above 0, not {described(max_steps)}")
        self.limit = max_steps or MOST_STEPS * max(1, -(-task.height * task.width // own))
        self.task, self.observer = task, Observer(observation, task.height, task.width)
        first = task.arena(task.sample(1, 0))
        self.stepping = Stepping(KAREL, task.judge, count, first)
        self._seeds = np.zeros(count, np.uint64)
        self.last = np.full(count, NONE, np.int64)
        self.steps = np.zeros(count, np.int64)

    def begin(self, rows: Rows, arena: Arena, which: Rows) -> None:
        """Episodes `rows` start on the worlds `which` of an arena."""
        self.stepping.begin(rows, arena, which)
        self._seeds[rows] = arena.worlds.seeds[which]
        self.last[rows], self.steps[rows] = NONE, 0

    def act(self, actions: NDArray[np.integer[Any]]) -> tuple[NDArray[np.float64], Masks, Masks]:
        """Rewards float64[N], and which episodes have ended, or were cut short, bool[N]; -1 leaves one alone."""
        try:
            rewards, terminated = self.stepping.step(actions)
        except Exception as error:
            if self.task.source is None or isinstance(error, LeapsError):
                raise
            hint = "`leaps run PROGRAM --task FILE` tells the line"
            raise TaskError(f"{self.task.source}: reward: {type(error).__name__}: {error}", hint) from error
        acting = np.asarray(actions) >= 0
        self.last = np.where(acting, actions, self.last)
        self.steps += acting
        return rewards, terminated, acting & ~terminated & (self.steps >= self.limit)

    def observe(self) -> NDArray[Any]:
        """The observations of all, [N, …]."""
        return self.observer.observe(self.stepping, self.last)

    def world(self, row: int) -> World:
        """The world of an episode as it is now."""
        cells, agents = self.observer.grids(self.stepping)
        return World.from_cells(cells[row], tuple(agents[row].tolist()), int(self._seeds[row]))
