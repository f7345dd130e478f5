"""A trained model by its reference, for the Python API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leapscli.artifacts.store import Workspace
from leapscli.errors import ArtifactError, described

if TYPE_CHECKING:
    from leapscli.vae.model import LatentModel


def load_model(
    reference: str | Path | None = None, *, workspace: str | Path | None = None, device: str = "cpu"
) -> LatentModel:
    """The model `leaps`, `leaps@v2` or at a path; without a reference the newest of the workspace.

    The workspace is the folder given, else LEAPS_WORKSPACE, else the current folder; a model that it does not have may
    be the one that ships. Raises ArtifactError.
    """
    for what, value in (("reference", reference), ("workspace", workspace)):
        if not isinstance(value, str | Path | None):
            raise ArtifactError(f"{what}: a name or a path is wanted, not {described(value)}")
    from leapscli.vae.model import LatentModel

    place = Workspace.locate(Path(workspace) if workspace is not None else None)
    named = str(reference) if reference is not None else None
    return LatentModel.load(place.resolve(named, "model").path, device)
