"""An environment as viewers see it: an initial state (`EnvWorld`), who acts there, and its picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leapscli.domains.gymnasium.environment import Perceptions, make
from leapscli.engine.reference import Edit
from leapscli.errors import WorldError

WIDEST = 480  # pixels of a picture
NO_CELLS: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)


@dataclass(frozen=True, eq=False)
class EnvWorld:
    """The state after the reset with `seed` and so many actions of `trail`, which grows as somebody acts."""

    perceptions: Perceptions
    seed: int
    trail: list[int] = field(default_factory=list)
    agent: tuple[int, ...] = (0,)

    height = width = 1
    cells = NO_CELLS

    def changed(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> EnvWorld:
        """The state after `agent[0]` actions."""
        return EnvWorld(self.perceptions, self.seed, self.trail, tuple(agent))

    def canvas(self, cell: int) -> EnvCanvas:
        """Its picture, which follows it."""
        return EnvCanvas(self)

    @cached_property
    def drawn(self) -> str:
        """The environment's own text of it, in its colours, and its perceptions."""
        modes = self._metadata().get("render_modes", ())
        player = Player(self, "ansi" if "ansi" in modes else None)
        player.go(self.agent[0])
        drawn = player.env.render() if "ansi" in modes else None
        names = [name for i, name in enumerate(self.perceptions.functions) if player.senses >> i & 1]
        player.env.close()
        name = f"{self.perceptions.env_id}, seed {self.seed}\nafter {self.agent[0]} actions"
        lines = [name, *(drawn.strip("\n").splitlines() if isinstance(drawn, str) else ())]
        return "\n".join([*(line.rstrip() for line in lines), f"perceives {', '.join(names) or 'nothing'}"])

    def _metadata(self) -> dict[str, Any]:
        env = make(self.perceptions.env_id, self.perceptions.file)
        env.close()
        return dict(env.metadata)

    def __str__(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.drawn)


class Player:
    """An environment that follows a trail of actions."""

    def __init__(self, world: EnvWorld, render_mode: str | None) -> None:
        self.world, self.perceptions = world, world.perceptions
        self.env = make(self.perceptions.env_id, self.perceptions.file, render_mode=render_mode)
        self.begin()

    def begin(self) -> None:
        """Go to the initial state."""
        observation, _ = self.env.reset(seed=self.world.seed)
        self.done, self.over, self.reward = 0, False, 0.0
        self.senses = self.perceptions.sense(self.env, observation)

    def step(self, action: int) -> None:
        """Take an action."""
        observation, reward, ended, cut, _ = self.env.step(self.perceptions.actions[action])
        self.done, self.over, self.reward = self.done + 1, bool(ended or cut), float(reward)
        self.senses = self.perceptions.sense(self.env, observation)

    def go(self, count: int) -> None:
        """Go to the state after so many actions of the trail."""
        if count < self.done:
            self.begin()
        for action in self.world.trail[self.done : count]:
            self.step(action)


class EnvActor:
    """A program's agent in an environment."""

    def __init__(self, world: EnvWorld, *, crashable: bool = False) -> None:
        self.start, self.words = world, world.perceptions.vocabulary
        world.trail.clear()
        self.player = Player(world, None)

    @property
    def place(self) -> tuple[int, ...]:
        """The number of actions so far."""
        return (self.player.done,)

    def act(self, name: str) -> bool:
        """Do the action `name`."""
        action = self.words.action_id[name]
        self.start.trail.append(action)
        self.player.step(action)
        return True

    def perceive(self, name: str) -> bool:
        """The value of the perception `name` here."""
        return bool(self.player.senses >> self.words.perceptions.index(name) & 1)

    def edits(self, action: str, changed: bool) -> tuple[Edit, ...]:
        """None: an environment has no cells."""
        return ()

    def world(self) -> EnvWorld:
        """The state now."""
        return self.start.changed(NO_CELLS, self.place)


class EnvReferee:
    """The environment's own rewards."""

    def judge(self, action: str, changed: bool, actor: EnvActor) -> tuple[float, bool, tuple[Edit, ...]]:
        """The reward of the last action, and whether the episode is over."""
        return actor.player.reward, actor.player.over, ()


class EnvCanvas:
    """The environment's own picture of a state, scaled down. Raises WorldError where it draws none."""

    def __init__(self, world: EnvWorld) -> None:
        self.player = Player(world, "rgb_array")
        self.image = self._drawn()

    def show(self, cells: NDArray[np.uint8], agent: Sequence[int]) -> Image.Image:
        """The state after `agent[0]` actions."""
        self.player.go(agent[0])
        self.image = self._drawn()
        return self.image

    def samples(self) -> list[Image.Image]:
        """The picture as it is."""
        return [self.image]

    def _drawn(self) -> Image.Image:
        drawn = self.player.env.render()
        if not isinstance(drawn, np.ndarray):
            raise WorldError(f"{self.player.perceptions.env_id} draws no pictures (render_mode rgb_array)")
        image = Image.fromarray(drawn)
        largest = max(image.size)
        if largest > WIDEST:
            image = image.resize([round(side * WIDEST / largest) for side in image.size])
        return image
