"""VIPER: a decision tree by DAgger. The tree plays, the network that it imitates says what it would have done.

After Bastani, Pu and Solar-Lezama, NeurIPS 2018, as LEAPS compares with it; samples are not weighted by Q.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from leapscli.baselines.policy import Policy, TreePolicy, returns
from leapscli.baselines.tree import DecisionTree
from leapscli.envs.vector import KarelVectorEnv, Observations
from leapscli.progress import StopFlag
from leapscli.recipes.policy import PolicyRecipe
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task

Told = Callable[[int, float], None]  # after each round: its number, and the tree's mean return on validation states


def imitate(teacher: Policy, task: Task, recipe: PolicyRecipe, seed: int, told: Told, stop: StopFlag) -> DecisionTree:
    """The best tree of all rounds, by its mean return on the first validation states of `seed`."""
    envs = KarelVectorEnv(
        task,
        num_envs=recipe.envs,
        observation=recipe.observation,
        max_steps=recipe.max_steps,
        autoreset_mode=AutoresetMode.SAME_STEP,
    )
    observations, _ = envs.reset(seed=int(stream_key(recipe.seed, "viper", "worlds") % 2**31))
    seen: list[Observations] = []
    labels: list[NDArray[np.int64]] = []
    best, chosen = -np.inf, None
    player: Policy = teacher
    steps = max(1, recipe.tree.samples // recipe.envs)
    for number in range(1, recipe.tree.rounds + 1):
        player.begin(recipe.envs)
        for _ in range(steps):
            seen.append(observations.reshape(recipe.envs, -1).astype(np.uint8))
            labels.append(teacher.act(observations))
            observations, *_ = envs.step(player.act(observations))
        tree = DecisionTree.fit(np.concatenate(seen), np.concatenate(labels), recipe.tree.leaves, recipe.seed)
        player = TreePolicy(tree)
        mean = float(returns(player, task, recipe, recipe.validation, seed).mean())
        if chosen is None or mean > best:
            best, chosen = mean, tree
        told(number, mean)
        if stop.requested:
            break
    if chosen is None:
        raise ValueError("a tree needs a round")
    return chosen
