"""The set of hashes."""

from __future__ import annotations

import numpy as np

from leapscli.dsl.hash_set import HashSet


def test_the_set_of_hashes_knows_what_it_has_seen() -> None:
    rng = np.random.default_rng(0)
    items, seen, mine = rng.integers(0, 2**64, 9_000, np.uint64)[rng.integers(0, 9_000, 30_000)], set(), HashSet(4)
    items[:2] = 0
    for part in np.array_split(items, 17):
        fresh = mine.add(part)
        for item, new in zip(part.tolist(), fresh.tolist(), strict=True):
            assert new == (item not in seen)
            seen.add(item)
    assert len(mine) == len(seen)
