"""Files that a user names: read as text, refused before any work is done, written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from leapscli.artifacts.files import write_whole
from leapscli.errors import InputError, LeapsError, ProgramSyntaxError, brief
from leapscli.locations import FOLDER_GONE

_STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
_STDERR = ("/dev/stderr", "/dev/fd/2", "/proc/self/fd/2")
MOST_BYTES = 1 << 20  # of a program or a map
STDIN, STDIN_NAME, STDIN_PATH = "-", "standard input", "/dev/stdin"


def is_file(name: str) -> bool:
    """True if the name is that of a file to read: anything but a folder."""
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
    """Read standard input. Raises InputError where it is closed, or brings far too much."""
    if sys.stdin is None:
        raise InputError(f"{STDIN_NAME}: closed", "name a file instead")
    return _bounded(sys.stdin.buffer, STDIN_NAME)


def _bounded(file: BinaryIO, label: str) -> bytes:
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"{label}: more than a megabyte; neither a program nor a map")
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


def is_stdout(path: Path | None) -> bool:
    """True if `path` stands for standard output: `-`, or one of the system's names for it."""
    return str(path) in _STDOUT


def takes_stdout(*paths: Path | None) -> bool:
    """True if one of the files to write is standard output. Raises InputError where several are."""
    count = sum(map(is_stdout, paths))
    if count > 1:
        raise InputError("standard output takes one thing at a time", "name files for the others")
    return count == 1


def check_writable(path: Path) -> None:
    """Raises InputError where `path` cannot be written; nothing is changed."""
    if is_stdout(path):
        return
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()  # raises for a name that the system does not take, and for links in a circle
        folder = path.absolute().parent if _in_place(path) else path.resolve().parent
        if path.is_dir():
            raise InputError(f"{path}: a folder, not a file")
        if not folder.is_dir():
            raise InputError(f"{path}: there is no folder {folder}", "make it first")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise InputError(f"{path}: cannot be written: permission denied")
    except FileNotFoundError as error:  # of the current folder, to which the path is relative
        raise InputError(FOLDER_GONE, "change to another folder") from error
    except OSError as error:
        raise InputError(f"{brief(str(path))[1:-1]}: cannot be written: {_reason(error)}") from error


def check_folder(path: Path) -> None:
    """Raises InputError where files cannot be written below the folder `path`, which may be yet to be made."""
    there = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    if not there.is_dir():
        raise InputError(f"{path}: {there} is a file, not a folder")
    if not os.access(there, os.W_OK):
        raise InputError(f"{path}: cannot be written: permission denied")


def write_output(path: Path, content: bytes) -> None:
    """Puts `content` in the place of the file, which keeps its mode; links are followed, devices and pipes written to.

    Raises LeapsError for what the system refuses; a file is then as it was.
    """
    try:
        if stream := _stream(path):
            stream.flush()
            stream.buffer.write(content)
            stream.flush()
        elif _in_place(path):
            with path.open("ab") as file:
                file.write(content)
        else:
            _replace(path.resolve(), content)
    except BrokenPipeError as error:
        raise LeapsError(f"{path}: its reader closed it early") from error
    except OSError as error:
        raise LeapsError(f"{path}: cannot be written: {_reason(error)}") from error


def _stream(path: Path) -> TextIO | None:
    """The stream of this process that a path stands for: opened anew, a file behind it would lose its place."""
    return sys.stdout if is_stdout(path) else sys.stderr if str(path) in _STDERR else None


def _in_place(path: Path) -> bool:
    """True if a path is written to rather than replaced: a pipe, a device, an open file by its number."""
    return path.absolute().parts[1:2] in (("dev",), ("proc",)) or (path.exists() and not path.is_file())


def _replace(target: Path, content: bytes) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    write_whole(target, content)
    if mode is not None:
        target.chmod(mode)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
