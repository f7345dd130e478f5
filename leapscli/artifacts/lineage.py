"""What an artifact was made from, back to the recipes and seeds at the root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.artifacts.artifact import Artifact, readable
from leapscli.artifacts.manifest import Kind, Parent
from leapscli.artifacts.store import Workspace


@dataclass(frozen=True)
class Lineage:
    """One artifact and what it was made from; `artifact` is None when it is not to be found any more."""

    kind: Kind
    reference: str
    artifact: Artifact | None
    parents: tuple[Lineage, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain values, with each artifact's command, recipe and seed."""
        manifest = self.artifact.manifest if self.artifact else None
        return {
            "kind": self.kind,
            "reference": self.reference,
            "found": manifest is not None,
            "path": str(self.artifact.path) if self.artifact else None,
            "command": manifest.command if manifest else None,
            "recipe": manifest.recipe if manifest else None,
            "seed": manifest.seed if manifest else None,
            "parents": [parent.as_dict() for parent in self.parents],
        }


def lineage(workspace: Workspace, artifact: Artifact) -> Lineage:
    """The tree above an artifact. Parents are known by their manifest's hash, whatever they are called now."""
    known = {each.sha256: each for each in readable(workspace.reachable())}

    def of(artifact: Artifact) -> Lineage:
        return Lineage(artifact.kind, artifact.reference, artifact, tuple(map(above, artifact.manifest.parents)))

    def above(parent: Parent) -> Lineage:
        found = known.get(parent.sha256)
        return of(found) if found else Lineage(parent.kind, parent.reference, None)

    return of(artifact)
