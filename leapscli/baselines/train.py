"""Training of a baseline: PPO's updates, validations between them, and the best weights kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger

from leapscli.artifacts.layout import CHECKPOINT, WEIGHTS
from leapscli.artifacts.weights import load_weights, save_weights
from leapscli.baselines.adapter import SideBySide
from leapscli.baselines.networks import algorithm, one_thread
from leapscli.baselines.policy import NetworkPolicy, put_weights, returns, weights_of
from leapscli.baselines.tree import DecisionTree
from leapscli.baselines.viper import imitate
from leapscli.errors import ArtifactError
from leapscli.progress import Done, Reporter, StopFlag
from leapscli.recipes.policy import PolicyRecipe
from leapscli.seeding import stream_key
from leapscli.tasks.registry import Task

VALIDATIONS = 20  # of a whole training
RECENT = 200  # episodes whose mean return is logged
Row = tuple[int, float, float, float]  # actions, mean return of recent episodes, of validation states, seconds


@dataclass
class Training:
    """A training in a folder: what was measured so far, and the best of it."""

    task: Task
    recipe: PolicyRecipe
    folder: Path
    history: list[Row] = field(default_factory=list)
    best: float = -np.inf
    before: float = 0.0  # seconds of earlier sessions
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Spent so far, in earlier sessions too."""
        return self.before + time.monotonic() - self.began

    @property
    def states(self) -> int:
        """The seed of the validation states."""
        return int(stream_key(self.recipe.seed, "baseline", "validation") % 2**31)


def train(
    task: Task, recipe: PolicyRecipe, folder: Path, *, reporter: Reporter[Done], stop: StopFlag, resume: bool
) -> tuple[list[Row], NDArray[np.float64] | DecisionTree, str]:
    """Trains into `folder`, which gets weights.safetensors and a checkpoint.

    Returns the history, the tree of viper (else an empty array), and why it ended: "steps", "time" or "interrupted".
    """
    one_thread()
    training = Training(task, recipe, folder)
    environments = SideBySide(task, recipe)
    model = algorithm(recipe, environments)
    model.set_logger(Logger(folder=None, output_formats=[]))  # its own would leave a folder in the system's /tmp
    if resume and (folder / CHECKPOINT).exists():
        _take_up(training, model)
    reporter.start(f"{recipe.algorithm} {task.name}", recipe.steps, "actions")
    watch = _Watch(training, environments, reporter, stop)
    left = recipe.steps - model.num_timesteps
    if left > 0:
        model.learn(left, callback=watch, reset_num_timesteps=False)
        watch.validate()
    ended = watch.ended or "steps"
    _keep(training, model)
    if recipe.algorithm != "viper" or ended == "interrupted":
        return training.history, np.zeros(0), ended
    weights, _ = load_weights(folder / WEIGHTS)
    put_weights(model.policy, weights, folder / WEIGHTS)
    reporter.start(f"tree {task.name}", recipe.tree.rounds, "rounds")
    tree = imitate(
        NetworkPolicy(model.policy, recurrent=False),
        task,
        recipe,
        training.states,
        lambda number, mean: reporter.update(Done(number)),
        stop,
    )
    return training.history, tree, "interrupted" if stop.requested else ended


class _Watch(BaseCallback):
    """Progress, validations, checkpoints and limits between PPO's updates."""

    def __init__(self, training: Training, environments: SideBySide, reporter: Reporter[Done], stop: StopFlag) -> None:
        super().__init__()
        self._training, self._environments, self._reporter, self._stop = training, environments, reporter, stop
        self.ended: str | None = None
        self._recent: list[float] = []

    def _on_step(self) -> bool:
        limit = self._training.recipe.max_time
        if self._stop.requested:
            self.ended = "interrupted"
        elif limit is not None and self._training.seconds >= limit:
            self.ended = "time"
        return self.ended is None

    def _on_rollout_end(self) -> None:
        self._reporter.update(Done(min(self.num_timesteps, self._training.recipe.steps)))
        self._recent = [*self._recent, *self._environments.finished][-RECENT:]
        self._environments.finished.clear()
        last = self._training.history[-1][0] if self._training.history else 0
        if self.num_timesteps - last >= self._training.recipe.steps / VALIDATIONS:
            self.validate()
            _keep(self._training, self.model)

    def validate(self) -> None:
        """Scores the network on the validation states, and keeps its weights if they are the best so far."""
        training, recipe = self._training, self._training.recipe
        policy = NetworkPolicy(self.model.policy, recipe.algorithm == "recurrent")
        mean = float(returns(policy, training.task, recipe, recipe.validation, training.states).mean())
        recent = float(np.mean(self._recent)) if self._recent else float("nan")
        training.history.append((self.num_timesteps, recent, mean, round(training.seconds, 3)))
        if mean >= training.best:
            training.best = mean
            save_weights(training.folder / WEIGHTS, weights_of(self.model.policy), {"steps": self.num_timesteps})


def _keep(training: Training, model: Any) -> None:
    """Writes the checkpoint."""
    tensors = {f"network.{name}": tensor for name, tensor in weights_of(model.policy).items()}
    for i, state in model.policy.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{name}": torch.as_tensor(value) for name, value in state.items()}
    notes = {"steps": model.num_timesteps, "history": training.history, "best": training.best}
    save_weights(training.folder / CHECKPOINT, tensors, {**notes, "seconds": training.seconds})


def _take_up(training: Training, model: Any) -> None:
    """Goes on from the checkpoint, its episodes begun anew. Raises ArtifactError where it is none of this training."""
    path = training.folder / CHECKPOINT
    tensors, notes = load_weights(path)
    weights = {name.removeprefix("network."): each for name, each in tensors.items() if name.startswith("network.")}
    put_weights(model.policy, weights, path)
    state: dict[int, dict[str, Any]] = {}
    try:
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, index, part = name.split(".", 2)
                state.setdefault(int(index), {})[part] = tensor
        groups = model.policy.optimizer.state_dict()["param_groups"]
        model.policy.optimizer.load_state_dict({"state": state, "param_groups": groups})
        model.num_timesteps = int(notes["steps"])
        training.history = [(int(row[0]), float(row[1]), float(row[2]), float(row[3])) for row in notes["history"]]
        training.best, training.before = float(notes["best"]), float(notes["seconds"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        reason = f"{type(error).__name__}: {str(error)[:80]}"
        raise ArtifactError(f"{path}: cannot be resumed ({reason})", "train without --resume") from None
    if training.history:
        load_weights(training.folder / WEIGHTS)  # they may be published as they are: raises where they are damaged
