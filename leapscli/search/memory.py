"""What a search remembers: the return of every program it has scored, by the program's hash.

Among a million programs two share a 64-bit hash with a probability of 3e-8; then one of them gets the other's return.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leapscli.search.kernels import table_get, table_put

Hashes = NDArray[np.uint64]
Returns = NDArray[np.float64]


class Memory:
    """A map from uint64 hashes to returns; at most `limit` of them, then it begins anew."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self.limit = limit
        self._clear(1 << 12)

    def _clear(self, slots: int) -> None:
        self._keys, self._values, self._used = np.zeros(slots, np.uint64), np.zeros(slots, np.float64), 0

    def __len__(self) -> int:
        return self._used

    def get(self, hashes: Hashes) -> Returns:
        """float64[B]: each one's return, NaN where it is not known."""
        out = np.empty(len(hashes), np.float64)
        table_get(self._keys, self._values, _never_zero(hashes), out)
        return out

    def put(self, hashes: Hashes, returns: Returns) -> None:
        """Remember these returns, float64[B]."""
        if self._used + len(hashes) > self.limit:
            self._clear(len(self._keys))
        while 2 * (self._used + len(hashes)) > len(self._keys):
            known = self.entries()
            self._clear(2 * len(self._keys))
            self._used = table_put(self._keys, self._values, *known)
        self._used += table_put(self._keys, self._values, _never_zero(hashes), returns)

    def entries(self) -> tuple[Hashes, Returns]:
        """Everything known: hashes and their returns, in no particular order."""
        used = self._keys != 0
        return self._keys[used], self._values[used]


def _never_zero(hashes: Hashes) -> Hashes:
    """0 marks an empty slot, so the one hash that is 0 counts as 1."""
    return np.maximum(hashes, np.uint64(1))
