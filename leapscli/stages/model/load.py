"""A trained model by its reference, for the Python API; and how well one reconstructs, before a search relies on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.store import Workspace
from leapscli.errors import ArtifactError, described

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel

POOR = 0.9  # a reconstructed share worth a warning


def load_model(
    reference: str | Path | None = None, *, workspace: str | Path | None = None, device: str = "cpu"
) -> LatentModel:
    """The model `leaps`, `leaps@v2` or at a path; without a reference the newest of the workspace.

    The workspace is the folder given, else LEAPS_WORKSPACE, else the current folder. `shipped` is the model that ships;
    so are `leaps`, and no reference, where the workspace has no model of its own. Raises ArtifactError.
    """
    for what, value in (("reference", reference), ("workspace", workspace)):
        if not isinstance(value, str | Path | None):
            raise ArtifactError(f"{what}: expected a name or a path, not {described(value)}")
    from leapscli.vae.model import LatentModel

    place = Workspace.locate(Path(workspace) if workspace is not None else None)
    named = str(reference) if reference is not None else None
    return LatentModel.load(place.resolve(named, "model").path, device)


def reconstruction(model: Artifact) -> float | None:
    """The share of programs that a model reconstructs, as its manifest has it; None where it does not say."""
    metrics = model.manifest.metrics
    share = (metrics.get("validation") or metrics).get("reconstruction", metrics.get("reconstruction_random"))
    return None if share is None else float(share)


def introduction(model: Artifact) -> list[str]:
    """A model in a line, and another one where it reconstructs badly."""
    share = reconstruction(model)
    if share is None:
        return [f"model {model.reference}"]
    poor = f"note: under {POOR:.0%}: a search in its space finds less; train it for longer, or take --model shipped"
    return [f"model {model.reference}: reconstructs {share:.1%} of programs", *([poor] if share < POOR else [])]
