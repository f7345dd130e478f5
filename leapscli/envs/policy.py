"""Programs as policies, and policies' episodes as traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.dsl.published import ACTION_ID, ACTIONS, PERCEPTIONS
from leapscli.dsl.tree import Action, Body, Condition, IfElse, Not, Repeat, While
from leapscli.envs.env import KarelEnv

MOST_TESTS = 10_000  # of conditions without an action between: a program that goes on so never acts again
Policy = Callable[[NDArray[Any]], int | None]


class ProgramPolicy:
    """A program that chooses actions by what it perceives; call it with observations of perceptions.

    It remembers where in the program it is: `reset` goes back to the start. None: the program has ended.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.reset()

    def reset(self) -> None:
        """Back to the start."""
        self._perceived: dict[str, bool] = {}
        self._tests = 0
        self._actions = self._run(self.program.body)

    def __call__(self, observation: NDArray[Any]) -> int | None:
        """The next action, or None from the program's end on."""
        self._perceived = dict(
            zip(PERCEPTIONS, (np.asarray(observation)[: len(PERCEPTIONS)] > 0.5).tolist(), strict=True)
        )
        self._tests = 0
        return next(self._actions, None)

    def _run(self, body: Body) -> Iterator[int]:
        for statement in body:
            if isinstance(statement, Action):
                yield ACTION_ID[statement.name]
            elif isinstance(statement, Repeat):
                for _ in range(statement.times):
                    yield from self._run(statement.body)
            elif isinstance(statement, While):
                while self._tests < MOST_TESTS and self._holds(statement.condition):
                    yield from self._run(statement.body)
            elif self._holds(statement.condition):
                yield from self._run(statement.body)
            elif isinstance(statement, IfElse):
                yield from self._run(statement.orelse)

    def _holds(self, condition: Condition) -> bool:
        self._tests += 1
        if isinstance(condition, Not):
            return not self._holds(condition.condition)
        return self._perceived[condition.name]


@dataclass(frozen=True)
class Played:
    """An episode: the actions taken and their rewards, the worlds at its ends, and how it ended."""

    actions: list[int]
    rewards: list[float]
    before: World
    after: World
    terminated: bool
    truncated: bool

    @property
    def total(self) -> float:
        """The return."""
        return float(sum(self.rewards))

    @property
    def trace(self) -> list[str]:
        """The actions by name."""
        return [ACTIONS[action] for action in self.actions]


def play(env: Any, policy: Policy, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Played:
    """One episode of an environment of ours, wrapped or not. It ends with its task, or where the policy gives None."""
    if isinstance(policy, ProgramPolicy):
        policy.reset()
    observation, _ = env.reset(seed=seed, options=options)
    karel: KarelEnv = env.unwrapped
    actions, rewards, before, terminated, truncated = list[int](), list[float](), karel.world, False, False
    while not (terminated or truncated) and (action := policy(observation)) is not None:
        observation, reward, terminated, truncated, _ = env.step(int(action))
        actions.append(int(action))
        rewards.append(float(reward))
    return Played(actions, rewards, before, karel.world, terminated, truncated)
