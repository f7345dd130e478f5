"""Train, validation and test: exact shares, with programs that are alike never on two sides.

Which split a program goes to follows from the hash of its class alone, never from its place in the file, so that the
same class goes to (nearly always) the same split in every dataset of these shares.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def quotas(count: int, shares: Sequence[float]) -> NDArray[np.int64]:
    """`count` programs cut by `shares`, which sum to 1; the largest fractions are rounded up."""
    exact = np.array(shares) * count
    whole = np.floor(exact + 1e-9).astype(np.int64)
    for i in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]:
        whole[i] += 1
    return whole


def assign(classes: NDArray[np.uint64], shares: Sequence[float]) -> NDArray[np.uint8]:
    """The split uint8[P] of each program, equal for programs of equal class (a well-mixed hash).

    Classes of several programs choose first, the largest before all: the split in whose range of hashes they fall, or
    else one with room. Those of one program then fill up what is left, by ascending hash. So the shares are exact
    unless there are too few of the latter.
    """
    values, inverse, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    room, split = quotas(len(classes), shares), np.zeros(len(values), np.uint8)
    bounds = np.cumsum(shares)[:-1] * 2.0**64
    wanted = np.searchsorted(bounds, values.astype(np.float64), side="right")
    several = np.flatnonzero(sizes > 1)
    for i in several[np.argsort(-sizes[several], kind="stable")]:
        choice = wanted[i] if sizes[i] <= room[wanted[i]] else np.argmax(room)
        split[i] = choice
        room[choice] -= sizes[i]
    single = np.flatnonzero(sizes == 1)  # ascending, as `values` are
    left = np.maximum(room, 0)
    split[single] = np.repeat(np.arange(len(left)), left)[: len(single)]
    return split[inverse]
