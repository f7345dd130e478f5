"""Making an artifact: write aside, sync, hash, manifest last, one rename.

A draft is a folder in `<kind's folder>/.staging/` on the same file system as its final place, held by a lock that dies
with its process. Whatever happens before the rename leaves only that folder, which no listing shows; what happens
after it finds a whole artifact. Two processes that want the same version number both try the rename: one succeeds, the
other finds the place taken and takes the next number.
"""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from leapscli.artifacts.artifact import Artifact, versions
from leapscli.artifacts.files import disk_errors, payload, read_regular, sync, write_whole
from leapscli.artifacts.layout import MANIFEST, RESUMED
from leapscli.artifacts.manifest import (
    FOLDERS,
    SCHEMA,
    Kind,
    Manifest,
    Parent,
    content_hash,
    describe_file,
    environment,
    write_manifest,
)
from leapscli.errors import ArtifactError
from leapscli.version import __version__, tool_commit

STAGING = ".staging"
LAST = ".last"  # holds the highest version number ever removed, so that none is given twice
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


class Draft:
    """An artifact being made: write its files into `path`, then `publish`."""

    def __init__(self, root: Path, kind: Kind, name: str, path: Path) -> None:
        self.root, self.kind, self.name, self.path = root, kind, name, path

    def continues(self, artifact: Artifact | None) -> None:
        """Notes the published artifact that the work in here goes on from, for the lineage; it survives a kill."""
        note = self.path / RESUMED
        with disk_errors(self.path):
            if artifact is None:
                note.unlink(missing_ok=True)
            else:
                write_whole(note, _parent(artifact).model_dump_json().encode())

    def leave_if_empty(self) -> None:
        """Removes the folder if nothing was made in it."""
        with suppress(OSError):
            if [path.name for path in self.path.iterdir()] == [RESUMED]:
                self.continues(None)
            self.path.rmdir()

    def _continued(self) -> list[Parent]:
        """The artifact that was noted, once: the note goes. One that cannot be read is none."""
        note, found = self.path / RESUMED, []
        with suppress(FileNotFoundError, ValueError):
            found.append(Parent.model_validate_json(read_regular(note, 1 << 12)))
        note.unlink(missing_ok=True)
        return [parent for parent in found if parent.kind == self.kind]

    def publish(
        self,
        *,
        recipe: Mapping[str, Any],
        seed: int | None,
        parents: Sequence[Artifact] = (),
        metrics: Mapping[str, Any] | None = None,
        command: str = "",
        device: str | None = None,
        arrays: str | None = None,
    ) -> Artifact:
        """Gives the payload its manifest, its version and its place; the draft is used up.

        `recipe` is the resolved recipe, `metrics` plain numbers and texts, `command` the line that was typed, `arrays`
        the hash of a dataset's arrays.
        """
        with disk_errors(self.path):
            for stray in (self.path / MANIFEST, *self.path.rglob(".*.tmp")):  # a killed predecessor's
                stray.unlink(missing_ok=True)
            continued = self._continued()
            names = payload(self.path)
            files = tuple(describe_file(self.path, name) for name in names)
            _sync_all(self.path)
            manifest = Manifest(
                schema=SCHEMA,
                kind=self.kind,
                name=self.name,
                version=0,
                created=datetime.now(UTC).isoformat(timespec="microseconds"),
                tool=__version__,
                commit=tool_commit(),
                command=command,
                recipe=dict(recipe),
                seed=seed,
                parents=(*map(_parent, parents), *continued),
                metrics=dict(metrics or {}),
                environment=environment(device),
                files=files,
                content=content_hash(files),
                arrays=arrays,
            )
            return self._claim(manifest)

    def _claim(self, manifest: Manifest) -> Artifact:
        """Renames the draft to the first version number that is free, writing that number into the manifest."""
        home = self.root / FOLDERS[self.kind] / self.name
        home.mkdir(parents=True, exist_ok=True)
        version = next_version(home)
        while True:
            write_manifest(self.path / MANIFEST, manifest.model_copy(update={"version": version}))
            sync(self.path / MANIFEST)
            sync(self.path)
            try:
                self.path.rename(home / f"v{version}")
                break
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
                version = max(version + 1, next_version(home))
        sync(home)
        return Artifact(home / f"v{version}", self.kind, self.name, version)


def _parent(artifact: Artifact) -> Parent:
    arrays = artifact.manifest.arrays
    return Parent(kind=artifact.kind, reference=artifact.reference, sha256=artifact.sha256, arrays=arrays)


def next_version(home: Path) -> int:
    """One more than the highest version there is or was, those among them that are being removed."""
    known = versions(home)
    for path in (home.parent / STAGING).glob(f"removed-{home.name}-v*-*"):
        known += [int(number) for number in [path.name.split("-v")[-1].partition("-")[0]] if number.isdecimal()]
    with suppress(OSError, ValueError):
        known.append(int(read_regular(home / LAST, 32)))
    return max(known, default=0) + 1


def note_last(home: Path, version: int) -> None:
    """Keep the number of the highest version that there was, unless the folders tell it. Raises OSError."""
    if version > max(versions(home), default=0):
        write_whole(home / LAST, f"{version}\n".encode())


def removal_of(home: Path, version: str) -> Path:
    """A new place for the folder `version` of `home`, on its way out."""
    return home.parent / STAGING / f"removed-{home.name}-{version}-{secrets.token_hex(6)}"


def _sync_all(folder: Path) -> None:
    """Every file and folder below `folder` is on the disk."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


@contextmanager
def open_draft(root: Path, kind: Kind, name: str, key: str | None, resume: bool) -> Iterator[Draft]:
    """A draft under its lock. Without `key` it is removed unless published; with one it is kept for `resume`."""
    staging = root / FOLDERS[kind] / STAGING
    path = staging / (f"{name}-{key}" if key else f"tmp-{name}-{secrets.token_hex(6)}")
    with disk_errors(staging):
        staging.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{path}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            hint = "wait for it, or stop it"
            raise ArtifactError(f"another process is making this {kind} ({path})", hint) from None
    draft = Draft(root, kind, name, path)
    try:
        with disk_errors(path):
            if not resume and path.exists():
                shutil.rmtree(path)
            path.mkdir(exist_ok=True)
            _check_files(path)
            yield draft
    finally:
        if key is None:
            shutil.rmtree(path, ignore_errors=True)  # after publication there is nothing left here
            with suppress(OSError):
                Path(lock.lock_file).unlink()
        lock.release()


def _check_files(folder: Path) -> None:
    """Raises ArtifactError where a draft holds a link, a pipe or a device: reading it would lead anywhere."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise ArtifactError(f"{path}: not a regular file", f"remove it; or begin anew: remove {folder}")


def leftovers(root: Path) -> list[tuple[Path, bool]]:
    """Drafts that no living process holds: (folder, whether a `resume` could take it up)."""
    found: list[tuple[Path, bool]] = []
    for folder in FOLDERS.values():
        for path in sorted((root / folder / STAGING).glob("*/")):
            lock = FileLock(f"{path}.lock")
            with suppress(Timeout, OSError), lock.acquire(timeout=0):
                found.append((path, not path.name.startswith(("tmp-", "removed-"))))
    return found


def discard(path: Path) -> bool:
    """Removes a leftover draft, unless a process holds it after all."""
    lock = FileLock(f"{path}.lock")
    try:
        with lock.acquire(timeout=0), disk_errors(path):
            path.unlink() if path.is_symlink() else shutil.rmtree(path)
            if path.name.startswith(("tmp-", "removed-")):
                Path(lock.lock_file).unlink(missing_ok=True)
            return True
    except Timeout:
        return False
