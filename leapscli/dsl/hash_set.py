"""New programs in a long stream: a set of 64-bit hashes.

8 bytes a program, in a table at most half full. Two programs of equal hash pass for one; among a million, the chance of
a single such pair is one in 30 million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class HashSet:
    """A growing set of uint64 hashes, which must be well mixed."""

    def __init__(self, capacity: int = 1 << 15) -> None:
        self._table = _table(capacity)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Add them in order; bool[P]: which were not there before."""
        from leapscli.dsl.compiled.hash_table import enter

        if 2 * (self._count + len(hashes)) > len(self._table):
            old, self._table = self._table, _table(self._count + len(hashes))
            enter(self._table, old[old != 0], np.empty(len(old), np.int64), np.empty(len(old), np.bool_))
        slots, fresh = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.bool_)
        self._count += int(enter(self._table, np.ascontiguousarray(hashes), slots, fresh))
        return fresh


def _table(capacity: int) -> NDArray[Any]:
    """Room for twice `capacity` hashes or more, a power of two; 0 marks a free place."""
    return np.zeros(1 << (2 * capacity - 1).bit_length(), np.uint64)
