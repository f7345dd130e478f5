"""Arguments of the command line, found and read: a program, a world, a size, a budget, an episode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.layout import PROGRAM
from leapscli.artifacts.store import Workspace
from leapscli.domains.karel.domain import KAREL
from leapscli.dsl.declaration import declaration, declared
from leapscli.dsl.parser import style_of
from leapscli.dsl.program import Program
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.text import decode
from leapscli.dsl.tree import Style
from leapscli.engine.budget import Budget
from leapscli.engine.domain import Domain
from leapscli.errors import InputError, MissingArtifact, TaskError
from leapscli.stages.user_files import STDIN, STDIN_NAME, STDIN_PATH, is_file, naming, read_bytes, read_stdin
from leapscli.tasks.custom.known import is_known
from leapscli.tasks.registry import ENVIRONMENTS, Task
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.suites import elsewhere, names

_NUMBERED = re.compile(r"(.+):(\d{1,6})", re.DOTALL)
_TASK = re.compile(r"^#\s*(?:task: )?(\S.*?) (\d{1,5})[×x?](\d{1,5})(?::.*)?$", re.MULTILINE)
_CRASHABLE = re.compile(r"^#\s*crashable: yes$", re.MULTILINE)
_BUDGET = re.compile(r"^#\s*budget: ([\d_,]+ (?:calls|primitives))$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A program and where it came from; `run` is the artifact, if it is one's.

    `recipe` is that of the search which found it: a run's own, or what the comments of a text tell of it (`task`,
    `size`, `budget` and `crashable`); empty where they tell nothing.
    """

    program: Program
    label: str
    style: Style
    recipe: Mapping[str, Any] = field(default_factory=dict)
    run: Artifact | None = None

    @property
    def text(self) -> str:
        """The program on one line, below comments that declare its language where that is not the published one."""
        return declaration(self.program.vocabulary) + str(self.program)

    @property
    def budget(self) -> Budget | None:
        """The budget of the search that found the program, at its task's own size; none where it is not told."""
        return parse_budget(str(self.recipe["budget"])) if "budget" in self.recipe else None

    @property
    def crashable(self) -> bool:
        """True if it was found where an action that does nothing ends an episode."""
        return self.recipe.get("crashable") is True

    @property
    def own_task(self) -> str | None:
        """The task file that a text or a run's manifest names, where that is not reason enough to run it: it is code.

        A file that this user has run before is run again for a run's program.
        """
        name = str(self.recipe.get("task", ""))
        known = self.run is not None and name.endswith(".py") and is_known(_file_of(name))
        return name if name.endswith(".py") and not known else None


def _file_of(task: str) -> Path:
    """The file of a task of the user's own: a world, a task, or perceptions of an environment."""
    return Path(task.rpartition(":")[2] if task.startswith(ENVIRONMENTS) else task)


def load_program(reference: str | None, workspace: Workspace, task: str | None = None) -> Source:
    """The one program that `load_programs` finds; InputError where there are several."""
    first, *more = load_programs(reference, workspace, task)
    if more:
        name, count = STDIN_PATH if reference == STDIN else reference, len(more) + 1
        raise InputError(f"{reference}: {count} programs", f"name one by its number: {name}:1 … {name}:{count}")
    return first


def load_programs(reference: str | None, workspace: Workspace, task: str | None = None) -> list[Source]:
    """The programs in a file, on stdin (`-`), or of a run (`harvester`, `harvester@v3`, its folder; None: the newest).

    `programs.txt:3` is the third one alone. A text that declares no language is in that of the `task` it is meant for.
    Raises InputError for what cannot be read, ProgramSyntaxError
    (with the file's name) for what is no program.
    """
    name, number = _numbered(reference)
    if name == STDIN:
        return _parse(read_stdin(), STDIN_NAME, task=task)
    if name is not None and is_file(name):
        return _parse(read_bytes(Path(name)), name, number, task)
    if name is not None and re.match(r"\s*def\s", name, re.IGNORECASE):
        raise InputError("that is a program's text, not a file", f"a pipe brings it: echo '…' | leaps run {STDIN}")
    try:
        run = workspace.resolve(reference, "run")
    except MissingArtifact as error:
        if reference is None or "@" in reference:
            raise
        hint = "a program file, - for standard input, or a run (`leaps artifacts list`)"
        if reference in (*names(), *elsewhere()):
            hint = f"{reference} is a task; name a program before it, or find one: leaps synthesize {reference}"
        raise InputError(f"{reference}: no such program file, and no run of that name", hint) from error
    (found,) = _parse(read_bytes(run.file(PROGRAM)), run.reference)
    return [Source(found.program, found.label, found.style, run.manifest.recipe, run)]


