"""Splits: exact shares, classes kept together, and nothing but the class deciding."""

from __future__ import annotations

import numpy as np
import pytest

from leapscli.stages.generate.splits import assign, quotas

SHARES = (0.7, 0.15, 0.15)
RNG = np.random.default_rng(0)


def hashes(count: int, distinct: int) -> np.ndarray:
    return RNG.integers(0, 2**64, distinct, np.uint64)[RNG.integers(0, distinct, count)]


@pytest.mark.parametrize(("count", "wanted"), [(50_000, [35_000, 7_500, 7_500]), (10, [7, 2, 1]), (1, [1, 0, 0])])
def test_quotas_add_up(count: int, wanted: list[int]) -> None:
    assert quotas(count, SHARES).tolist() == wanted


@pytest.mark.parametrize(("count", "distinct"), [(5000, 5000), (5000, 3000), (50, 40)])
def test_shares_are_exact_and_classes_stay_together(count: int, distinct: int) -> None:
    classes = hashes(count, distinct)
    split = assign(classes, SHARES)
    assert np.bincount(split, minlength=3).tolist() == quotas(count, SHARES).tolist()
    assert len(np.unique(np.stack([classes, split]), axis=1).T) == len(np.unique(classes))


def test_the_order_does_not_matter_and_other_programs_hardly() -> None:
    classes = hashes(5000, 4000)
    split, order = assign(classes, SHARES), RNG.permutation(5000)
    assert np.array_equal(assign(classes[order], SHARES), split[order])
    both = assign(np.concatenate([classes, hashes(5000, 4000)]), SHARES)[:5000]
    assert (both == split).mean() > 0.95


def test_classes_too_large_for_the_shares_stay_together_all_the_same() -> None:
    classes = np.array([1, 1, 1, 1, 1, 1, 1, 1, 2, 2], np.uint64) * np.uint64(0x123456789ABCDEF1)
    assert len(set(assign(classes, (0.5, 0.25, 0.25))[:8])) == 1


@pytest.mark.parametrize("shares", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_a_split_of_no_share_stays_empty(shares: tuple[float, float, float]) -> None:
    assert set(assign(hashes(500, 300), shares)) == {shares.index(1.0)}
