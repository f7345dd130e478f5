"""The workspace: where artifacts live, how a reference finds one, and how one is removed.

<workspace>/datasets/karel/v3/     manifest.yaml, programs.h5
<workspace>/models/leaps/v1/       manifest.yaml, weights.safetensors, …
<workspace>/runs/harvester/v12/    manifest.yaml, program.txt, …
<workspace>/evaluations/leaps-v1/v2/    manifest.yaml, evaluation.json
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from leapscli.artifacts.artifact import NAME, Artifact, at_path, check_name, published, readable
from leapscli.artifacts.files import disk_errors, is_full
from leapscli.artifacts.identity import Index
from leapscli.artifacts.manifest import FOLDERS, SEE, Kind
from leapscli.artifacts.staging import Draft, discard, next_version, note_last, open_draft, removal_of
from leapscli.artifacts.verify import verify
from leapscli.errors import ArtifactError, MissingArtifact
from leapscli.locations import FOLDER_GONE, SHIPPED_MODEL, USUAL_MODEL, settled, shipped

__all__ = ["Artifact", "Draft", "Workspace", "verify"]

MAKE = {
    "dataset": "leaps gen-data",
    "model": "leaps train",
    "run": "leaps synthesize --task harvester",
    "evaluation": "leaps model evaluate",
    "policy": "leaps baseline TASK",
}
Artifacts = list[Artifact]


def _is_path(reference: str) -> bool:
    return "/" in reference or os.sep in reference or reference.startswith(".")


def shipped_models() -> Artifacts:
    """The versions of the model that ships: one, in a whole installation."""
    return [each for each in published(shipped(), "model") if each.name == SHIPPED_MODEL]


def check_removable(artifact: Artifact) -> None:
    """Raises ArtifactError for the model that ships."""
    if artifact in shipped_models():
        raise ArtifactError(
            f"{artifact.reference} ships with leaps and cannot be removed", "uninstalling leaps removes it"
        )


KINDS: tuple[Kind, ...] = ("dataset", "model", "run", "evaluation", "policy")


@dataclass(frozen=True)
class Workspace:
    """A folder with artifacts below it."""

    root: Path

    @classmethod
    def locate(cls, flag: Path | None = None) -> Workspace:
        """The workspace of a command: `flag`, else the environment's LEAPS_WORKSPACE, else the current folder."""
        chosen = flag or (Path(os.environ["LEAPS_WORKSPACE"]) if os.environ.get("LEAPS_WORKSPACE") else Path())
        if chosen.exists() and not chosen.is_dir():
            raise ArtifactError(f"{chosen}: a workspace is a folder, not a file")
        try:
            return cls(settled(chosen))
        except FileNotFoundError:
            raise ArtifactError(FOLDER_GONE, "change to another folder, or name a --workspace that exists") from None

    def list(self, kind: Kind | None = None) -> Artifacts:
        """Every published artifact of a kind, or of all: by kind, name and version."""
        return [artifact for each in ([kind] if kind else KINDS) for artifact in published(self.root, each)]

    def resolve(self, reference: str | Path | None, kind: Kind) -> Artifact:
        """The artifact meant by `karel` (its newest version), `karel@v3`, a path, or None (the newest of that kind).

        The model `shipped` is the one that ships, as is `leaps` where the workspace has none of that name. The manifest
        is read and its kind and files checked, though not their hashes. Raises MissingArtifact where there is none, and
        ArtifactError for one that cannot be read.
        """
        artifact = self._find(None if reference is None else str(reference), kind)
        for file in artifact.manifest.files:
            artifact.file(file.name)
        return artifact

    def _find(self, reference: str | None, kind: Kind) -> Artifact:
        if reference is None:
            return self._newest(kind)
        if _is_path(reference):
            return at_path(self._place(reference), kind)
        name, at, number = reference.partition("@")
        if not NAME.fullmatch(name) or (at and not re.fullmatch(r"v?[1-9]\d*", number)):
            raise MissingArtifact(
                f"{reference!r} is not a reference", f"write {kind} references as name, name@v3, or a path"
            )
        candidates = self._named(name, kind)
        matching = [a for a in candidates if not at or a.version == int(number.removeprefix("v"))]
        if matching:
            return matching[-1]
        if at and (folder := self.root / FOLDERS[kind] / name / f"v{number.removeprefix('v')}").is_dir():
            return at_path(folder, kind)  # which says what is wrong with it
        has = f"; there are {', '.join(a.reference for a in candidates)}" if candidates else ""
        raise MissingArtifact(f"no {kind} {reference} in {self.root}{has}", SEE)

    def _named(self, name: str, kind: Kind) -> Artifacts:
        """The versions of a name, ascending."""
        own = [artifact for artifact in self.list(kind) if artifact.name == name]
        ships = kind == "model" and (name == SHIPPED_MODEL or (name == USUAL_MODEL and not own))
        return shipped_models() if ships else own

    def _place(self, path: str) -> Path:
        """A path as given, or else below the workspace."""
        return Path(path) if Path(path).exists() else self.root / path

    def _newest(self, kind: Kind) -> Artifact:
        newest = {artifact.name: artifact for artifact in self.list(kind) or self.reachable(kind)}
        if not newest:
            raise MissingArtifact(
                f"no {kind} in {self.root}", f"make one with `{MAKE[kind]}`, or name another --workspace"
            )
        return max(newest.values(), key=lambda artifact: artifact.created)

    def reachable(self, kind: Kind | None = None) -> Artifacts:
        """The artifacts of the workspace, and the model that ships."""
        own = self.list(kind)
        ships = shipped_models() if kind in ("model", None) else []
        return [*own, *(each for each in ships if each not in own)]

    def stage(
        self, kind: Kind, name: str, *, key: str | None = None, resume: bool = False
    ) -> AbstractContextManager[Draft]:
        """A folder to write a new artifact into; `publish` makes it one.

        Without `key` whatever is unpublished at the end is removed. With one (a hash of what is being made) it is
        kept, and `resume=True` takes it up again; `resume=False` starts it afresh.
        """
        return open_draft(self.root, kind, check_name(name), key, resume)

    def find(self, reference: str, kind: Kind | None = None) -> Artifact:
        """The artifact meant by a reference, be it whole or not. Raises ArtifactError when it means none or two."""
        if _is_path(reference):
            return at_path(self._place(reference), kind)
        found, broken = list[Artifact](), list[ArtifactError]()
        for each in [kind] if kind else KINDS:
            try:
                found.append(self._find(reference, each))
            except MissingArtifact:
                pass
            except ArtifactError as error:
                broken.append(error)
        if len(found) == 1:
            return found[0]
        if broken and not found:
            raise broken[0]
        if not found:
            raise MissingArtifact(f"no {kind or 'artifact'} {reference} in {self.root}", SEE)
        kinds = " and a ".join(artifact.kind for artifact in found)
        raise ArtifactError(f"{reference} is a {kinds}", "say which with --kind")

    def descendants(self, artifact: Artifact) -> Artifacts:
        """The artifacts of this workspace that were made from this one, directly or not."""
        found = [artifact]
        index, damaged = Index([artifact, *self.list()]), not readable([artifact])
        for other in sorted(readable(self.list()), key=lambda each: each.created):
            parents = other.manifest.sources
            named = damaged and any((p.kind, p.reference) == (artifact.kind, artifact.reference) for p in parents)
            if named or any(index.find(parent) in found for parent in parents):
                found.append(other)
        return found[1:]

    def remove(self, artifact: Artifact) -> None:
        """Takes an artifact away, first with one rename, so that no reader meets half of it. Its number stays used.

        That number is noted before the files go, or on a full disk after it.
        """
        check_removable(artifact)
        home, last = artifact.path.parent, next_version(artifact.path.parent) - 1
        removed = removal_of(home, artifact.path.name)
        with disk_errors(home):
            removed.parent.mkdir(exist_ok=True)
            artifact.path.rename(removed)
            try:
                note_last(home, last)
            except OSError as error:
                if not is_full(error):
                    raise
                discard(removed)
                note_last(home, last)
        if os.path.lexists(removed):
            discard(removed)
