"""A task as a Gymnasium environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from numpy.typing import NDArray

from leapscli.domains.karel.canvas import Canvas
from leapscli.domains.karel.cells import WALL
from leapscli.domains.karel.world import World
from leapscli.dsl.published import ACTIONS
from leapscli.envs.episodes import RENDERED, Episodes, check_render_mode, find
from leapscli.envs.observations import Kind
from leapscli.errors import InputError
from leapscli.tasks.registry import Size, Task

ONE = np.zeros(1, np.intp)
Infos: TypeAlias = dict[str, Any]


class KarelEnv(gymnasium.Env[NDArray[Any], int]):
    """One episode at a time. Actions are those of traces: move 0, turnLeft 1, turnRight 2, pickMarker 3, putMarker 4.

    `task` is a name, a file or a Task; `size` a side, or height and width; `observation` "state", "perceptions" or
    "perceptions+action" (see `Observer.space`). An episode ends with its task, and is cut short after `max_steps`
    actions: 1,000 at the task's own size, more in larger worlds. The first world after `reset(seed=s)` is the task's
    first under that seed, `task.sample(1, s)[0]`; each `reset()` after it takes the next one.
    """

    metadata: dict[str, Any] = {"render_modes": [*RENDERED], "render_fps": 8}  # noqa: RUF012  (as Gymnasium has it)

    def __init__(
        self,
        task: str | Path | Task | None = None,
        *,
        size: Size = None,
        observation: Kind = "perceptions",
        max_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode)
        self.task = find(task, size)
        self.render_mode = render_mode
        self._episodes = Episodes(self.task, 1, observation, max_steps)
        self.observation_space = self._episodes.observer.space
        self.action_space = Discrete(len(ACTIONS))  # type: ignore[assignment]  # of NumPy's integers, too
        self._canvas: Canvas | None = None
        self._seed, self._index, self._over = 0, -1, True

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self._episodes.world(0)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Starts an episode: the observation and {}. `options={"world": world}` starts it on a world of one's own."""
        super().reset(seed=seed)
        if seed is not None or self._index < 0:
            self._seed, self._index = (int(self.np_random.integers(2**31)) if seed is None else seed), -1
        self._index += 1
        if options and "world" in options:
            arena = self.task.arena([options["world"]])
            if arena.cells.shape[1:] != self._episodes.stepping.cells.shape[1:]:
                raise InputError(f"the world is not of this environment's size, {self.task.height}×{self.task.width}")
        else:
            arena = self.task.arena(self.task.sample(1, self._seed, first=self._index))
        self._episodes.begin(ONE, arena, ONE)
        self._over = False
        return self._episodes.observe()[0], {}

    def step(self, action: int) -> tuple[NDArray[Any], float, bool, bool, Infos]:
        """Observation, reward, whether the task is over, whether the episode was cut short, and {}."""
        if self._over:
            raise InputError("the episode is over", "reset() starts the next one")
        if not self.action_space.contains(action):
            raise InputError(f"actions are 0 to {len(ACTIONS) - 1}, not {action!r}")
        rewards, terminated, truncated = self._episodes.act(np.array([action]))
        self._over = bool(terminated[0] or truncated[0])
        return self._episodes.observe()[0], float(rewards[0]), bool(terminated[0]), bool(truncated[0]), {}

    def render(self) -> Any:
        """The world: an image uint8[height, width, 3], or its text."""
        if self.render_mode is None:
            return None
        world = self.world
        if self.render_mode == "ansi":
            return str(world)
        self._canvas = self._canvas or Canvas(world.height, world.width)
        cells = np.where(world.walls, np.uint8(WALL), world.markers)
        return np.array(self._canvas.show(cells, world.agent))
