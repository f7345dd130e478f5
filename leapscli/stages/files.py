"""Files that a user names: read as text, refused before any work is done, written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from leapscli.artifacts.files import write_whole
from leapscli.errors import InputError, LeapsError, ProgramSyntaxError

MOST_BYTES = 1 << 20  # of a program or a map
STDIN, STDIN_NAME, STDIN_PATH = "-", "standard input", "/dev/stdin"


def is_file(name: str) -> bool:
    """Whether a file to read has this name: anything but a folder."""
    try:
        return Path(name).exists() and not Path(name).is_dir()
    except (OSError, ValueError):  # no name that the system takes
        return False


def read_bytes(path: Path) -> bytes:
    """A text file's content; InputError where there is none, or far too much."""
    try:
        with path.open("rb") as file:
            return _bounded(file, str(path))
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def read_stdin() -> bytes:
    """What standard input brings; InputError where it is closed, or brings far too much."""
    if sys.stdin is None:
        raise InputError(f"{STDIN_NAME}: closed", "name a file instead")
    return _bounded(sys.stdin.buffer, STDIN_NAME)


def _bounded(file: BinaryIO, label: str) -> bytes:
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"{label}: more than a megabyte; that is no program and no map")
    return content


@contextmanager
def naming(label: str) -> Iterator[None]:
    """Puts `label`, the name of a file, in front of the message of an InputError about its text."""
    try:
        yield
    except ProgramSyntaxError as error:
        place = error.line, error.column, error.found, error.expected
        raise ProgramSyntaxError(*place, message=f"{label}: {error.message}", hint=error.hint) from error
    except InputError as error:
        raise type(error)(f"{label}: {error.message}", error.hint) from error


def check_writable(path: Path) -> None:
    """Raises InputError where `path` cannot be written; nothing is changed."""
    folder = path.resolve().parent
    if path.is_dir():
        raise InputError(f"{path}: a folder, not a file")
    if not folder.is_dir():
        raise InputError(f"{path}: there is no folder {folder}", "make it first")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"{path}: cannot be written: permission denied")


def write_output(path: Path, content: bytes) -> None:
    """Puts `content` in the place of the file, which keeps its mode; links are followed, devices written to."""
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        write_whole(target, content)
        if mode is not None:
            target.chmod(mode)
    except OSError as error:
        raise LeapsError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from error
