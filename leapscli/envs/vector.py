"""Many episodes of a task side by side, stepped by compiled code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from leapscli.domains.karel.canvas import world_image
from leapscli.dsl.published import ACTIONS
from leapscli.engine.arena import Arena
from leapscli.envs.episodes import RENDERED, Episodes, Masks, check_render_mode, find
from leapscli.envs.observations import Kind
from leapscli.errors import InputError
from leapscli.tasks.registry import Size, Task

WORLDS = 1024  # initial ones

Observations: TypeAlias = NDArray[Any]
Infos: TypeAlias = dict[str, Any]
Seed: TypeAlias = int | list[int | None] | None


class KarelVectorEnv(VectorEnv[Observations, Observations, Observations]):
    """`num_envs` episodes of a task, as `KarelEnv` has them one at a time.

    `reset(seed=s)` draws the task's first `worlds` initial worlds under that seed; episode k of environment j starts on
    number j + k · num_envs of them, going round. `autoreset_mode` is Gymnasium's: an episode that is over starts anew
    with the next step (which ignores its action), with the same step (`infos["final_obs"]` holds the last
    observations), or when `reset(options={"reset_mask": mask})` says so.
    """

    metadata: dict[str, Any] = {"render_modes": [*RENDERED], "render_fps": 8}  # noqa: RUF012  (as Gymnasium has it)

    def __init__(
        self,
        task: str | Path | Task | None = None,
        *,
        num_envs: int = 1,
        size: Size = None,
        observation: Kind = "perceptions",
        max_steps: int | None = None,
        worlds: int = WORLDS,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:
        if num_envs < 1 or worlds < 1:
            raise InputError(f"num_envs and worlds are at least 1, not {num_envs} and {worlds}")
        check_render_mode(render_mode)
        self.task, self.num_envs, self.render_mode = find(task, size), num_envs, render_mode
        self._episodes = Episodes(self.task, num_envs, observation, max_steps)
        self.single_observation_space = self._episodes.observer.space
        self.single_action_space = Discrete(len(ACTIONS))
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._mode = AutoresetMode(autoreset_mode)
        self.metadata = {**type(self).metadata, "autoreset_mode": self._mode}
        self._arena: Arena | None = None
        self._drawn, self._seed = worlds, -1
        self._next = np.arange(num_envs)
        self._over = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: Infos | None = None
    ) -> tuple[Observations, Infos]:
        """Starts all episodes, or those of `options["reset_mask"]`: the observations and {}."""
        if isinstance(seed, list):
            seed = seed[0]  # of the first: all worlds come from one stream
        super().reset(seed=seed)
        rows = np.arange(self.num_envs)
        if options and "reset_mask" in options:
            rows = np.flatnonzero(options["reset_mask"])
        elif seed is not None or self._arena is None:
            self._draw(int(self.np_random.integers(2**31)) if seed is None else seed)
        self._begin(rows)
        return self._episodes.observe(), {}

    def step(self, actions: NDArray[Any]) -> tuple[Observations, NDArray[np.float64], Masks, Masks, Infos]:
        """Observations [N, …], rewards float64[N], and which tasks are over, or episodes cut short, bool[N]."""
        if self._arena is None:
            raise InputError("no episode has begun", "reset() starts them")
        if self._mode is AutoresetMode.DISABLED and self._over.any():
            raise InputError("an episode is over", 'reset(options={"reset_mask": terminated | truncated})')
        begin = np.flatnonzero(self._over)
        actions = np.asarray(actions)
        if len(begin):
            actions = actions.copy()
            actions[begin] = -1
        rewards, terminated, truncated = self._episodes.act(actions)
        self._begin(begin)
        infos: Infos = {}
        observations = self._episodes.observe()
        over = terminated | truncated
        if self._mode is AutoresetMode.SAME_STEP and over.any():
            infos = {"final_obs": observations, "_final_obs": over}
            self._begin(np.flatnonzero(over))
            observations = self._episodes.observe()
        else:
            self._over |= over
        return observations, rewards, terminated, truncated, infos

    def render(self) -> tuple[Any, ...] | None:
        """Every world: images uint8[height, width, 3], or texts."""
        if self.render_mode is None:
            return None
        worlds = [self._episodes.world(row) for row in range(self.num_envs)]
        if self.render_mode == "ansi":
            return tuple(map(str, worlds))
        return tuple(np.array(world_image(world)) for world in worlds)

    def _draw(self, seed: int) -> None:
        """The initial worlds of a seed, once."""
        if seed != self._seed or self._arena is None:
            self._arena, self._seed = self.task.arena(self.task.sample(self._drawn, seed)), seed
        self._next = np.arange(self.num_envs)

    def _begin(self, rows: NDArray[np.intp]) -> None:
        """New episodes in these environments."""
        if len(rows) and self._arena is not None:
            self._episodes.begin(rows, self._arena, self._next[rows] % self._drawn)
            self._next[rows] += self.num_envs
            self._over[rows] = False
