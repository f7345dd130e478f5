"""Returns of one program on many initial states of a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.domains.karel.world import World
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.tasks.registry import Task
from leapscli.tasks.returns import reaches, told


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Returns float64[N] of a program on the initial worlds first … first + N - 1 of a task under `seed`.

    Of a policy that is no program, `program` is its reference.
    """

    program: Program | str
    task: Task
    seed: int
    budget: Budget
    returns: NDArray[np.float64]
    first: int = 0

    def __repr__(self) -> str:
        share = f"{self.solved:.1%} at the best"
        scores = f"{self.mean:.3f} ± {self.error:.3f} over {len(self.returns):,} episodes, {share}"
        return f"<Evaluation on {self.task.title}: {scores}>"

    @property
    def mean(self) -> float:
        """The mean return."""
        return float(self.returns.mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of the returns, over the episodes themselves (not an estimate from a sample)."""
        return float(self.returns.std())

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return self.deviation / float(np.sqrt(len(self.returns)))

    @property
    def solved(self) -> float:
        """The share of episodes with the best possible return."""
        return float(self.task.solved(self.returns).mean())

    @property
    def alike(self) -> bool:
        """True if all episodes have the same return, but for rounding."""
        return bool(reaches(self.returns.min(), self.returns.max()))

    def episode(self, index: int) -> str:
        """The name of the episode `index`: `7:123`, for --episode-seed."""
        return f"{self.seed}:{self.first + index}"

    @property
    def worst(self) -> int:
        """The index of the first of the lowest returns."""
        return 0 if self.alike else int(self.returns.argmin())

    @property
    def best(self) -> int:
        """The index of the first of the highest returns."""
        return 0 if self.alike else int(self.returns.argmax())

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return {
            **_about(self.program, self.task, self.budget),
            "seed": self.seed,
            "episodes": len(self.returns),
            "mean": told(self.mean),
            "standard_deviation": told(self.deviation),
            "standard_error": told(self.error),
            "solved": self.solved,
            "task_best": self.task.best if isfinite(self.task.best) else None,
            "worst": {"episode": self.episode(self.worst), "return": told(self.returns.min())},
            "best": {"episode": self.episode(self.best), "return": told(self.returns.max())},
            "returns": [told(value) for value in self.returns],
        }


def _about(program: Program | str, task: Task, budget: Budget) -> dict[str, Any]:
    """The program that was scored, and where."""
    size = {"height": task.height, "width": task.width}
    return {"program": str(program), "task": task.name, **size, "budget": str(budget), "crashable": task.crashable}


@dataclass(frozen=True, eq=False)
class Exhaustion:
    """Returns float64[N] of a program on every initial world of a task, and how likely each is, float64[N]."""

    program: Program
    task: Task
    budget: Budget
    worlds: Sequence[World]
    likely: NDArray[np.float64]
    returns: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """The expected return: no estimate."""
        return float(self.returns @ self.likely)

    @property
    def solved(self) -> int:
        """Worlds on which the program has the best return there is."""
        return int(self.task.solved(self.returns).sum())

    @property
    def proven(self) -> bool:
        """True if that is all of them."""
        return self.solved == len(self.worlds)

    @property
    def worst(self) -> int:
        """The index of the first of the lowest returns."""
        return int(self.returns.argmin())

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return {
            **_about(self.program, self.task, self.budget),
            "states": len(self.worlds),
            "mean": told(self.mean),
            "solved": self.solved,
            "proven": self.proven,
            "task_best": self.task.best,
            "worst": {"world": str(self.worlds[self.worst]), "return": told(self.returns.min())},
            "returns": [told(value) for value in self.returns],
        }
