"""Episodes of a program for the player: the best, the worst, the middle one, some that failed, and one on a larger
world.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import TaskError
from leapscli.report.pages.recording import recording
from leapscli.results.evaluation import Evaluation
from leapscli.stages.evaluate import evaluate
from leapscli.tasks.play import play
from leapscli.tasks.registry import DEFAULT_BUDGET, Task

STATES, LARGE_STATES, LARGE = 1000, 32, 100
STEPS = 3_000  # recorded of an episode at most
FAILED, BINS = 3, 20
Record = dict[str, Any]


def evaluations(program: Program, task: Task, usual: Budget | None = None) -> list[Evaluation]:
    """The returns of a program on fresh states at the task's size, and on large worlds where the task has them.

    `usual` is the budget that it was found with, where that is not the literature's.
    """
    budget = usual or DEFAULT_BUDGET
    found = [evaluate(program, task, STATES, 0, budget=task.grown(budget))]
    with suppress(TaskError):  # of another size, the user's own task perhaps can't be
        large = task.resized(LARGE, LARGE)
        found.append(evaluate(program, large, LARGE_STATES, 0, budget=large.grown(budget)))
    return found


def recordings(results: Sequence[Evaluation], number: int = 0) -> list[Record]:
    """Episodes worth watching: of the first evaluation several, of the others the worst."""
    found = []
    for i, result in enumerate(results):
        size = f"{result.task.height}×{result.task.width}"
        for label, index in chosen(result) if i == 0 else [("worst", result.worst)]:
            words = f"{size}, episode {result.episode(index)}: {label}, return {result.returns[index]:.3f}"
            found.append(recorded(result, index, words, number))
    return found


def recorded(result: Evaluation, index: int, label: str, number: int = 0) -> Record:
    """One episode of an evaluation, played again with every step on record."""
    world = result.task.sample(1, result.seed, first=result.first + index)[0]
    assert isinstance(result.program, Program)
    episode = play(result.program, world, result.budget, task=result.task, first=STEPS)
    return recording(episode, label, number)


def chosen(result: Evaluation) -> Iterator[tuple[str, int]]:
    """Episodes by name, none twice: the best first."""
    order = np.argsort(-result.returns, kind="stable")
    if result.alike:
        yield "as all", int(order[0])
        return
    middle, failed = int(order[len(order) // 2]), np.flatnonzero(~result.task.solved(result.returns))
    met = {result.best, result.worst, middle}
    yield "best", result.best
    yield "worst", result.worst
    if middle not in (result.best, result.worst):
        yield "median", middle
    for index in [int(i) for i in failed if int(i) not in met][:FAILED]:
        yield "not solved", index


def histogram(result: Evaluation) -> list[Record]:
    """The returns in bins from the least (0 at most) to the best there is."""
    low, high = min(0.0, float(result.returns.min())), max(result.task.best, float(result.returns.max()))
    counts, edges = np.histogram(result.returns, BINS, (low, high))
    most = counts.max()
    return [
        {
            "low": float(edges[i]),
            "high": float(edges[i + 1]),
            "count": int(count),
            "share": float(count / most),
            "words": f"{count:,} episodes with a return of {edges[i]:.2f} to {edges[i + 1]:.2f}",
        }
        for i, count in enumerate(counts)
    ]


def summary(result: Evaluation) -> Record:
    """The figures of an evaluation, and its histogram."""
    return {
        "size": f"{result.task.height}×{result.task.width}",
        "episodes": len(result.returns),
        "mean": result.mean,
        "error": result.error,
        "solved": result.solved,
        "worst": float(result.returns.min()),
        "bins": histogram(result),
    }
