"""Our vectorised environments as Stable-Baselines3 takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from leapscli.envs.vector import KarelVectorEnv
from leapscli.recipes.policy import PolicyRecipe
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task


class SideBySide(VecEnv):
    """`recipe.envs` episodes of a task; `finished` holds the returns of those that have ended since it was emptied."""

    def __init__(self, task: Task, recipe: PolicyRecipe) -> None:
        self._envs = KarelVectorEnv(
            task,
            num_envs=recipe.envs,
            observation=recipe.observation,
            max_steps=recipe.max_steps,
            autoreset_mode=AutoresetMode.SAME_STEP,
        )
        super().__init__(recipe.envs, self._envs.single_observation_space, self._envs.single_action_space)
        self._first = int(stream_key(recipe.seed, "baseline", "worlds") % 2**31)
        self._returns = np.zeros(recipe.envs)
        self._actions: NDArray[Any] = np.zeros(recipe.envs, np.int64)
        self.finished: list[float] = []

    def reset(self) -> NDArray[Any]:
        """Starts all episodes."""
        self._returns[:] = 0
        return self._envs.reset(seed=self._first)[0]

    def step_async(self, actions: NDArray[Any]) -> None:
        """Keeps the actions."""
        self._actions = actions

    def step_wait(self) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Takes them."""
        observations, rewards, terminated, truncated, found = self._envs.step(self._actions)
        over = terminated | truncated
        self._returns += rewards
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(over):
            infos[i] = {"terminal_observation": found["final_obs"][i], "TimeLimit.truncated": bool(truncated[i])}
            self.finished.append(float(self._returns[i]))
            self._returns[i] = 0
        return observations, rewards.astype(np.float32), over, infos

    def close(self) -> None:
        """Nothing is held."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The same for all."""
        return [getattr(self._envs, attr_name)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """They have nothing to set."""
        raise NotImplementedError

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """They have no methods of their own."""
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No."""
        return [False] * self.num_envs
