"""The ancestors of an artifact, back to the recipes and seeds at the root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leapscli.artifacts.artifact import Artifact, readable
from leapscli.artifacts.identity import Index
from leapscli.artifacts.manifest import Kind, Parent
from leapscli.artifacts.store import Workspace

GENERATIONS = 100  # shown at most


@dataclass(frozen=True)
class Lineage:
    """One artifact, what it was made from and what it continues.

    `artifact` is None when it is not to be found, and `gone` says why. One met before is `repeated`: its parents are
    there.
    """

    kind: Kind
    reference: str
    artifact: Artifact | None
    parents: tuple[Lineage, ...] = ()
    gone: str | None = None
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain values, with each artifact's command, recipe and seed."""
        manifest = self.artifact.manifest if self.artifact else None
        return {
            "kind": self.kind,
            "reference": self.reference,
            "found": manifest is not None,
            "gone": self.gone,
            "repeated": self.repeated,
            "path": str(self.artifact.path) if self.artifact else None,
            "command": manifest.command if manifest else None,
            "recipe": manifest.recipe if manifest else None,
            "seed": manifest.seed if manifest else None,
            "parents": [parent.as_dict() for parent in self.parents],
        }


def lineage(workspace: Workspace, artifact: Artifact) -> Lineage:
    """The tree above an artifact. Parents are known by their hashes, whatever they are called now."""
    here = workspace.reachable()
    index, met = Index(here), set[Artifact]()

    def of(artifact: Artifact, generation: int = 0) -> Lineage:
        if artifact in met and artifact.manifest.parents:
            return Lineage(artifact.kind, artifact.reference, artifact, repeated=True)
        met.add(artifact)
        parents = tuple(above(parent, generation + 1) for parent in artifact.manifest.parents)
        return Lineage(artifact.kind, artifact.reference, artifact, parents)

    def above(parent: Parent, generation: int) -> Lineage:
        found = index.find(parent)
        if found and generation <= GENERATIONS:
            return of(found, generation)
        why = f"more than {GENERATIONS} generations back" if found else gone(parent)
        return Lineage(parent.kind, parent.reference, None, gone=why)

    def gone(parent: Parent) -> str:
        called = [each for each in here if (each.kind, each.reference) == (parent.kind, parent.reference)]
        if not called:
            return "not here"
        return f"not here; the {parent.reference} here is another" if readable(called) else "unreadable"

    return of(artifact)
