"""Verification: is an artifact still, bit for bit, what was published?"""

from __future__ import annotations

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.files import payload, sha256
from leapscli.artifacts.layout import MANIFEST
from leapscli.artifacts.manifest import FileEntry, content_hash
from leapscli.errors import ArtifactError


def verify(artifact: Artifact) -> list[str]:
    """Every problem of an artifact, one line each; an empty list means that it is whole. Reads all of its bytes."""
    try:
        manifest = artifact.manifest
        names = set(payload(artifact.path)) - {MANIFEST}
    except ArtifactError as error:
        return [error.message]
    problems: list[str] = []
    if manifest.reference != artifact.reference:
        problems.append(f"{artifact.path}: its manifest calls it {manifest.reference}")
    if manifest.content != content_hash(manifest.files):
        problems.append(f"{artifact.path}: its content hash does not follow from its files' hashes")
    for file in manifest.files:
        problems += _file_problems(artifact, file)
    extra = sorted(names - {file.name for file in manifest.files})
    return problems + [f"{artifact.path / name}: not part of the artifact" for name in extra]


def _file_problems(artifact: Artifact, file: FileEntry) -> list[str]:
    """The problems with one file."""
    path = artifact.path / file.name
    try:
        size = path.stat().st_size
        if size != file.size:
            return [f"{path}: {size} bytes, published with {file.size}"]
        return [] if sha256(path) == file.sha256 else [f"{path}: its bytes are not those published (sha256 differs)"]
    except FileNotFoundError:
        return [f"{path}: missing"]
    except OSError as error:
        return [f"{path}: cannot be read: {error.strerror}"]
