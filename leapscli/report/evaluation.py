"""Many episodes of one program at a glance: mean, spread, a histogram, and which episode to look at next.

At several sizes: a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from leapscli.report.console import emit, has_colours
from leapscli.report.histogram import Histogram
from leapscli.report.outcome import facts, number, table

if TYPE_CHECKING:
    from leapscli.stages.evaluate import Evaluation


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print it."""
    e, task = evaluation, evaluation.task
    low, high = (float(e.returns[i]) for i in (e.worst, e.best))
    mean = Text(number(e.mean), "bold").append(f" ± {e.error:.4f} (standard error)", "dim")
    emit(
        console,
        facts(
            [
                ("task", f"{task.name} {task.height}×{task.width}, seed {e.seed}"),
                ("episodes", f"{len(e.returns):,}, each of at most {e.budget.limit:,} {e.budget.kind}"),
                ("mean return", mean),
                ("standard deviation", number(e.deviation)),
                ("solved", f"{e.solved:.1%}"),
                ("best", f"{number(high)} in episode {e.episode(e.best)}"),
                ("worst", f"{number(low)} in episode {e.episode(e.worst)}"),
            ]
        ),
    )
    emit(console, Text())
    emit(console, Histogram.of(e.returns).draw(console.width, blocks=has_colours(console)))


def show_sizes(console: Console, evaluations: Sequence[Evaluation]) -> None:
    """Print them, a line each."""
    first = evaluations[0]
    rows = [
        (
            f"{e.task.height}×{e.task.width}",
            number(e.mean),
            number(e.deviation),
            f"{e.solved:.1%}",
            f"{e.budget.limit:,} {e.budget.kind}",
        )
        for e in evaluations
    ]
    common = [("task", f"{first.task.name}, seed {first.seed}"), ("episodes", f"{len(first.returns):,} each")]
    titles = ("size", "mean return", "standard deviation", "solved", "budget")
    emit(console, facts(common), Text(), table(titles, rows))
