"""Statistics over seeds."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.results.intervals import interval, iqm


def test_an_interquartile_mean_leaves_out_a_quarter_at_either_end() -> None:
    assert iqm([0.0, 0.4, 0.6, 1.0]) == pytest.approx(0.5)
    assert iqm([9.0, 1.0, 2.0, 3.0, 4.0, -7.0, 5.0, 0.0]) == pytest.approx(2.5)
    assert iqm([0.25]) == 0.25 and iqm([0.0, 1.0]) == 0.5
    assert iqm([0.0, 0.0, 9.0]) == 3.0  # of three nothing is left out
    rows = np.random.default_rng(0).random((5, 12))
    assert iqm(rows) == pytest.approx([iqm(row) for row in rows])


def test_one_seed_of_eight_that_fails_moves_the_mean_alone() -> None:
    values = [1.0] * 7 + [0.0]
    assert iqm(values) == 1.0 and np.mean(values) == 0.875


@pytest.mark.parametrize("statistic", [np.mean, iqm])
def test_intervals_cover_the_truth_about_as_often_as_they_say(statistic) -> None:
    rng, hits = np.random.default_rng(3), 0
    for _ in range(60):
        low, high = interval(rng.normal(2.0, 1.0, 24).tolist(), statistic)
        hits += low <= 2.0 <= high
    assert 51 <= hits <= 60


def test_an_interval_follows_from_its_values() -> None:
    values = [0.1, 0.9, 0.5, 0.7]
    assert interval(values, iqm) == interval(values, iqm) and interval(values[:2]) is None
    assert interval([1.0, 1.0, 1.0]) == (1.0, 1.0)
