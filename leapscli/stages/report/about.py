"""The origin of an artifact, as every report tells it."""

from __future__ import annotations

import json
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.lineage import lineage
from leapscli.artifacts.manifest import flat
from leapscli.artifacts.store import Workspace

Content = dict[str, Any]


def about(workspace: Workspace, artifact: Artifact) -> Content:
    """Its manifest's command, seed and recipe, and its ancestors."""
    manifest = artifact.manifest
    return {
        "reference": artifact.reference,
        "path": str(artifact.path),
        "created": manifest.created.replace("T", " ")[:16],
        "tool": manifest.tool,
        "seed": str(manifest.seed) if manifest.seed is not None else None,
        "command": manifest.command,
        "recipe": [(name, _told(value)) for name, value in flat(manifest.recipe)],
        "lineage": lineage(workspace, artifact).as_dict(),
    }


def _told(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
