"""Take over a model of the literature: its checkpoint becomes an artifact like any other.

A checkpoint does not tell the order of its tokens, nor whether its decoder reads tanh(z). So random programs are
encoded and decoded under each reading that is known, and the one that gives most of them back is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.files import sha256
from leapscli.artifacts.layout import WEIGHTS
from leapscli.artifacts.store import Workspace
from leapscli.dsl.published import VOCABULARY_SIZE
from leapscli.dsl.sampler import sample_programs

if TYPE_CHECKING:
    from leapscli.vae.networks.network import Network
    from leapscli.vae.published.reading import PublishedModel, Reading

PROGRAMS = 1000
CLEARLY = 0.01  # more programs given back than this share, before a reading other than the likeliest is taken


@dataclass(frozen=True, eq=False)
class Imported:
    """The model; what it was recognised as; what was left out; the share of random programs that it reconstructs."""

    model: Artifact
    recognised: dict[str, Any]
    left_out: list[str]
    reconstruction: float


def import_model(path: Path, workspace: Workspace, name: str, command: str = "") -> Imported:
    """Reads `path` and publishes a model. Raises InputError, with nothing written, for what does not fit."""
    from leapscli.vae.published.reading import read_published
    from leapscli.vae.training.state import save_model

    found = read_published(path)
    reading, share = _reading(found)
    network = found.network(reading)
    recognised = _recognised(found, reading, network)
    source = {"file": path.name, "sha256": sha256(path), "family": found.family.title, "token_order": reading.order}
    with workspace.stage("model", name) as draft:
        save_model(draft.path / WEIGHTS, network, {"imported": source, "reconstruction_random": share})
        architecture = {key: recognised[key] for key in ("hidden", "latent")}
        recipe = {"architecture": architecture, "imported": source}
        metrics = {"reconstruction_random": share, "left_out": found.left_out}
        model = draft.publish(recipe=recipe, seed=None, metrics=metrics, command=command)
        return Imported(model, recognised, found.left_out, share)


def _recognised(found: PublishedModel, reading: Reading, network: Network) -> dict[str, Any]:
    """The description of a recognised checkpoint: JSON values."""
    return {
        "family": found.family.title,
        "hidden": network.shape.hidden,
        "latent": network.shape.latent,
        "tokens": VOCABULARY_SIZE,
        "token_order": reading.order,
        "shared_embedding": found.shared,
        "tanh_after_sample": reading.tanh,
    }


def _reading(found: PublishedModel) -> tuple[Reading, float]:
    """The reading to take, and the share of random programs that it gives back."""
    shares = [(_reconstruction(found.network(reading)), reading) for reading in found.readings]
    (own, likeliest), (best, other) = shares[0], max(shares, key=lambda each: each[0])
    return (other, best) if best > own + CLEARLY else (likeliest, own)


def _reconstruction(network: Network) -> float:
    """The share of random programs that come back from their encodings."""
    from leapscli.vae.model import LatentModel

    model, tokens = LatentModel(network), sample_programs(PROGRAMS, seed=0)
    return float((model.decode_tokens(model.encode(tokens, refine=0)).hashes() == tokens.hashes()).mean())
