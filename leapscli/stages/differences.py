"""Differences of two artifacts: settings, metrics, origins, environment and files."""

from __future__ import annotations

from typing import Any, NamedTuple

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.manifest import Manifest, flat


class Difference(NamedTuple):
    """A value that is not the same in both; None where one has none."""

    name: str
    first: Any
    second: Any


def differences(first: Artifact, second: Artifact) -> list[Difference]:
    """Everything that differs, but for names, versions and times."""
    one, two = _values(first.manifest), _values(second.manifest)
    names = list(dict.fromkeys([*one, *two]))
    return [Difference(name, one.get(name), two.get(name)) for name in names if one.get(name) != two.get(name)]


def _values(manifest: Manifest) -> dict[str, Any]:
    """The values of a manifest by name, nested ones as `recipe.optimizer.lr`."""
    parts = {
        "kind": manifest.kind,
        "tool": manifest.tool,
        "seed": manifest.seed,
        "recipe": manifest.recipe,
        "parents": {parent.kind: f"{parent.reference} ({parent.sha256[:8]})" for parent in manifest.parents},
        "metrics": manifest.metrics,
        "environment": manifest.environment,
        "files": {file.name: f"{file.sha256[:8]}, {file.size:,} B" for file in manifest.files},
    }
    return dict(flat(parts))
