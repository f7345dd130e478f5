"""Many episodes of one program at a glance: mean, spread, a histogram, and which episode to look at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from leapscli.report.console import emit, has_colours
from leapscli.report.histogram import Histogram
from leapscli.report.outcome import facts, number

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
