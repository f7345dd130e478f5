"""Parents of artifacts, recognised by content whatever they are called now and whenever they were made.

A parent is named by the hash of its manifest, which holds time and command. A dataset that was made again has another
one, but the same arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from leapscli.artifacts.artifact import Artifact, readable
from leapscli.artifacts.layout import PROGRAMS
from leapscli.artifacts.manifest import Parent
from leapscli.errors import ArtifactError


class Index:
    """The readable ones of some artifacts, by the hashes that name them: of two with equal arrays the later one."""

    def __init__(self, artifacts: Iterable[Artifact]) -> None:
        self._named: dict[str, Artifact] = {}
        self._silent: list[Artifact] = []  # datasets whose manifests don't tell of their arrays
        for artifact in readable(artifacts):
            manifest = artifact.manifest
            if artifact.kind == "dataset" and manifest.arrays is None:
                self._silent.append(artifact)
            self._named |= dict.fromkeys(filter(None, (artifact.sha256, *manifest.former, manifest.arrays)), artifact)

    def find(self, parent: Parent) -> Artifact | None:
        """The artifact that `parent` names, by its manifest's hash, else by its arrays'; None where it is not here."""
        if parent.sha256 in self._named or parent.arrays is None:
            return self._named.get(parent.sha256)
        silent = (each for each in self._silent if _arrays(each) == parent.arrays)
        return self._named.get(parent.arrays) or next(silent, None)


def _arrays(dataset: Artifact) -> str | None:
    with suppress(ArtifactError):
        return _read(dataset.file(PROGRAMS))
    return None


@cache
def _read(path: Path) -> str:
    from leapscli.artifacts.programs_h5 import ProgramsReader

    return ProgramsReader(path).arrays_hash()
