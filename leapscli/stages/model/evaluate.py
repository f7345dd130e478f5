"""Measure how good a model is on held-out programs; what was found becomes an artifact."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.identity import Index
from leapscli.artifacts.layout import EVALUATION, PROGRAMS, WEIGHTS
from leapscli.artifacts.lineage import lineage
from leapscli.artifacts.seen import load_seen, unseen
from leapscli.artifacts.store import Workspace
from leapscli.domains.karel.world import Worlds, random_worlds
from leapscli.dsl.batch import TokenBatch
from leapscli.errors import ArtifactError, InputError
from leapscli.progress import Done, Reporter, Silent
from leapscli.seeding import stream, stream_key

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel

SPLIT = "test"
WORLDS = 32
Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class EvaluationPlan:
    """An evaluation that is ready to begin: on `programs` [P] of the split "test" of `dataset`, drawn under `seed`.

    `left_out` is how many of that split the model may have learnt from; None where it cannot tell.
    """

    workspace: Workspace
    model: Artifact
    dataset: Artifact
    programs: TokenBatch
    left_out: int | None
    seed: int
    device: str


def prepare(
    workspace: Workspace, model: str | None, dataset: str | None, programs: int, seed: int, device: str = "cpu"
) -> EvaluationPlan:
    """Find model and dataset, choose the device, draw programs. Raises InputErrors for what is not there."""
    found = workspace.resolve(model, "model")
    source = find_dataset(workspace, found, dataset)
    from leapscli.vae.device import choose_device  # torch: only for those whose references are right

    tokens, left_out = held_out(found, source, programs, seed)
    return EvaluationPlan(workspace, found, source, tokens, left_out, seed, str(choose_device(device)))


def find_dataset(workspace: Workspace, model: Artifact, reference: str | None) -> Artifact:
    """The dataset meant; without a reference the one that the model was trained on. Raises ArtifactError.

    Where that is not here, but the model can tell what it learnt from, the newest of that name.
    """
    if reference is not None:
        return workspace.resolve(reference, "dataset")
    parents = [parent for parent in lineage(workspace, model).parents if parent.kind == "dataset"]
    for parent in parents:
        if parent.artifact:
            return parent.artifact
    name = parents[0].reference.partition("@")[0] if parents else None
    if load_seen(model) is not None and name in {each.name for each in workspace.list("dataset")}:
        return workspace.resolve(name, "dataset")
    hint = "name a dataset with --data, whose test programs will do; `leaps gen-data` makes one"
    if not parents:
        raise ArtifactError(f"{model.reference} does not say on what it was trained", hint)
    raise ArtifactError(f"{model.reference} was trained on {parents[0].reference}, which is {parents[0].gone}", hint)


def is_own(model: Artifact, dataset: Artifact) -> bool:
    """True if the model was trained on this dataset, or on one of the same arrays."""
    index = Index([dataset])
    return any(index.find(parent) for parent in model.manifest.parents)


def held_out(model: Artifact, dataset: Artifact, count: int, seed: int) -> tuple[TokenBatch, int | None]:
    """At most `count` programs of the split "test", drawn under `seed`, and how many of it were left out.

    Of another dataset than its own those that the model may have learnt from are left out; None where it cannot tell.
    Raises InputError where there is none.
    """
    from leapscli.artifacts.programs_h5 import ProgramsReader

    reader = ProgramsReader(dataset.file(PROGRAMS))
    rows, left_out = reader.split(SPLIT), None
    if not len(rows):
        raise InputError(f"{dataset.reference} has no {SPLIT} programs", "name another dataset with --data")
    if is_own(model, dataset):
        left_out = 0
    elif (seen := load_seen(model)) is not None:
        fresh = unseen(seen, reader.programs(rows))
        rows, left_out = rows[fresh], int((~fresh).sum())
    if not len(rows):
        message = f"{model.reference} may have learnt from every {SPLIT} program of {dataset.reference}"
        raise InputError(message, "name another dataset with --data")
    rng = stream(seed, "evaluation", "programs")
    chosen = np.sort(rng.choice(rows, min(count, len(rows)), replace=False))
    return TokenBatch.from_ids(reader.column("tokens", chosen)), left_out


def fresh_worlds(count: int, seed: int, dataset: Artifact | None = None) -> Worlds:
    """Random worlds as those of the dataset's demonstrations, though not the same; without one as the paper's."""
    recipe = dataset.manifest.recipe if dataset else {}
    settings = {name: recipe[name] for name in ("height", "width", "wall", "marker") if name in recipe}
    return random_worlds(count, int(stream_key(seed, "evaluation", "worlds")), **settings)


def evaluate(plan: EvaluationPlan, *, reporter: Reporter[Done] | None = None, command: str = "") -> Artifact:
    """Measures the model, and publishes an evaluation: evaluation.json, its headlines in the manifest's metrics."""
    from leapscli.vae.model import LatentModel

    model = LatentModel.load(plan.model.file(WEIGHTS), plan.device)
    name = f"{plan.model.name}-v{plan.model.version}"
    with plan.workspace.stage("evaluation", name) as draft:
        record = measure(plan, model, reporter or Silent())
        (draft.path / EVALUATION).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        recipe = {"split": SPLIT, "programs": len(plan.programs), "worlds": WORLDS}
        parents, metrics = [plan.model, plan.dataset], _headlines(record)
        return draft.publish(
            recipe=recipe, seed=plan.seed, parents=parents, metrics=metrics, command=command, device=plan.device
        )


