"""Take over a model that the published code trained: its checkpoint becomes an artifact like any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.files import sha256
from leapscli.artifacts.store import Workspace
from leapscli.dsl.sampler import sample_programs
from leapscli.stages.model_evaluation import WEIGHTS

PROGRAMS = 1000


@dataclass(frozen=True, eq=False)
class Imported:
    """The model, what was left out of it, and the share of random programs that it reconstructs."""

    model: Artifact
    left_out: list[str]
    reconstruction: float


def import_model(path: Path, workspace: Workspace, name: str, command: str = "") -> Imported:
    """Reads `path` and publishes a model. Raises InputError, with nothing written, for what does not fit.

    Its vocabulary cannot be checked, so random programs are encoded and decoded: if hardly one comes back, the tokens
    are in another order.
    """
    from leapscli.vae.model import LatentModel
    from leapscli.vae.published import read_published
    from leapscli.vae.state import save_model

    network, left_out = read_published(path)
    model, tokens = LatentModel(network), sample_programs(PROGRAMS, seed=0)
    back = float((model.decode_tokens(model.encode(tokens)).hashes() == tokens.hashes()).mean())
    source = {"file": path.name, "sha256": sha256(path)}
    shape = network.shape.as_dict()
    with workspace.stage("model", name) as draft:
        save_model(draft.path / WEIGHTS, network, {"imported": source})
        recipe = {"architecture": {key: shape[key] for key in ("hidden", "latent")}, "imported": source}
        metrics = {"reconstruction_random": back, "left_out": left_out}
        return Imported(draft.publish(recipe=recipe, seed=None, metrics=metrics, command=command), left_out, back)
