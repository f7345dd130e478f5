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

    Larger classes choose first: the split in whose range their hash falls, or else one with room. Then those of one
    program fill up what is left, by ascending hash. So the shares are exact unless classes are too large to fit.
    """
    values, inverse, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    room, split = quotas(len(classes), shares), np.zeros(len(values), np.uint8)
    bounds = np.cumsum(shares)[:-1] * 2.0**64
    several = np.flatnonzero(sizes > 1)
    for i in several[np.argsort(-sizes[several], kind="stable")]:
        wanted = int(np.searchsorted(bounds, float(values[i]), side="right"))
        fits = [s for s in (wanted, *np.argsort(-room, kind="stable")) if room[s] >= sizes[i]]
        split[i] = fits[0] if fits else int(np.argmax(room))
        room[split[i]] -= sizes[i]
    single = np.flatnonzero(sizes == 1)  # ascending, as `values` are
    room = np.maximum(room, 0)
    split[single] = np.repeat(np.arange(len(room)), room)[: len(single)]
    return split[inverse]
