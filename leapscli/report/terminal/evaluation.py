"""Many episodes of one program at a glance: mean, spread, a histogram, and which episode to look at next.

At several sizes, or of several programs: a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from leapscli.report.terminal.console import emit, has_colours
from leapscli.report.terminal.histogram import Histogram
from leapscli.report.terminal.outcome import facts, return_text, table

if TYPE_CHECKING:
    from leapscli.results.evaluation import Evaluation, Exhaustion

ROOM = 54  # columns that the numbers of a program take


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print it."""
    e, task = evaluation, evaluation.task
    low, high = (float(e.returns[i]) for i in (e.worst, e.best))
    extremes = [
        ("best", f"{return_text(high)} in episode {e.episode(e.best)}"),
        ("worst", f"{return_text(low)} in episode {e.episode(e.worst)}"),
    ]
    if e.alike:
        extremes = [("best and worst", f"{return_text(low)} in every episode")]
    solved = f"{e.solved:.1%}" + (f", with a return of {return_text(task.best)}" if task.best != 1 else "")
    mean = Text(return_text(e.mean), "bold").append(f" ± {e.error:.4f} (standard error)", "dim")
    emit(
        console,
        facts(
            [
                ("task", f"{task.title}, seed {e.seed}"),
                ("episodes", f"{len(e.returns):,}, each of at most {e.budget.limit:,} {e.budget.kind}"),
                ("mean return", mean),
                ("standard deviation", return_text(e.deviation)),
                ("solved", solved),
                *extremes,
            ]
        ),
    )
    emit(console, Text())
    emit(console, Histogram.of(e.returns).draw(console.width, blocks=has_colours(console)))


def show_sizes(console: Console, evaluations: Sequence[Evaluation]) -> None:
    """Print them, a line each."""
    rows = [(_size(e), *_scores(e), _budget(e)) for e in evaluations]
    titles = ("size", "mean return", "standard deviation", "solved", "budget")
    emit(console, facts(_common(evaluations[0])), Text(), table(titles, rows))


def show_programs(console: Console, evaluations: Sequence[Evaluation]) -> None:
    """Print those of several programs at one size, a line each, under the programs' numbers."""
    first, room = evaluations[0], max(20, console.width - ROOM)
    where = [*_common(first), ("size", _size(first)), ("budget", _budget(first))]
    rows = [(str(i), *_scores(e), _cut(str(e.program), room)) for i, e in enumerate(evaluations, 1)]
    titles = ("program", "mean return", "standard deviation", "solved", "")
    emit(console, facts(where), Text(), table(titles, rows), Text())


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _common(evaluation: Evaluation) -> list[tuple[str, str]]:
    """The circumstances that all lines of a table share."""
    rules = ", crashable" if evaluation.task.crashable else ""
    task = f"{evaluation.task.name}{rules}, seed {evaluation.seed}"
    return [("task", task), ("episodes", f"{len(evaluation.returns):,} each")]


def _scores(evaluation: Evaluation) -> tuple[str, str, str]:
    return return_text(evaluation.mean), return_text(evaluation.deviation), f"{evaluation.solved:.1%}"


def _size(evaluation: Evaluation) -> str:
    return f"{evaluation.task.height}×{evaluation.task.width}"


def _budget(evaluation: Evaluation) -> str:
    return f"{evaluation.budget.limit:,} {evaluation.budget.kind}"


def show_exhaustion(console: Console, found: Exhaustion) -> None:
    """Print it: whether the program solves every initial world, and the worst one as a map where it does not."""
    task, states = found.task, len(found.worlds)
    verdict = Text(f"proven: it solves every initial state of {task.title}", "bold green")
    if not found.proven:
        verdict = Text(f"{found.solved:,} of {states:,} are solved", "bold")
    rows: list[tuple[str, str | Text]] = [
        ("task", task.title),
        (
            "initial states",
            f"{states:,}, all there are; each run of at most {found.budget.limit:,} {found.budget.kind}",
        ),
        ("mean return", Text(return_text(found.mean), "bold").append(" (no estimate)", "dim")),
        ("solved", verdict),
    ]
    if not found.proven:
        rows.append(("worst", return_text(float(found.returns.min()))))
    emit(console, facts(rows))
    if not found.proven:
        emit(console, Text(), Text("The worst, as a map for --world:", "dim"), str(found.worlds[found.worst]))


def show_exhaustions(console: Console, found: Sequence[Exhaustion]) -> None:
    """Print several programs, a line each."""
    room = max(20, console.width - ROOM)
    rows = [
        (str(i), return_text(each.mean), f"{each.solved:,} of {len(each.worlds):,}", "yes" if each.proven else "no",
         _cut(str(each.program), room))
        for i, each in enumerate(found, 1)
    ]  # fmt: skip
    emit(console, table(("", "mean return", "solved", "proven", "program"), rows))
