"""Train a program embedding on a dataset; its best weights and what was measured become an artifact."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapscli.artifacts.artifact import Artifact, check_readable, readable
from leapscli.artifacts.layout import CHECKPOINT, METRICS, PROGRAMS, SEEN, WEIGHTS
from leapscli.artifacts.metrics import check_record, read_metrics
from leapscli.artifacts.staging import Draft
from leapscli.artifacts.store import Workspace
from leapscli.errors import ArtifactError, Interrupted
from leapscli.progress import Reporter, Silent, StopFlag, TrainingDone, Validation
from leapscli.recipes.model import ModelRecipe
from leapscli.stages.user_files import check_folder

if TYPE_CHECKING:
    from leapscli.vae.training.distributed import Ranks
    from leapscli.vae.training.trainer import Ended

    Learn = Callable[[Path, Reporter[TrainingDone]], tuple[Ended, dict[str, Any]]]

Record = dict[str, Any]
Watch = Callable[[Validation], None]
LIMITS = ("steps", "max_time")  # may differ when training is taken up again


@dataclass(frozen=True, eq=False)
class TrainingPlan:
    """Training that is ready to begin: everything has been found and checked, nothing written."""

    recipe: ModelRecipe
    workspace: Workspace
    dataset: Artifact
    name: str
    device: str
    ranks: Ranks
    facts: dict[str, Any]
    board: Path | None = None  # where event files go

    @property
    def key(self) -> str:
        """The key of the training, without its limits: equal keys can continue one another."""
        parts = {name: value for name, value in self.recipe.resolved().items() if name not in LIMITS}
        dataset = self.dataset.manifest.arrays or self.dataset.manifest.content
        text = json.dumps([parts, dataset], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def prepare(
    recipe: ModelRecipe,
    workspace: Workspace,
    dataset: str | None,
    name: str,
    device: str,
    board: Path | None = None,
) -> TrainingPlan:
    """Find the dataset, read its layout, choose the device. Raises InputErrors for what cannot be.

    With `board`, event files for TensorBoard will go into a folder of this training's own below that one.
    """
    from leapscli.artifacts.artifact import check_name
    from leapscli.artifacts.programs_h5 import ProgramsReader
    from leapscli.vae.device import choose_device, choose_precision
    from leapscli.vae.networks.network import Network
    from leapscli.vae.training.distributed import Ranks
    from leapscli.vae.training.tensorboard import check_tensorboard
    from leapscli.vae.training.trainer import shape_of

    if board is not None:
        check_tensorboard()
        check_folder(board)
    artifact, ranks = workspace.resolve(dataset, "dataset"), Ranks.launched()
    chosen = choose_device(ranks.device(device))
    reader = ProgramsReader(artifact.file(PROGRAMS))
    splits = {split: len(reader.split(split)) for split in ("train", "validation")}
    weights = sum(parameter.numel() for parameter in Network(shape_of(recipe, reader)).parameters())
    facts = {"dataset": artifact.reference, **splits, "weights": weights}
    facts["precision"] = ranks.together(choose_precision(chosen, recipe.amp).label)
    return TrainingPlan(recipe, workspace, artifact, check_name(name), str(chosen), ranks, facts, board)


def train(
    plan: TrainingPlan,
    *,
    reporter: Reporter[TrainingDone] | None = None,
    watch: Watch | None = None,
    stop: StopFlag | None = None,
    resume: bool = False,
    command: str = "",
) -> Artifact | None:
    """Trains, and publishes a model: weights.safetensors (the best), metrics.jsonl and checkpoint.safetensors.

    Raises Interrupted when `stop` ends it; the work is kept. `resume` continues the same training where it stopped or
    was killed, or a published model's with higher limits; where there is nothing left to do, that model is returned.
    `watch` is told of every validation, of a resumed training's earlier ones too. Of several processes the first does
    all that; the others help, silently, and return None.
    """
    learn = partial(_learn, plan, stop=stop or StopFlag(), resume=resume)
    with plan.ranks.joined(plan.device):
        if plan.ranks.leads:
            return _lead(plan, reporter or Silent(), partial(learn, watch=watch), resume, command)
        place: Path | None = plan.ranks.told(None)
        if place is not None:
            learn(place, Silent())
        return None


def _lead(plan: TrainingPlan, reporter: Reporter[TrainingDone], learn: Learn, resume: bool, command: str) -> Artifact:
    """The work of the first process; alone, all of it."""
    with plan.workspace.stage("model", plan.name, key=plan.key, resume=resume) as draft:
        earlier = _take_up(plan, draft, reporter) if resume else None
        plan.ranks.told(None if earlier else draft.path)
        if earlier:
            return earlier
        ended, best = learn(draft.path, reporter)
        if ended == "asked":
            raise Interrupted(f"stopped; the work so far is in {draft.path}")
        return _publish(plan, draft, ended, best, command)


def _learn(
    plan: TrainingPlan,
    out: Path,
    reporter: Reporter[TrainingDone],
    *,
    stop: StopFlag,
    resume: bool,
    watch: Watch | None = None,
) -> tuple[Ended, Record]:
    """The training itself, in the folder `out`."""
    from leapscli.artifacts.programs_h5 import ProgramsReader
    from leapscli.vae.training.tensorboard import board
    from leapscli.vae.training.trainer import train

    with ExitStack() as stack:
        watchers: list[Callable[[Record], None]] = [lambda line: watch(Validation.of(line))] if watch else []
        if plan.board is not None and plan.ranks.leads:
            watchers.append(stack.enter_context(board(plan.board / f"{plan.name}-{plan.key}")))
        return train(
            plan.recipe,
            ProgramsReader(plan.dataset.file(PROGRAMS)),
            out=out,
            device=plan.device,
            reporter=reporter,
            stop=stop,
            resume=resume,
            ranks=plan.ranks,
            watchers=watchers,
        )


def _publish(plan: TrainingPlan, draft: Draft, ended: Ended, best: Record, command: str) -> Artifact:
    from leapscli.artifacts import seen
    from leapscli.artifacts.programs_h5 import ProgramsReader

    reader = ProgramsReader(plan.dataset.file(PROGRAMS))
    seen.save_seen(draft.path / SEEN, reader.programs(reader.split("train")))
    metrics = {name: value for name, value in best.items() if name not in ("train", "validation")}
    metrics |= {"validation": best["validation"], "ended": str(ended), "training": plan.key}
    recipe, precision = plan.recipe.resolved(), plan.facts["precision"]
    return draft.publish(
        recipe=recipe, seed=plan.recipe.seed, parents=[plan.dataset], metrics=metrics, command=command, device=precision
    )


def _take_up(plan: TrainingPlan, draft: Draft, reporter: Reporter[TrainingDone]) -> Artifact | None:
    """Put a checkpoint into the draft unless a killed run left one; the published model, if it needs no more steps."""
    if (draft.path / CHECKPOINT).exists():
        return None
    earlier = _earlier(plan)
    if earlier is None:
        reporter.note("no training like this to resume; starting again")
        draft.continues(None)
    elif _is_done(plan, earlier):
        _check_metrics(earlier)
        reporter.note(f"{earlier.reference} has reached its limits already; nothing to resume")
        draft.path.rmdir()
        return earlier
    else:
        reporter.note(f"resuming from {earlier.reference}")
        draft.continues(earlier)
        for name in (WEIGHTS, METRICS, CHECKPOINT):
            shutil.copyfile(earlier.file(name), draft.path / name)
    return None


def _earlier(plan: TrainingPlan) -> Artifact | None:
    """The newest model of the same training."""
    models = [artifact for artifact in plan.workspace.list("model") if artifact.name == plan.name]
    same = [artifact for artifact in readable(models) if artifact.manifest.metrics.get("training") == plan.key]
    if not same:
        check_readable(models, "it may be what to resume from: remove it, or train without --resume")
    return same[-1] if same else None


def _check_metrics(model: Artifact) -> None:
    """Raises ArtifactError where the manifest of a model does not tell what was measured."""
    try:
        check_record(model.manifest.metrics)
    except ValueError as error:
        raise ArtifactError(f"{model.reference}: its manifest's metrics: {error}") from None


def _is_done(plan: TrainingPlan, model: Artifact) -> bool:
    """True if a published model has had the steps, or the time, that the recipe gives."""
    last = read_metrics(model.file(METRICS))[-1]
    limit = plan.recipe.max_time
    return bool(last["step"] >= plan.recipe.steps or (limit is not None and last.get("seconds", 0) >= limit))