def measure(plan: EvaluationPlan, model: LatentModel, reporter: Reporter[Done]) -> Record:
    """Everything that is known about the model, as plain values."""
    from leapscli.vae.evaluation.behaviour_comparison import Probe
    from leapscli.vae.evaluation.quality import latent, population, reconstruction
    from leapscli.vae.evaluation.smoothness import lines, locality

    tokens, probe = plan.programs, Probe(fresh_worlds(WORLDS, plan.seed, plan.dataset))
    record = _circumstances(plan, model, probe.worlds)
    reporter.start(f"evaluate {plan.model.reference}", 6, "parts")
    prior = _noise(plan, "prior", len(tokens), model)
    first, second = _ends(plan, model, tokens)
    near, far = (stream(plan.seed, "evaluation", name) for name in ("encodings", "samples"))
    parts: dict[str, Callable[[], Any]] = {
        "reconstruction": lambda: reconstruction(model, tokens, probe),
        "latent": lambda: latent(model, tokens),
        "held_out": lambda: population(tokens, probe),
        "prior": lambda: population(model.decode_tokens(prior), probe),
        "lines": lambda: lines(model, first, second, probe),
        "locality": lambda: {
            "encodings": locality(model, first, probe, near),
            "prior": locality(model, prior[: len(first)], probe, far),
        },
    }
    for done, (name, part) in enumerate(parts.items(), 1):
        record[name] = part()
        reporter.update(Done(done))
    return record


def _circumstances(plan: EvaluationPlan, model: LatentModel, worlds: Worlds) -> Record:
    """The model, data and sizes of the measurement."""
    return {
        "model": plan.model.reference,
        "weights": sum(parameter.numel() for parameter in model.network.parameters()),
        "dataset": plan.dataset.reference,
        "own_dataset": is_own(plan.model, plan.dataset),
        "programs": len(plan.programs),
        "left_out": plan.left_out,
        "worlds": len(worlds),
        "height": worlds.height,
        "width": worlds.width,
        "seed": plan.seed,
    }


def _ends(plan: EvaluationPlan, model: LatentModel, tokens: TokenBatch) -> tuple[Any, Any]:
    """The encodings [L, Z] between which lines are drawn: a quarter of the programs, each with another."""
    order = stream(plan.seed, "evaluation", "pairs").permutation(len(tokens))
    count = max(1, len(tokens) // 4)
    return model.encode(tokens[order[:count]]), model.encode(tokens[order[-count:]])


def _noise(plan: EvaluationPlan, name: str, count: int, model: LatentModel) -> Any:
    """Vectors float32[count, Z] from N(0, I)."""
    return stream(plan.seed, "evaluation", name).standard_normal((count, model.latent), np.float32)


def _headlines(record: Record) -> Record:
    """The numbers that an evaluation is compared by."""
    whole, long = record["reconstruction"]["all"], record["reconstruction"]["30 or more"]
    return {
        "programs": record["programs"],
        "reconstruction": whole["exact"],
        "reconstruction_long": long["exact"],
        "traces_equal": whole["traces_equal"],
        "active": record["latent"]["active"],
        "prior_distinct": record["prior"]["distinct"],
        "prior_runs_end": record["prior"]["runs_end"],
        "lines_runs_end": record["lines"]["decoded"]["runs_end"],
        "lines_neighbours": record["lines"]["neighbours"],
    }
