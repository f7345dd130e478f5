"""Returns beside the best that a task pays: what counts as solved, and how a sum of rewards is told."""

from __future__ import annotations

from typing import Any

SLACK = 1e-6  # of a goal: sums of the same rewards differ by their rounding, of 32-bit ones in the seventh digit
DIGITS = 10  # of a return that are told


def reaches(returns: Any, goal: float) -> Any:
    """True where a return, or each of an array, is at least `goal`, but for rounding."""
    return returns >= goal - SLACK * abs(goal) - 1e-9


def goal(best: float, share: float) -> float:
    """The return that is `share` of the `best`: 4.5 for 0.9 of 5; of a best return below 0, as far below it."""
    return best - (1 - share) * abs(best)


def told(value: float) -> float:
    """A return as it is printed or stored: 1.0 for a sum of 1.0000000000000007."""
    return round(float(f"{value:.{DIGITS}g}"), DIGITS) + 0.0  # 0.0 for -0.0
