"""A task's reward as Python, asked after every action as the compiled engine does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from leapscli.domains.karel.agent import Karel
from leapscli.domains.karel.cells import WALL, offsets
from leapscli.dsl.published import ACTION_ID
from leapscli.engine.arena import Arena
from leapscli.engine.reference import Edit
from leapscli.errors import TaskError


class KarelReferee:
    """Judges one run, on the world `index` of an arena; the reward may alter that world."""

    def __init__(self, reward: Callable[..., tuple[float, bool]], arena: Arena, index: int = 0) -> None:
        self.reward, self.zone = reward, arena.zones[index]
        self.cells, self.memory = arena.cells[index].copy(), arena.memory[index].copy()
        self.stride = arena.worlds[index].width + 2

    def judge(self, action: str, changed: bool, karel: Karel) -> tuple[float, bool, tuple[Edit, ...]]:
        """The reward, whether the task is over, and the cells that the task altered (in `karel` too).

        Raises TaskError where it opened the ring of wall before Karel.
        """
        pos = (karel.row + 1) * self.stride + karel.column + 1
        ahead = offsets(self.stride)[karel.direction]
        self.cells[pos] = karel.markers[karel.row, karel.column]
        before = self.cells.tobytes()
        with np.errstate(over="ignore"):  # the tasks' random streams wrap, as they do in compiled code
            reward, over = self.reward(ACTION_ID[action], changed, pos, ahead, self.cells, self.zone, self.memory)
        edits: tuple[Edit, ...] = ()
        if self.cells.tobytes() != before:
            cells = np.frombuffer(before, np.uint8)
            altered = (int(at) for at in np.flatnonzero(self.cells != cells))
            edits = tuple(self._edit(at, cells, karel) for at in altered if self._inside(at, karel))
        if self.cells[pos + ahead] != WALL and not self._inside(pos + ahead, karel):
            code = inspect.unwrap(self.reward).__code__
            raise TaskError(f"{code.co_filename}:{code.co_firstlineno}: reward: it opened the wall around the world")
        return float(reward), bool(over), edits

    def _inside(self, at: int, karel: Karel) -> bool:
        """True for a cell of the world, False for the ring of wall around it."""
        row, column = at // self.stride - 1, at % self.stride - 1
        return bool(0 <= row < len(karel.walls) and 0 <= column < self.stride - 2)

    def _edit(self, at: int, before: Any, karel: Karel) -> Edit:
        row, column, value = at // self.stride - 1, at % self.stride - 1, self.cells[at]
        karel.walls[row, column] = value == WALL
        karel.markers[row, column] = 0 if value == WALL else value
        return row, column, int(before[at]), int(value)
