"""Files that are on the disk when they say they are: hashes, fsync, and one clear line when the disk refuses."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leapscli.errors import ArtifactError, LeapsError

ELSEWHERE = "choose another folder with --workspace or LEAPS_WORKSPACE"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG)


def is_full(error: OSError) -> bool:
    """True if there was no room left."""
    return error.errno in _FULL


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns what the system says while writing below `path` into one line: a full disk, or a place that is closed."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if is_full(error):
            hint = f"free some space (`leaps artifacts prune`), or {ELSEWHERE}"
            raise LeapsError(f"{where}: the disk is full", hint) from error
        if error.errno in _CLOSED:
            raise ArtifactError(f"{where}: cannot be written: {error.strerror}", ELSEWHERE) from error
        raise


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a file that is one: no pipe, device or folder, and not beyond `most` bytes. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        if status.st_size > most:
            raise OSError(f"more than {most:,} bytes")
        return file.read(most)


def sync(path: Path) -> None:
    """Returns once a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unfinished(path: Path) -> Path:
    """The path that a file is written to until it is complete. What a kill leaves there never becomes part of an
    artifact.
    """
    return path.with_name(f".{path.name}.tmp")


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all, whatever happens in between."""
    temporary = unfinished(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync(path.parent)


def payload(folder: Path) -> list[str]:
    """The names of all files below a folder, as posix paths, sorted; symbolic links are refused."""
    names: list[str] = []
    for path in folder.rglob("*"):
        if path.is_symlink():
            raise ArtifactError(f"{path}: a symbolic link cannot be part of an artifact")
        if path.is_file():
            names.append(path.relative_to(folder).as_posix())
    return sorted(names)
