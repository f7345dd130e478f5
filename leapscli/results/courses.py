"""Courses of searches: the best return so far against what it cost, the mean of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

History = Sequence[Mapping[str, Any]]  # rows of history.csv
AXES = {"evaluations": "programs executed", "episodes": "episodes run", "seconds": "seconds"}
POINTS = 200


@dataclass(frozen=True, eq=False)
class Course:
    """The mean best return and its standard deviation over `count` searches, at places `x` [P] evenly spaced in log."""

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    count: int


def last(histories: Sequence[History], against: str) -> float:
    """The place where the longest of these searches ended."""
    return max((float(history[-1][against]) for history in histories if _tells(history, against)), default=1.0)


def mean_course(histories: Sequence[History], against: str, end: float) -> Course | None:
    """The course of several searches up to `end`; one that has ended keeps its best return.

    Searches that don't tell `against` are left out; None where that is all of them.
    """
    courses = [
        (np.array([row[against] for row in rows], float), np.array([_known(row["best"]) for row in rows], float))
        for rows in histories
        if _tells(rows, against)
    ]
    if not courses:
        return None
    first = max(min(x[0] for x, _ in courses), 1e-3)
    grid = np.geomspace(first, max(end, first * 1.01), POINTS)
    values = np.full((len(courses), POINTS), np.nan)
    for i, (x, y) in enumerate(courses):
        at = np.searchsorted(x, grid * (1 + 1e-9), side="right") - 1
        values[i, at >= 0] = y[at[at >= 0]]
    known = ~np.isnan(values).any(axis=0)
    return Course(grid[known], values[:, known].mean(0), values[:, known].std(0), len(courses))


def _tells(history: History, against: str) -> bool:
    """False for an empty one, and for one of a version that did not count so."""
    return bool(history) and history[-1].get(against) is not None


def _known(value: float | None) -> float:
    return float("nan") if value is None else value
