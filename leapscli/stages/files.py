"""Files that a user names: read as text, refused before any work is done, written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leapscli.artifacts.files import write_whole
from leapscli.errors import InputError, LeapsError, ProgramSyntaxError

MOST_BYTES = 1 << 20  # of a program or a map


def read_text(path: Path) -> str:
    """A text file's content; InputError where there is none, or something else."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise InputError(f"{path}: more than a megabyte; that is no program and no map")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8 text; that is no program and no map") from error


@contextmanager
def syntax_errors_of(label: str) -> Iterator[None]:
    """Puts `label`, the file's name, in front of a ProgramSyntaxError's message."""
    try:
        yield
    except ProgramSyntaxError as error:
        raise ProgramSyntaxError(
            error.line, error.column, error.found, error.expected, message=f"{label}: {error.message}", hint=error.hint
        ) from error


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
