"""What a return is worth beside the best one, and how it is told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leapscli.tasks.returns import goal, reaches, told


def test_a_sum_of_rewards_reaches_its_goal_whatever_its_rounding() -> None:
    for parts in (3, 7, 36, 49, 9_604, 64_009):
        total = float(np.cumsum(np.full(parts, 1 / parts))[-1])
        assert reaches(total, 1.0) and not reaches(total - 1 / parts, 1.0)
        assert reaches(5 * total, 5.0) and not reaches(5 * total - 5 / parts, 5.0)
    small = np.cumsum(np.full(6, np.float32(1 / 6), np.float64))[-1]  # a reward of 32 bits
    assert reaches(small, 1.0) and reaches(np.array([1.0, 0.5]), 1.0).tolist() == [True, False]


@pytest.mark.parametrize(
    ("best", "share", "wanted"),
    [(1, 1, 1), (1, 0.9, 0.9), (1, 0, 0), (1, -0.5, -0.5), (5, 0.9, 4.5), (0, 0.9, 0), (-2, 1, -2), (-2, 0.9, -2.2)],
)
def test_a_target_is_a_share_of_the_best_return(best: float, share: float, wanted: float) -> None:
    assert goal(best, share) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0000000000000007, "1.0"),
        (0.9999999999999993, "1.0"),
        (0.1 + 0.2, "0.3"),
        (0.1 + 0.2 - 0.3, "0.0"),
        (-0.0, "0.0"),
        (4.470000000000001, "4.47"),
        (100000.00000133288, "100000.0"),
        (1 / 36, "0.0277777778"),
        (np.float64(-1.0), "-1.0"),
    ],
)
def test_a_return_is_told_without_its_rounding(value: float, text: str) -> None:
    assert json.dumps(told(value)) == text
