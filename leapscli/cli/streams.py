"""Standard input, output and error as they are on machines that are not ours: closed, full, or in an old encoding.

* What an encoding does not have is written with what it has: `×` as `x`, `→` as `>`, a bar's blocks as `#`.
* A result that standard output does not take is an error, raised where it is written; a pipe whose reader has left
  stays a BrokenPipeError.
* Standard error carries progress and notes: that nobody can read them ends no command.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from leapscli.errors import LeapsError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

    from leapscli.artifacts.artifact import Artifact

ASCII = "plain_ascii"  # the codec under another name: Typer writes UTF-8 to streams that call themselves ascii
STAND_IN = "leaps"  # an error handler's name
_WORDS = {
    "×": "x", "–": "-", "—": "-", "·": ".", "±": "+-", "≤": "<=", "≥": ">=", "→": ">", "←": "<",
    "σ": "sigma", "β": "beta", "λ": "lambda", "μ": "mu", "π": "pi", "ε": "eps",
    "▲": "^", "▶": ">", "▼": "v", "◀": "<", "▸": ">", "◆": "*",
    **dict(zip("▁▂▃▄▅▆▇", "__.-=+*", strict=True)),
}  # fmt: skip


class OutputError(LeapsError):
    """Standard output did not take what was written to it."""


class _Descriptor(io.FileIO):
    """One of the standard descriptors, open for writing; all of what is given is written."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "wb", closefd=False)

    def write(self, data: Buffer, /) -> int:
        """Writes it all, however little of it the system takes at a time."""
        left = memoryview(data)
        while left:
            left = left[super().write(left) or 0 :]
        return memoryview(data).nbytes


class _Output(_Descriptor):
    """Standard output."""

    def write(self, data: Buffer, /) -> int:
        """Raises OutputError where the system refuses."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = "it is closed" if error.errno == errno.EBADF else (error.strerror or str(error)).lower()
            raise OutputError(f"standard output cannot be written: {reason}") from error


class _Notes(_Descriptor):
    """Standard error."""

    def write(self, data: Buffer, /) -> int:
        """Drops what the system refuses."""
        with suppress(OSError):
            super().write(data)
        return memoryview(data).nbytes


def prepare_streams() -> None:
    """Makes the three streams what this module says; those that somebody else put in their place are left alone."""
    codecs.register_error(STAND_IN, _stand_in)
    codecs.register({ASCII: _ascii()}.get)
    _occupy()
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Output(1), sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Notes(2), sys.stderr)


def silence_output() -> None:
    """Lets what is still to be written to standard output vanish, for a process that ends because of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextmanager
def keeping(*made: Artifact) -> Iterator[None]:
    """Around what is printed about artifacts: where standard output does not take it, the error says they are kept."""
    try:
        yield
        if sys.stdout:
            sys.stdout.flush()
    except OutputError as error:
        names = [f"{artifact.reference} ({artifact.path})" for artifact in made[:3]]
        more = [f"{len(made) - 3:,} more"] if made[3:] else []
        raise OutputError(f"{error.message}; what was made is kept: {', '.join(names + more)}") from error


def _occupy() -> None:
    """Opens those of the standard descriptors that are closed, so that no file takes their numbers: nothing comes from
    input, what is written to output fails, and what is written to error is dropped.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free, which is this


def _text(raw: _Descriptor, before: TextIO | None) -> TextIO:
    """The text stream on `raw`, in the encoding and buffered as `before`, None where there was none."""
    encoding = before.encoding if before else "utf-8"
    unbuffered = bool(getattr(before, "write_through", False))
    return io.TextIOWrapper(
        raw if unbuffered else io.BufferedWriter(raw),
        encoding=ASCII if codecs.lookup(encoding).name == "ascii" else encoding,
        errors=STAND_IN,
        line_buffering=bool(getattr(before, "line_buffering", True)),
        write_through=unbuffered,
    )


def _ascii() -> codecs.CodecInfo:
    """The codec of ASCII under another name."""
    own = codecs.lookup("ascii")
    return codecs.CodecInfo(
        own.encode,
        own.decode,
        own.streamreader,
        own.streamwriter,
        own.incrementalencoder,
        own.incrementaldecoder,
        name=ASCII,
    )


def _stand_in(error: UnicodeError) -> tuple[str | bytes, int]:
    """The replacement for a character that an encoding lacks; for a byte of a file's name, that byte."""
    assert isinstance(error, UnicodeEncodeError)
    text, at = error.object, error.start
    if "\udc80" <= text[at] <= "\udcff":
        return bytes([ord(text[at]) - 0xDC00]), at + 1
    if text[at] == "…":  # a sentence's has three columns to spare, that of a text cut at the screen's edge has one
        return "..." if not at or text[at - 1].isspace() else ".", at + 1
    return _WORDS.get(text[at]) or _alike(text[at]), at + 1


def _alike(character: str) -> str:
    """An ASCII character that looks like it: a letter without its accent, a line or block; else a question mark."""
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    name = unicodedata.name(character, "")
    if name.startswith("BOX DRAWINGS"):
        return "+" if " AND " in name else "|" if {"VERTICAL", "UP", "DOWN"} & {*name.split()} else "-"
    return plain or ("#" if "BLOCK" in name or "QUADRANT" in name else "?")
