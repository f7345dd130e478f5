"""Learn a library from runs: the programs that solved their tasks, for searches on other tasks to draw from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leapscli.artifacts.artifact import readable
from leapscli.artifacts.layout import PROGRAM
from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.errors import InputError
from leapscli.search.library import library_text
from leapscli.stages.user_files import write_output
from leapscli.tasks.registry import task as find_task
from leapscli.tasks.returns import goal, reaches
from leapscli.tasks.suites import names

LEAST = 0.9  # of the best return: a program that comes so far on fresh states has something to teach


@dataclass(frozen=True)
class Learned:
    """A library that was written: its file, how many programs each task gave, and how many runs fell short."""

    file: Path
    programs: dict[str, int]
    left_out: int


def learn(workspace: Workspace, references: Sequence[str], file: Path, command: str = "") -> Learned:
    """Writes the programs of these runs, or of all in the workspace, that reach 0.9 of their task's best return on
    fresh states. Raises InputError where there is none.
    """
    runs = [workspace.resolve(reference, "run") for reference in references] or readable(workspace.list("run"))
    best = dict[str, float]()
    found, left_out = set[tuple[str, Program]](), 0
    for run in runs:
        name = str(run.manifest.recipe.get("task"))
        value = run.manifest.metrics.get("return_held_out")
        if name not in best:
            best[name] = _best(name)
        if value is None or not reaches(float(value), goal(best[name], LEAST)):
            left_out += 1
            continue
        found.add((_title(name), Program.parse(run.file(PROGRAM).read_text(encoding="utf-8"))))
    if not found:
        short = f"; {left_out} fell short of {LEAST:.0%} of their task's best return" if left_out else ""
        raise InputError(f"no run in {workspace.root} to learn from{short}", "`leaps sweep all` makes some")
    ordered = sorted(found, key=lambda pair: (pair[0], str(pair[1])))
    write_output(file, library_text(ordered, command or "leaps learn").encode())
    counts: dict[str, int] = {}
    for title, _ in ordered:
        counts[title] = counts.get(title, 0) + 1
    return Learned(file, counts, left_out)


def _best(name: str) -> float:
    """The best return of a task that comes with the package; 1 for others, whose files are not run for this."""
    return find_task(name).best if name in names() else 1.0


def _title(name: str) -> str:
    """The name of a task, also of one in a file."""
    return Path(name).stem if name.endswith(".py") else name
