"""A library: programs that solved tasks, whose parts a search on another task draws from.

It is a CSV file with the columns `task` and `program`, as `leaps learn` writes it; lines that begin with # are
comments. A search never sees the programs of its own task: what it finds there it has not been told.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Protocol

from pydantic import BeforeValidator, Field

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.declaration import declaration, declared
from leapscli.dsl.mirrors import with_mirrors
from leapscli.dsl.parts import no_parts, parts_of
from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import MAX_TOKENS, Vocabulary
from leapscli.errors import InputError, ProgramSyntaxError, brief
from leapscli.locations import shipped
from leapscli.recipes.base import Recipe

SHIPPED, CRASHABLE = "shipped", "crashable"
FILES = {SHIPPED: "library.csv", CRASHABLE: "library-crashable.csv"}  # of those that ship
COLUMNS = ["task", "program"]
MOST_BYTES = 16 << 20
HINT = "`leaps learn` writes a library: a CSV file with the columns task and program"


@dataclass(frozen=True, eq=False)
class Library:
    """Programs by the task that they solve."""

    programs: Mapping[str, TokenBatch]
    vocabulary: Vocabulary = PUBLISHED

    def parts(self, *, without: str, share: float) -> Any:
        """The parts of all programs but those of the task `without`, and of their mirror images, as `editor.Parts`:
        each task counts the same.
        """
        others = [with_mirrors(group) for task, group in self.programs.items() if task != without]
        return parts_of(others, share=share, vocabulary=self.vocabulary)


def _found_from_anywhere(name: object) -> object:
    """A file by its whole path: the run says which it was, and workers elsewhere find it."""
    return str(Path(name).absolute()) if isinstance(name, str) and name not in ("", *FILES) else name


class Searched(Protocol):
    """A space that is searched for a task."""

    @property
    def task(self) -> str:
        """The task's name."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of its programs."""


class LibrarySettings(Recipe):
    """The settings of searchers that draw from a library."""

    library: Annotated[str, BeforeValidator(_found_from_anywhere)] = Field(
        default=SHIPPED,
        min_length=1,
        description="programs of other tasks: `shipped`, `crashable`, or a file of `leaps learn`",
    )
    share: float = Field(
        default=0.6, ge=0, le=1, description="share of new parts that the library gives; the others are random"
    )

    def parts(self, space: Searched) -> Any:
        """The parts that a search of `space` draws from, as `editor.Parts`. Raises InputError.

        The libraries that ship are of Karel's programs: to a search in another language they give nothing.
        """
        library, words = load_library(self.library), space.vocabulary
        if library.vocabulary != words and self.library in FILES:
            return no_parts(words)
        if library.vocabulary != words:
            raise InputError(f"library: {self.library} has programs of {library.vocabulary}; {space.task} is {words}")
        return library.parts(without=space.task, share=self.share)


def library_file(name: str) -> Path:
    """The file of a library: one that ships, or one of the user's own."""
    return shipped() / "runs" / FILES[name] if name in FILES else Path(name)


def digest(name: str) -> str:
    """The SHA-256 of its content: other libraries make other searches. Raises InputError."""
    return hashlib.sha256(_content(name)).hexdigest()


def load_library(name: str) -> Library:
    """The library `shipped` or `crashable`, or that of a CSV file. Raises InputError with file and line."""
    return _parsed(str(library_file(name)), _content(name))


def _content(name: str) -> bytes:
    path = library_file(name)
    try:
        if not path.is_file():
            raise InputError(f"library: no file {path}", HINT)
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: more than {MOST_BYTES >> 20} MiB, which is no library", HINT)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", HINT) from None


@lru_cache(maxsize=4)
def _parsed(path: str, content: bytes) -> Library:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text in UTF-8", HINT) from None
    lines, vocabulary = text.splitlines(), declared(text)
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    table = list(csv.reader(line for _, line in rows))
    if not table or table[0] != COLUMNS:
        found = ",".join(table[0]) if table else "nothing"
        raise InputError(f"{path}: its first line is not task,program but {brief(found)}", HINT)
    by_task: dict[str, list[Program]] = {}
    for (number, _), cells in zip(rows[1:], table[1:], strict=True):
        if len(cells) != len(COLUMNS) or not cells[0]:
            raise InputError(f"{path}:{number}: expected a task and a program", HINT)
        by_task.setdefault(cells[0], []).append(_program(f"{path}:{number}", cells[1], vocabulary))
    return Library({task: TokenBatch.of(programs) for task, programs in by_task.items()}, vocabulary)


def _program(place: str, text: str, vocabulary: Vocabulary) -> Program:
    try:
        program = Program.parse(text, vocabulary)
    except ProgramSyntaxError as error:
        raise InputError(f"{place}: not a program: {error.message.splitlines()[0]}", HINT) from None
    if len(program.tokens) > MAX_TOKENS:
        raise InputError(f"{place}: a program of {len(program.tokens)} tokens; at most {MAX_TOKENS} are searched")
    return program


def library_text(programs: Iterable[tuple[str, Program]], about: str) -> str:
    """A library as a file: `about` as a comment, then (task, program) by (task, program), all in one language."""
    rows = list(programs)
    words = declaration(rows[0][1].vocabulary) if rows else ""
    return f"# {about}\n{words}" + "\n".join([",".join(COLUMNS), *(f"{task},{text}" for task, text in rows)]) + "\n"
