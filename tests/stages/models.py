"""A workspace with a tiny dataset and, made from it, a model that knows four programs by heart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.programs_h5 import ProgramsWriter
from leapscli.artifacts.seen import save_seen
from leapscli.artifacts.store import Workspace
from leapscli.dsl.batch import TokenBatch
from leapscli.vae.networks.network import Network
from leapscli.vae.training.state import save_model
from tests.vae.corpus import corpus
from tests.vae.memory import memory


def publish_dataset(place: Workspace, name: str = "karel", *, programs: int = 200) -> Artifact:
    """So many programs, a third of them held out."""
    source = corpus(programs)
    with place.stage("dataset", name) as draft:
        writer = ProgramsWriter(draft.path / "programs.h5", source.layout)
        writer.append(replace(source.columns, split=(np.arange(programs) % 3).astype(np.uint8)))
        writer.close()
        recipe = {"height": 8, "width": 8, "wall": 0.2, "marker": 0.1}
        return draft.publish(recipe=recipe, seed=0, arrays=writer.arrays)


def publish_model(
    place: Workspace,
    dataset: Artifact | None,
    name: str = "leaps",
    *,
    records: int = 3,
    network: Network | None = None,
    learnt: TokenBatch | None = None,
) -> Artifact:
    """The model, or one of `network`, with a log of `records` validations; it learnt from the programs `learnt`."""
    with place.stage("model", name) as draft:
        save_model(draft.path / "weights.safetensors", network or memory().network, {})
        if learnt is not None:
            save_seen(draft.path / "seen.npy", learnt)
        for i in range(1, records + 1):
            losses = {"loss": 1 / i, "kl": 0.5, "token_accuracy": 1.0}
            found = {**losses, "active_units": 8, "reconstruction": 1 - 1 / i, "reconstruction_long": None}
            with (draft.path / "metrics.jsonl").open("a") as file:
                file.write(json.dumps({"step": i, "programs": 1000 * i, "train": losses, "validation": found}) + "\n")
        return draft.publish(recipe={}, seed=0, parents=[dataset] if dataset else [])


def workspace(root: Path) -> Workspace:
    """Both."""
    place = Workspace(root)
    publish_model(place, publish_dataset(place))
    return place
