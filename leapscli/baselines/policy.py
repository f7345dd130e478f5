"""Policies that are no programs, ready for use: they choose actions for many observations at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.files import read_regular
from leapscli.artifacts.layout import TREE, WEIGHTS
from leapscli.artifacts.weights import load_weights
from leapscli.baselines.adapter import SideBySide
from leapscli.baselines.networks import algorithm, one_thread
from leapscli.baselines.tree import DecisionTree
from leapscli.envs.episodes import Episodes
from leapscli.errors import ArtifactError, InputError
from leapscli.recipes.policy import PolicyRecipe
from leapscli.tasks.registry import Task

MOST_TREE = 16 << 20  # bytes of a tree's file


class Policy(Protocol):
    """Chooses actions for N episodes side by side, and may remember something of each."""

    def begin(self, count: int) -> None:
        """All episodes start."""

    def act(self, observations: NDArray[Any]) -> NDArray[np.int64]:
        """The actions [N] for observations [N, …]."""


class NetworkPolicy:
    """The likeliest action of a network, with the LSTM's state where it has one."""

    def __init__(self, network: Any, recurrent: bool) -> None:
        self.network, self.recurrent = network, recurrent
        self._state: Any = None
        self._start = np.ones(0, np.bool_)

    def begin(self, count: int) -> None:
        """Nothing is remembered."""
        self._state, self._start = None, np.ones(count, np.bool_)

    def act(self, observations: NDArray[Any]) -> NDArray[np.int64]:
        """The likeliest actions."""
        if not self.recurrent:
            actions, _ = self.network.predict(observations, deterministic=True)
        else:
            actions, self._state = self.network.predict(
                observations, self._state, episode_start=self._start, deterministic=True
            )
            self._start[:] = False
        return np.asarray(actions, np.int64)


class TreePolicy:
    """The actions of a decision tree."""

    def __init__(self, tree: DecisionTree) -> None:
        self.tree = tree

    def begin(self, count: int) -> None:
        """Nothing is remembered."""

    def act(self, observations: NDArray[Any]) -> NDArray[np.int64]:
        """Its actions."""
        return self.tree.act(observations.reshape(len(observations), -1))


def load(artifact: Artifact, task: Task) -> Policy:
    """The policy of an artifact, for a task of the size that it observes. Raises ArtifactError, InputError."""
    recipe = recipe_of(artifact)
    artifact.file(TREE if recipe.algorithm == "viper" else WEIGHTS)
    size = str(artifact.manifest.recipe.get("size"))
    if recipe.observation == "state" and size != f"{task.height}x{task.width}":
        raise InputError(
            f"{artifact.reference} observes the whole state of {size.replace('x', '×')} worlds, and no others",
            "policies that observe perceptions take any size",
        )
    return load_policy(artifact.path, recipe, task)


def load_policy(folder: Path, recipe: PolicyRecipe, task: Task) -> Policy:
    """The policy whose files are in a folder. Raises ArtifactError."""
    if recipe.algorithm == "viper":
        path = folder / TREE
        try:
            return TreePolicy(DecisionTree.from_json(json.loads(read_regular(path, MOST_TREE))))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ArtifactError(f"{path}: no decision tree ({str(error)[:80]})", "train it again") from None
    one_thread()
    small = recipe.replace(envs=1)
    model = algorithm(small, SideBySide(task, small))
    weights, _ = load_weights(folder / WEIGHTS)
    put_weights(model.policy, weights, folder / WEIGHTS)
    return NetworkPolicy(model.policy, recipe.algorithm == "recurrent")


def weights_of(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights of a network by name, each in memory of its own: actor and critic may share some."""
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def put_weights(network: torch.nn.Module, weights: dict[str, torch.Tensor], path: Path) -> None:
    """Gives a network its weights. Raises ArtifactError where they don't fit, or are not finite."""
    own = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if own != found or not all(torch.isfinite(tensor).all() for tensor in weights.values()):
        raise ArtifactError(f"{path}: weights of another network, or not finite", "train it again")
    network.load_state_dict(weights)


def recipe_of(artifact: Artifact) -> PolicyRecipe:
    """The settings that a policy was trained with. Raises ArtifactError."""
    settings = {name: value for name, value in artifact.manifest.recipe.items() if name in PolicyRecipe.model_fields}
    try:
        return PolicyRecipe.model_validate(settings)
    except ValueError as error:
        raise ArtifactError(f"{artifact.reference}: its recipe is none: {str(error).splitlines()[0][:80]}") from None


def returns(policy: Policy, task: Task, recipe: PolicyRecipe, count: int, seed: int) -> NDArray[np.float64]:
    """The returns float64[N] of a policy on the first `count` initial worlds of a task under a seed."""
    episodes = Episodes(task, count, recipe.observation, recipe.max_steps)
    rows = np.arange(count)
    episodes.begin(rows, task.arena(task.sample(count, seed)), rows)
    total, running = np.zeros(count), np.ones(count, np.bool_)
    policy.begin(count)
    while running.any():
        actions = np.where(running, policy.act(episodes.observe()), -1)
        rewards, terminated, truncated = episodes.act(actions)
        total += rewards
        running &= ~(terminated | truncated)
    return total


def limit(task: Task, recipe: PolicyRecipe) -> int:
    """The most actions of an episode."""
    return Episodes(task, 1, recipe.observation, recipe.max_steps).limit
