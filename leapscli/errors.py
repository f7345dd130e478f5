"""Every error a user can meet.

    LeapsError               exit code 1: it ran and failed
    ├── InputError           exit code 2: what was given cannot be used
    │   ├── ProgramSyntaxError
    │   ├── WorldError
    │   ├── RecipeError
    │   ├── TaskError
    │   ├── SearcherError
    │   └── ArtifactError
    │       └── MissingArtifact
    └── Interrupted          exit code 130: stopped by the user, work kept

A message says what is wrong and where; the hint says what to do about it. Commands print both and no traceback.
"""

from __future__ import annotations

import os
import re
from operator import index
from typing import Any, ClassVar

MOST_LINES, MOST_WIDTH = 20, 500  # of a message
MOST_HINT = 2000  # characters of a line of a hint, which may be a command with paths
_WORD = re.compile(r"[^\s/]{200,}")  # a name of a file has at most 255 bytes
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]")


def debugging() -> bool:
    """True if tracebacks are wanted: LEAPS_DEBUG is set, and not to a word for no."""
    return os.environ.get("LEAPS_DEBUG", "").strip().lower() not in ("", "0", "no", "off", "false")


def brief(value: object, most: int = 80) -> str:
    """A value as Python writes it, cut after `most` characters: what a message quotes of what was given."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def bounded(text: str, width: int = MOST_WIDTH) -> str:
    """A message that fits on a screen, whatever it quotes: 20 lines of at most `width` characters, no word endless.

    Control characters, which would steer a terminal, are spelled out.
    """
    lines = _WORD.sub(lambda word: f"{word[0][:79]}…", text).split("\n")
    lines = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1:,} more lines"]
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), "\n".join(lines))


class LeapsError(Exception):
    """Something went wrong that the user can understand: `message` says what and where, `hint` what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = bounded(message)
        self.hint = hint if hint is None else bounded(hint, MOST_HINT)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: the message and what else it knows, whatever its class takes to be made."""
        return _unpickled, (type(self), self.args, vars(self))


def _unpickled(kind: type[LeapsError], args: tuple[Any, ...], state: dict[str, Any]) -> LeapsError:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


class InputError(LeapsError):
    """An input that cannot be used; nothing was written."""

    exit_code = 2


class ProgramSyntaxError(InputError):
    """A program that is not in the language.

    `line` and `column` count from 1; `found` is the offending text ("end of program" at the end), `expected` the
    sorted alternatives that would have been accepted there.
    """

    def __init__(
        self,
        line: int,
        column: int,
        found: str,
        expected: tuple[str, ...] = (),
        *,
        message: str | None = None,
        hint: str | None = None,
    ) -> None:
        wanted = f", expected {' or '.join(expected)}" if expected else ""
        super().__init__(message or f"line {line}, column {column}: found {found}{wanted}", hint)
        self.line, self.column, self.found, self.expected = line, column, found, expected


class WorldError(InputError):
    """A world that cannot be: ragged rows, no Karel, Karel in a wall, too many markers."""


class RecipeError(InputError):
    """A recipe with mistakes; the message lists all of them as `file:line: path: what`."""


class TaskError(InputError):
    """An unknown task, a size that makes no sense for it, or a mistake in a user's task file."""


class SearcherError(InputError):
    """A searcher's file that is missing, or a mistake in it; the message names file and line."""


class ArtifactError(InputError):
    """An artifact that is missing, damaged, of another kind, or written by a newer version."""


class MissingArtifact(ArtifactError):
    """A reference that names nothing."""


class MissingExtra(InputError, ImportError):
    """A library that one of the extras brings is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed", f"pip install 'leaps[{extra}]'")


class Interrupted(LeapsError):
    """Stopped by Ctrl-C or SIGTERM; the hint is the command that resumes."""

    exit_code = 130


def whole(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """`value` as an int. Raises InputError, naming `what` it is for, where it is no whole number in that range."""
    try:
        number = index(value)
    except TypeError:
        number = None
    outside = number is None or (least is not None and number < least) or (most is not None and number > most)
    if number is None or outside or isinstance(value, bool):
        some = ("" if least is None else f" from {least} on") + ("" if most is None else f", at most {most}")
        raise InputError(f"{what}: expected a whole number{some}, not {described(value)}")
    return number


def check_room(size: int, what: str, hint: str) -> None:
    """Raises InputError where `what` takes more bytes than the machine has memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 1 << 36
    if size > memory:
        raise InputError(f"{what} would take {size / 2**30:,.0f} GiB, this machine has {memory / 2**30:,.0f}", hint)


def described(value: object) -> str:
    """A value of a wrong kind in few words: `None`, `the str 'move'`, `an array float64[3, 2]`, `one Program`."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"an array {value.dtype}{list(value.shape)}"
    if type(value).__module__.startswith("leapscli."):
        return f"one {type(value).__name__}"
    return "None" if value is None else f"the {type(value).__name__} {value!r:.40}"
