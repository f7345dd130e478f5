"""Pictures of a model: its training as it was logged, and programs in two dimensions of its space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import METRICS, WEIGHTS
from leapscli.artifacts.metrics import read_metrics
from leapscli.artifacts.store import Workspace
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import ACTIONS
from leapscli.dsl.sampler import sample_programs
from leapscli.errors import ArtifactError
from leapscli.stages.model.evaluate import find_dataset, fresh_worlds, held_out
from leapscli.stages.user_files import check_writable, write_output

WORLDS = 32


@dataclass(frozen=True, eq=False)
class Projection:
    """P programs, `tokens`, in the plane of the first two principal components of their encodings.

    `places` float64[P, 2]; `explained` [2], each component's share of the variance; `lengths` int32[P] in tokens;
    `actions` float64[P, 5], how often each action is taken in a run, on average over `worlds` random worlds.
    """

    places: NDArray[np.float64]
    explained: NDArray[np.float64]
    lengths: NDArray[np.int32]
    actions: NDArray[np.float64]
    label: str
    tokens: TokenBatch
    worlds: int = WORLDS


def plot(
    workspace: Workspace, model: Artifact, folder: Path, dataset: str | None, programs: int, seed: int
) -> dict[str, Path]:
    """Draws `programs` and, where there is a record of it, `training` into `folder`: their files, by these names."""
    from leapscli.report.plots import plot_programs, plot_training

    records = training_records(model)
    names = ("training", "programs") if records else ("programs",)
    paths = {name: folder / f"{model.name}-v{model.version}-{name}.png" for name in names}
    for path in paths.values():
        check_writable(path)
    found = project(workspace, model, dataset, programs, seed)
    title = f"{model.reference}: {found.label} by what they do on {found.worlds} worlds"
    picture = plot_programs(found.places, found.explained, found.lengths, found.actions, title)
    write_output(paths["programs"], picture)
    if records:
        write_output(paths["training"], plot_training(records, f"{model.reference}: training"))
    return paths


def training_records(model: Artifact) -> list[dict[str, Any]]:
    """The validations logged while the model was trained; none for a model that was imported."""
    if METRICS not in {file.name for file in model.manifest.files}:
        return []
    return read_metrics(model.file(METRICS))


def project(workspace: Workspace, model: Artifact, dataset: str | None, programs: int, seed: int) -> Projection:
    """Held-out programs where their dataset is at hand, else random ones, encoded and projected."""
    from leapscli.vae.evaluation.behaviour_comparison import Probe
    from leapscli.vae.model import LatentModel

    try:
        source: Artifact | None = find_dataset(workspace, model, dataset)
    except ArtifactError:
        if dataset is not None:
            raise
        source = None
    tokens = held_out(model, source, programs, seed)[0] if source else sample_programs(programs, seed)
    label = f"held-out programs of {source.reference}" if source else "random programs"
    means = LatentModel.load(model.file(WEIGHTS)).encode(tokens, refine=0).astype(np.float64)
    centred = means - means.mean(0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    variance = np.resize(spread**2, max(2, len(spread)))
    runs = Probe(fresh_worlds(WORLDS, seed, source)).traces(tokens)
    actions = np.stack([(runs.actions == i).sum((1, 2)) for i in range(len(ACTIONS))], 1) / WORLDS
    places = centred @ axes[:2].T
    explained = variance[:2] / max(float((spread**2).sum()), 1e-12)
    return Projection(places, explained, tokens.lengths, actions, f"{len(tokens):,} {label}", tokens)
