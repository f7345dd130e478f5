"""Domains of grid worlds, made of two functions: how the world changes, and what is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.grid.looks import Looks
from leapscli.domains.grid.world import GridWorld, GridWorlds
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.engine.arena import Arena
from leapscli.engine.domain import CompiledDomain
from leapscli.engine.reference import Edit

Act = Callable[[int, tuple[int, ...], NDArray[Any]], tuple[tuple[int, ...], bool]]
Sense = Callable[[int, tuple[int, ...], NDArray[Any]], bool]


@dataclass(frozen=True)
class Rules:
    """`act(action, agent, cells) → (agent, changed)` may change `cells` in place; `sense(perception, agent, cells) →
    bool` may not. Actions and perceptions are numbers, in the order of the vocabulary. As Python, for viewers.
    """

    act: Act
    sense: Sense


def grid_domain(
    name: str, vocabulary: Vocabulary, rules: Rules, looks: Looks, *, act: Any, sense: Any, size: int
) -> CompiledDomain:
    """The domain `name`, which must differ wherever its rules do. `act` and `sense` are the rules as numba can compile
    them, over agents of `size` numbers.
    """
    from leapscli.domains.grid.compiled import action, confined, enter, judge, perception

    return CompiledDomain(
        name=name,
        vocabulary=vocabulary,
        actions=tuple(action(name, act, number, size) for number in range(len(vocabulary.actions))),
        perceptions=tuple(perception(name, sense, number) for number in range(len(vocabulary.perceptions))),
        enter=enter(size),
        judge=judge,
        confined=confined,
        stack=GridWorlds.stack,
        parse=partial(GridWorld.parse, looks=looks),
        actor=partial(GridActor, vocabulary, rules),
        referee=partial(GridReferee, vocabulary),
    )


class GridActor:
    """An agent in a grid world, by the rules as Python, in the arithmetic of compiled code: cells count as int64."""

    def __init__(self, vocabulary: Vocabulary, rules: Rules, world: GridWorld, *, crashable: bool = False) -> None:
        self.vocabulary, self.rules, self.start = vocabulary, rules, world
        self.cells, self.place = world.cells.astype(np.int64), world.agent
        self._edits: tuple[Edit, ...] = ()

    def act(self, name: str) -> bool:
        """Do the action `name`; whether it did anything."""
        before = self.cells.copy()
        number = self.vocabulary.action_id[name]
        agent, changed = self.rules.act(number, self.place, self.cells)
        self.place = tuple(int(n) for n in agent)
        self._edits = self.altered(before)
        return bool(changed)

    def perceive(self, name: str) -> bool:
        """The value of the perception `name` here."""
        return bool(self.rules.sense(self.vocabulary.perceptions.index(name), self.place, self.cells))

    def edits(self, action: str, changed: bool) -> tuple[Edit, ...]:
        """The cells that the last action altered."""
        return self._edits

    def altered(self, before: NDArray[np.int64]) -> tuple[Edit, ...]:
        """The cells that are not as they were; they hold 0 to 255, as bytes do."""
        self.cells &= 255
        return tuple(
            (int(r), int(c), int(before[r, c]), int(self.cells[r, c])) for r, c in np.argwhere(self.cells != before)
        )

    def world(self) -> GridWorld:
        """The world as it is now."""
        return self.start.changed(self.cells.astype(np.uint8), self.place)


class GridReferee:
    """A task's reward as Python: `reward(action, changed, agent, cells, memory) → (reward, terminate)`."""

    def __init__(self, vocabulary: Vocabulary, reward: Callable[..., Any], arena: Arena, index: int = 0) -> None:
        self.vocabulary, self.reward, self.memory = vocabulary, reward, arena.memory[index].copy()

    def judge(self, action: str, changed: bool, actor: GridActor) -> tuple[float, bool, tuple[Edit, ...]]:
        """The reward, whether the task is over, and the cells that the reward altered."""
        before, number = actor.cells.copy(), self.vocabulary.action_id[action]
        gain, over = self.reward(number, changed, actor.place, actor.cells, self.memory)
        return float(gain), bool(over), actor.altered(before)
