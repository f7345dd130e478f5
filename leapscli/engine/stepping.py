"""Episodes side by side, advanced by one action each: the engine without a program."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.engine.arena import Arena
from leapscli.engine.domain import CompiledDomain
from leapscli.engine.judge import Judge
from leapscli.errors import InputError

Rows = NDArray[np.intp]


class Stepping:
    """`count` episodes under a judge, each at a state of its own; those of `begin` start anew.

    `cells` uint8[N, S] and `agents` uint64[N, A] are the states, as the domain's functions take them.
    """

    def __init__(self, domain: CompiledDomain, judge: Judge, count: int, like: Arena) -> None:
        """Room for `count` episodes on worlds like those of the arena, whose first world they all start on."""
        from leapscli.engine.compiled.stepper import senser, stepper

        self._step, self._sense = stepper(domain, judge), senser(domain)
        self._actions, self._perceptions = len(domain.actions), len(domain.perceptions)
        first = np.zeros(count, np.intp)
        self.cells, self.agents = like.cells[first], like.starts[first]
        self._zones, self._memory = like.zones[first], like.memory[first]

    def begin(self, rows: Rows, arena: Arena, which: Rows) -> None:
        """Episodes `rows` start anew, on the worlds `which` of an arena."""
        self.cells[rows], self.agents[rows] = arena.cells[which], arena.starts[which]
        self._zones[rows], self._memory[rows] = arena.zones[which], arena.memory[which]

    def step(self, actions: NDArray[np.integer[Any]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Acts once in each episode, but not where its action is -1: rewards float64[N], and which tasks are over [N].

        Raises InputError for what is no action.
        """
        chosen = np.asarray(actions)
        if chosen.shape != (len(self.cells),) or chosen.dtype.kind not in "iu":
            raise InputError(f"expected {len(self.cells)} actions, whole numbers, not an array of {chosen.shape}")
        if len(chosen) and not -1 <= int(chosen.min()) <= int(chosen.max()) < self._actions:
            raise InputError(f"actions are 0 to {self._actions - 1}, not {chosen.min()} to {chosen.max()}")
        rewards, over = np.empty(len(chosen)), np.empty(len(chosen), np.bool_)
        self._zones.flags.writeable = False  # as compiled code is promised
        self._step(chosen.astype(np.int64), self.cells, self._zones, self._memory, self.agents, rewards, over)
        self._zones.flags.writeable = True
        return rewards, over

    def perceptions(self) -> NDArray[np.float32]:
        """The perceptions of each agent, 0 or 1, float32[N, K]."""
        found = np.empty((len(self.cells), self._perceptions), np.float32)
        self._sense(self.cells, self.agents, found)
        return found
