"""A published artifact: a folder `<kind's folder>/<name>/v<version>/` with a manifest in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path

from leapscli.artifacts.files import sha256
from leapscli.artifacts.layout import MANIFEST
from leapscli.artifacts.manifest import FOLDERS, SEE, FileEntry, Kind, Manifest, read_manifest
from leapscli.errors import ArtifactError
from leapscli.locations import SHIPPED_MODEL

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
HASHED = 64 << 20  # bytes: larger files are hashed by `verify` alone
_VERSION = re.compile(r"v([1-9]\d*)")


def check_name(name: str) -> str:
    """The name, if it can be one: it becomes a folder and part of references."""
    if not NAME.fullmatch(name):
        hint = "lower-case letters, digits, - and _, beginning with a letter or digit"
        raise ArtifactError(f"{name!r} cannot name an artifact", hint)
    if name == SHIPPED_MODEL:
        raise ArtifactError(f"{name!r} is the name of the model that ships with leaps", "choose another")
    return name


@dataclass(frozen=True)
class Artifact:
    """A published artifact; its manifest is read when asked for."""

    path: Path
    kind: Kind
    name: str
    version: int

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest. Raises ArtifactError when it cannot be trusted."""
        manifest = read_manifest(self.path / MANIFEST)
        if manifest.kind != self.kind:
            raise ArtifactError(f"{self.path}: holds a {manifest.kind}, needs a {self.kind}", SEE)
        return manifest

    @cached_property
    def sha256(self) -> str:
        """The hash of the manifest, and through it of everything in the artifact."""
        return sha256(self.path / MANIFEST)

    @property
    def created(self) -> str:
        """The time of publication, UTC; for an unreadable manifest, the time it was last written."""
        with suppress(ArtifactError):
            return self.manifest.created
        written = (self.path / MANIFEST).stat().st_mtime
        return datetime.fromtimestamp(written, UTC).isoformat(timespec="microseconds")

    @property
    def reference(self) -> str:
        """`karel@v3`."""
        return f"{self.name}@v{self.version}"

    def file(self, name: str) -> Path:
        """The path of a file of the payload, checked: its size, and its hash where it has at most 64 MiB.

        Raises ArtifactError when the artifact has none of that name, or it is not as published.
        """
        listed = {file.name: file for file in self.manifest.files}
        path = self.path / name
        if name not in listed:
            raise ArtifactError(f"{self.reference}: has no {name}, only {', '.join(listed) or 'nothing'}", SEE)
        if problem := self._damage(path, listed[name]):
            raise ArtifactError(f"{path}: damaged: {problem}", f"`leaps artifacts verify {self.reference}` has details")
        return path

    def _damage(self, path: Path, entry: FileEntry) -> str | None:
        if path.is_symlink() or not path.is_file():
            return "not a regular file" if os.path.lexists(path) else "missing"
        status = path.stat()
        if status.st_size != entry.size:
            return f"{status.st_size} bytes of {entry.size}"
        same = entry.size > HASHED or _hash(path, status.st_size, status.st_mtime_ns) == entry.sha256
        return None if same else "its bytes are not those published (sha256 differs)"


@lru_cache(maxsize=256)
def _hash(path: Path, size: int, written: int) -> str:
    """The hash of a file as it was when it had that size and time."""
    return sha256(path)


def versions(home: Path) -> list[int]:
    """The version numbers of the folders `v1`, `v2`, … in `home`, ascending."""
    entries = home.iterdir() if home.is_dir() else ()
    return sorted(int(match[1]) for entry in entries if (match := _VERSION.fullmatch(entry.name)))


def published(root: Path, kind: Kind) -> list[Artifact]:
    """The artifacts of a kind below `root`, by name and version; what has no manifest is none."""
    folder = root / FOLDERS[kind]
    homes = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name)) if folder.is_dir() else []
    found = (Artifact(home / f"v{version}", kind, home.name, version) for home in homes for version in versions(home))
    return [artifact for artifact in found if (artifact.path / MANIFEST).exists()]


def at_path(path: Path, kind: Kind | None) -> Artifact:
    """The artifact in the folder `path`, or the newest version in it, of any kind if None. Raises ArtifactError."""
    if not (path / MANIFEST).exists() and versions(path):
        path = path / f"v{versions(path)[-1]}"
    manifest = read_manifest(path / MANIFEST)
    return Artifact(path.absolute(), kind or manifest.kind, manifest.name, manifest.version)


def check_readable(artifacts: Iterable[Artifact], hint: str) -> None:
    """Raises the error of the last artifact whose manifest cannot be read, with `hint`."""
    problems = []
    for artifact in artifacts:
        try:
            artifact.manifest  # noqa: B018  (reads it)
        except ArtifactError as error:
            problems.append(error.message)
    if problems:
        raise ArtifactError(problems[-1], hint)


def readable(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """The artifacts whose manifests can be read."""
    found = []
    for artifact in artifacts:
        with suppress(ArtifactError):
            artifact.manifest  # noqa: B018  (reads it)
            found.append(artifact)
    return found
