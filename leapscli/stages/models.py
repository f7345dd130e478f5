"""A trained model by its reference, for the Python API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leapscli.artifacts.store import Workspace

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel


def load_model(reference: str | None = None, *, workspace: Path | None = None, device: str = "cpu") -> LatentModel:
    """The model `leaps`, `leaps@v2` or at a path; without a reference the newest of the workspace.

    The workspace is the folder given, else LEAPS_WORKSPACE, else the current folder; a model that it does not have may
    be the one that ships. Raises ArtifactError.
    """
    from leapscli.vae.model import LatentModel

    return LatentModel.load(Workspace.locate(workspace).resolve(reference, "model").path, device)