def _numbered(reference: str | None) -> tuple[str | None, int | None]:
    """`programs.txt:3` → the file and 3; anything else as it is, and None."""
    match = _NUMBERED.fullmatch(reference or "")
    if match and is_file(match[1]) and not is_file(match[0]):
        return match[1], int(match[2])
    return reference, None


def _parse(content: bytes, label: str, number: int | None = None, task: str | None = None) -> list[Source]:
    """The programs of a text, or the one with a number, counted from 1."""
    with naming(label):
        text = decode(content)
        words = declared(text)
        if task and words == PUBLISHED:
            words = find_task(task).domain.vocabulary
        programs, style = Program.parse_all(text, words), style_of(text)
    if len(programs) == 1 and number is None:
        return [Source(programs[0], label, style, told(text))]
    sources = [Source(program, f"{label}:{i}", style) for i, program in enumerate(programs, 1)]
    if number is None:
        return sources
    if not 1 <= number <= len(sources):
        raise InputError(f"{label}:{number}: the programs there are numbered 1 to {len(sources)}")
    return [sources[number - 1]]


def told(text: str) -> dict[str, Any]:
    """The facts in the comments that `leaps synthesize` writes: `task` and `size`, `budget`, `crashable`."""
    found: dict[str, Any] = {}
    if (task := _TASK.search(text)) and (task[1] in (*names(), *elsewhere()) or task[1].endswith(".py")):
        found |= {"task": task[1], "size": f"{task[2]}x{task[3]}"}
    if budget := _BUDGET.search(text):
        found["budget"] = budget[1]
    if _CRASHABLE.search(text):
        found["crashable"] = True
    return found


def load_world(path: Path, domain: Domain = KAREL) -> Any:
    """The world in a map file, as `str(world)` writes it. Raises WorldError with the file's name."""
    with naming(str(path)):
        return domain.parse(decode(read_bytes(path)))


def parse_size(text: str | None) -> tuple[int | None, int | None]:
    """`12` → (12, 12), `14x22` → (14, 22), height first; nothing → (None, None), a task's own size."""
    if text is None:
        return None, None
    match = re.fullmatch(r"(\d{1,5})(?:[x×](\d{1,5}))?", text.strip().lower())
    if not match or int(match[1]) < 1 or int(match[2] or 1) < 1:
        raise InputError(f"--size {text}: not a size", "a side, as in 12, or height and width, as in 14x22")
    return int(match[1]), int(match[2] or match[1])


def parse_budget(text: str) -> Budget:
    """`calls:220` or `primitives:10000`; also as recipes write it, `220 calls`."""
    match = re.fullmatch(r"(calls|primitives)[:=\s]([\d_,]+)|([\d_,]+)\s+(calls|primitives)", text.strip().lower())
    digits = re.sub("[_,]", "", match[2] or match[3]) if match else ""
    if not match or not digits:
        raise InputError(f"--budget {text}: not a budget", "calls:220 (as published) or primitives:10000")
    return Budget(match[1] or match[4], int(digits))


def parse_episode(text: str, seed: int) -> tuple[int, int]:
    """`7:123` → (7, 123), the seed and the index of an initial world; `123` → (seed, 123)."""
    match = re.fullmatch(r"(?:(\d{1,19}):)?(\d{1,9})", text.strip())
    if not match:
        raise InputError(f"--episode-seed {text}: not an episode", "SEED:INDEX as printed, or an index under --seed")
    return int(match[1]) if match[1] else seed, int(match[2])


def choose_task(
    source: Source, name: str | None, height: int | None, width: int | None, *, crashable: bool = False
) -> Task | None:
    """The task asked for; else the one that `source` was searched for, at the size it had; else None.

    Its episodes are crashable where that is asked for, or was when the program was found.
    """
    crashable = crashable or source.crashable
    if name is not None:
        return find_task(name, height=height, width=width, crashable=crashable)
    recipe = source.recipe
    if "task" not in recipe or source.own_task:
        return None
    own = parse_size(str(recipe["size"]) if "size" in recipe else None)
    try:
        return find_task(str(recipe["task"]), height=height or own[0], width=width or own[1], crashable=crashable)
    except TaskError as error:
        raise TaskError(f"the task of {source.label}: {error.message}", "name it with --task") from error
