"""Which programs of a long stream were not there before: a set of 64-bit hashes, compiled.

8 bytes a program, in a table at most half full. Two programs of equal hash pass for one; among a million, the chance of
a single such pair is one in 30 million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.jit import inline, kernel

Hashes = NDArray[np.uint64]
_FREE = np.uint64(0)


@inline
def _insert(table: Hashes, item: Any) -> bool:
    """Put `item` into the table; whether it was not there. The table's size is a power of two."""
    last = np.uint64(len(table) - 1)
    at = item & last
    while table[at] != _FREE:
        if table[at] == item:
            return False
        at = (at + np.uint64(1)) & last
    table[at] = item
    return True


@kernel
def _insert_all(table: Hashes, items: Hashes, fresh: NDArray[np.bool_]) -> int:
    """Insert each of `items`, noting in `fresh` whether it was new; returns how many were."""
    count = 0
    for i in range(len(items)):
        fresh[i] = _insert(table, max(items[i], np.uint64(1)))  # 0 marks a free place
        count += fresh[i]
    return count


class HashSet:
    """A growing set of uint64 hashes, which must be well mixed."""

    def __init__(self, capacity: int = 1 << 15) -> None:
        self._table: Hashes = np.zeros(1 << (2 * capacity - 1).bit_length(), np.uint64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Add them in order; bool[P]: which were not there before."""
        wanted = 2 * (self._count + len(hashes))
        if wanted > len(self._table):
            old, self._table = self._table, np.zeros(1 << (wanted - 1).bit_length(), np.uint64)
            _insert_all(self._table, old[old != _FREE], np.empty(len(old), np.bool_))
        fresh = np.empty(len(hashes), np.bool_)
        self._count += int(_insert_all(self._table, hashes, fresh))
        return fresh
