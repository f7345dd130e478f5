"""Train a baseline on a task, and publish it: a policy that is no program."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from leapscli.artifacts.artifact import Artifact, check_name
from leapscli.artifacts.layout import CHECKPOINT, HISTORY, TREE, TREE_TEXT
from leapscli.artifacts.store import Workspace
from leapscli.engine.budget import Budget
from leapscli.errors import InputError, Interrupted, MissingArtifact, MissingExtra
from leapscli.progress import Done, Reporter, Silent, StopFlag
from leapscli.recipes.policy import PolicyRecipe
from leapscli.results.evaluation import Evaluation
from leapscli.seeding import stream_key
from leapscli.stages.sources import parse_size
from leapscli.stages.user_files import is_file
from leapscli.tasks.custom.known import is_known
from leapscli.tasks.registry import Task
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.returns import told

COLUMNS = ("steps", "return_training", "return_validation", "seconds")
LIMITS = ("steps", "max_time", "held_out")  # may differ when a training is taken up again


@dataclass(frozen=True, eq=False)
class BaselinePlan:
    """A training that is ready to begin: nothing is written yet."""

    recipe: PolicyRecipe
    workspace: Workspace
    task: Task
    name: str

    @property
    def key(self) -> str:
        """The key of the training, without its limits."""
        parts = {name: value for name, value in self.recipe.resolved().items() if name not in LIMITS}
        own = self.task.source.read_text(encoding="utf-8") if self.task.source else None
        text = json.dumps([parts, self.task.name, self.task.height, self.task.width, own], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def policy_name(task: Task, recipe: str) -> str:
    """The usual name: `harvester-ppo-last`."""
    return f"{task.name}-{Path(recipe).stem.lower()}"


def prepare(recipe: PolicyRecipe, workspace: Workspace, task: Task, name: str) -> BaselinePlan:
    """Check that there is all that it takes. Raises InputErrors."""
    needed = {"gymnasium": "Gymnasium", "stable_baselines3": "Stable-Baselines3", "sb3_contrib": "sb3-contrib"}
    if recipe.algorithm == "viper":
        needed["sklearn"] = "scikit-learn"
    for module, library in needed.items():
        if find_spec(module) is None:
            raise MissingExtra(library, "baselines")
    return BaselinePlan(recipe, workspace, task, check_name(name))


def train(
    plan: BaselinePlan,
    *,
    reporter: Reporter[Done] | None = None,
    stop: StopFlag | None = None,
    resume: bool = False,
    command: str = "",
) -> Artifact:
    """Trains, and publishes a policy: its weights or its tree, history.csv, and returns on fresh states.

    Raises Interrupted when `stop` ends it; the work is kept for `resume`.
    """
    from leapscli.baselines.policy import load_policy, returns
    from leapscli.baselines.train import train as learn
    from leapscli.baselines.tree import DecisionTree

    recipe, task = plan.recipe, plan.task
    with plan.workspace.stage("policy", plan.name, key=plan.key, resume=resume) as draft:
        history, tree, ended = learn(
            task, recipe, draft.path, reporter=reporter or Silent(), stop=stop or StopFlag(), resume=resume
        )
        if ended == "interrupted":
            raise Interrupted(f"stopped; the work so far is in {draft.path}")
        metrics: dict[str, Any] = {}
        if isinstance(tree, DecisionTree):
            (draft.path / TREE).write_text(json.dumps(tree.to_json()), encoding="utf-8")
            if recipe.observation != "state":
                (draft.path / TREE_TEXT).write_text(tree.text(), encoding="utf-8")
            metrics["leaves"] = tree.leaves
        _write_history(draft.path / HISTORY, history)
        policy = load_policy(draft.path, recipe, task)
        seed = int(stream_key(recipe.seed, "baseline", "held-out") % 2**31)
        held_out = told(returns(policy, task, recipe, recipe.held_out, seed).mean())
        (draft.path / CHECKPOINT).unlink()
        best = max((row[2] for row in history), default=float("nan"))
        metrics |= {"return_held_out": held_out, "return_validation": told(best), "steps": history[-1][0]}
        metrics |= {"seconds": history[-1][3], "stop_reason": ended, "training": plan.key}
        settings = {"task": task.reference, "size": f"{task.height}x{task.width}", **recipe.resolved()}
        return draft.publish(recipe=settings, seed=recipe.seed, metrics=metrics, command=command)


def find_policy(workspace: Workspace, reference: str | None) -> Artifact | None:
    """The policy called so, unless a file or a run is; None where there is none. Raises ArtifactError."""
    if reference is None or is_file(reference):
        return None
    for kind in ("run", "policy"):
        with suppress(MissingArtifact):
            found = workspace.resolve(reference, kind)
            return found if found.kind == "policy" else None
    return None


def own_task(policy: Artifact, height: int | None = None, width: int | None = None) -> Task:
    """The task that a policy was trained on, at its own size or another. Raises TaskError, InputError."""
    recipe = policy.manifest.recipe
    name, size = str(recipe.get("task")), parse_size(str(recipe.get("size")))
    if name.endswith(".py") and not is_known(Path(name)):
        raise InputError(
            f"{policy.reference} was trained on the task file {name}", f"it is code: --task {name} runs it"
        )
    return find_task(name, height=height or size[0], width=width or size[1])


def evaluate(policy: Artifact, task: Task, episodes: int, seed: int) -> Evaluation:
    """The returns of a policy on the first `episodes` initial worlds of a task. Raises LeapsErrors."""
    if find_spec("stable_baselines3") is None:
        raise MissingExtra("Stable-Baselines3", "baselines")
    from leapscli.baselines.policy import limit, load, recipe_of, returns

    recipe = recipe_of(policy)
    found = returns(load(policy, task), task, recipe, episodes, seed)
    return Evaluation(policy.reference, task, seed, Budget.primitives(limit(task, recipe)), found)


def _write_history(path: Path, history: Sequence[tuple[float, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in history:
            writer.writerow(["" if value != value else f"{value:.10g}" for value in row])
