"""The manifest of an artifact: where it came from, and every file with its hash.

`manifest.yaml` is the last file written, so its presence means that the artifact is whole. Its own last line is the
hash of the lines above it, so that a manifest that was cut or changed is noticed like any other file.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from leapscli import yaml12
from leapscli.artifacts.files import read_regular, sha256
from leapscli.artifacts.layout import MANIFEST
from leapscli.errors import ArtifactError, MissingArtifact, brief
from leapscli.version import package_version

SCHEMA = 2  # 2 knows datasets by `arrays`; 1 is read as well
Kind = Literal["dataset", "model", "run", "evaluation", "policy"]
FOLDERS: dict[str, str] = {
    "dataset": "datasets",
    "model": "models",
    "run": "runs",
    "evaluation": "evaluations",
    "policy": "policies",
}
SEE = "`leaps artifacts list` shows what there is"
REMAKE = "restore it from a copy, or remove this version and make it again"
_LIBRARIES = ("torch", "numpy", "numba", "h5py", "safetensors")
_CHECKSUM = b"checksum: "
MOST_BYTES = 8 << 20  # of a manifest


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Record):
    """One file of the payload; `name` is its posix path within the artifact, `size` in bytes."""

    name: str
    size: int
    sha256: str

    @field_validator("name")
    @classmethod
    def _within(cls, name: str) -> str:
        """A file of an artifact lies in its folder."""
        parts = name.split("/")
        if not name or "\0" in name or "\\" in name or {"", ".", ".."} & {*parts}:
            raise ValueError("a file's name leads out of the artifact")
        return name


class Parent(_Record):
    """An artifact this one was made from; `sha256` is that of its manifest, `arrays` of a dataset what its own says."""

    kind: Kind
    reference: str
    sha256: str
    arrays: str | None = None


class Manifest(_Record):
    """Everything known about an artifact besides its payload."""

    schema_number: int = Field(alias="schema")
    kind: Kind
    name: str
    version: int
    created: str
    tool: str
    commit: str | None
    command: str
    recipe: dict[str, Any]
    seed: int | None
    parents: tuple[Parent, ...]
    metrics: dict[str, Any]
    environment: dict[str, str | None]
    files: tuple[FileEntry, ...]
    content: str
    arrays: str | None = None  # of a dataset, whatever file holds them: see arrays_hash.py
    former: tuple[str, ...] = ()  # the hashes of this manifest before it was amended

    @property
    def reference(self) -> str:
        """`karel@v3`."""
        return f"{self.name}@v{self.version}"

    @property
    def resumed(self) -> tuple[Parent, ...]:
        """The artifacts that it continues: the parents of its own kind."""
        return tuple(parent for parent in self.parents if parent.kind == self.kind)

    @property
    def sources(self) -> tuple[Parent, ...]:
        """The artifacts that it was made from, and cannot be understood without: the parents of other kinds."""
        return tuple(parent for parent in self.parents if parent.kind != self.kind)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The settings of nested ones by the names that --set takes: `losses.beta`."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def content_hash(files: tuple[FileEntry, ...]) -> str:
    """One hash of all files' names and hashes: equal payloads, whenever and wherever made, have equal ones."""
    return hashlib.sha256("".join(f"{file.sha256}  {file.name}\n" for file in files).encode()).hexdigest()


def describe_file(folder: Path, name: str) -> FileEntry:
    """Size and hash of one file of an artifact."""
    path = folder / name
    return FileEntry(name=name, size=path.stat().st_size, sha256=sha256(path))


def environment(device: str | None) -> dict[str, str | None]:
    """Platform and versions of the libraries, read from package metadata; nothing is imported."""
    libraries = {name: package_version(name) for name in _LIBRARIES}
    system = {"python": platform.python_version(), "platform": platform.platform(), "cpus": str(os.cpu_count())}
    return {**system, **libraries, "device": device}


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Writes the manifest with its checksum line; the caller syncs."""
    values = manifest.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    body = yaml12.dump(values).encode()
    path.write_bytes(body + _CHECKSUM + hashlib.sha256(body).hexdigest().encode() + b"\n")


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`. Raises ArtifactError: missing, damaged, or of a newer schema."""
    try:
        content = read_regular(path, MOST_BYTES)
    except FileNotFoundError:
        nothing = ArtifactError if path.parent.is_dir() else MissingArtifact
        raise nothing(f"{path.parent}: no {MANIFEST} here, so this is no artifact", SEE) from None
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror or error}") from None
    body, found, checksum = content.rpartition(_CHECKSUM)
    if not found or checksum != hashlib.sha256(body).hexdigest().encode() + b"\n":
        raise ArtifactError(f"{path}: damaged: its last line does not match the lines above it", REMAKE)
    return _parse(path, body)


def _parse(path: Path, body: bytes) -> Manifest:
    """The manifest's values, its schema number looked at first."""
    try:
        values = yaml12.load_written(body)
    except yaml12.YAMLError as error:
        problem = str(getattr(error, "problem", None) or "not YAML")
        raise ArtifactError(f"{path}: damaged: {problem[:200]}", REMAKE) from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise ArtifactError(f"{path}: damaged: {str(error)[:80]}", REMAKE) from None
    schema = values.get("schema") if isinstance(values, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        message = f"{path}: written as schema {brief(schema)}, this version of leaps reads up to {SCHEMA}"
        raise ArtifactError(message, "upgrade leaps")
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])[:80]
        raise ArtifactError(f"{path}: not a manifest: {key}: {first['msg'][:80]}", REMAKE) from None
