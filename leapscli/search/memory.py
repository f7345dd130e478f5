"""A search's memory: the returns of every program it has looked at, by the program's hash.

Among a million programs two share a 64-bit hash with a probability of 3e-8; then one of them gets the other's return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.compiled.hash_table import enter, find

Hashes = NDArray[np.uint64]
COLUMNS = ("screened", "returns", "behaviours")


@dataclass(frozen=True, eq=False)
class Known:
    """Known results of B programs. `screened` float64[B]: the mean return on the screening states, NaN if never run.

    `returns` float64[B]: the mean over all states, -inf where screening was all; `behaviours` uint64[B]: equal where
    the return is the same on every state.
    """

    screened: NDArray[np.float64]
    returns: NDArray[np.float64]
    behaviours: NDArray[np.uint64]

    @classmethod
    def nothing(cls, count: int) -> Self:
        """Of `count` programs."""
        return cls(np.full(count, np.nan), np.full(count, -np.inf), np.zeros(count, np.uint64))

    def write(self, rows: NDArray[np.int64], source: Known) -> None:
        """Rows of this record, in place."""
        self.screened[rows], self.returns[rows] = source.screened, source.returns
        self.behaviours[rows] = source.behaviours

    def joined(self, other: Known) -> Known:
        """These records, then those."""
        screened, returns, behaviours = (np.concatenate([getattr(self, n), getattr(other, n)]) for n in COLUMNS)
        return Known(screened, returns, behaviours)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Known:
        return Known(self.screened[rows], self.returns[rows], self.behaviours[rows])


class Memory:
    """A map from uint64 hashes to what is known; of at most `limit` programs, then it starts empty again."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self.limit = limit
        self._clear(1 << 12)

    def _clear(self, slots: int) -> None:
        self._keys, self._known, self._used = np.zeros(slots, np.uint64), Known.nothing(slots), 0

    def __len__(self) -> int:
        return self._used

    def get(self, hashes: Hashes) -> Known:
        """The record of each program."""
        slots = np.empty(len(hashes), np.int64)
        find(self._keys, hashes, slots)
        found, known = Known.nothing(len(hashes)), np.flatnonzero(slots >= 0)
        found.write(known, self._known[slots[known]])
        return found

    def put(self, hashes: Hashes, known: Known) -> None:
        """Remember it, in place of what was known before."""
        if self._used + len(hashes) > self.limit:
            self._clear(len(self._keys))
        while 2 * (self._used + len(hashes)) > len(self._keys):
            entries = self.entries()
            self._clear(2 * len(self._keys))
            self._enter(*entries)
        self._enter(hashes, known)

    def _enter(self, hashes: Hashes, known: Known) -> None:
        slots, fresh = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.bool_)
        self._used += enter(self._keys, hashes, slots, fresh)
        self._known.write(slots, known)

    def entries(self) -> tuple[Hashes, Known]:
        """Everything: hashes and what is known of their programs, in no particular order."""
        used = self._keys != 0
        return self._keys[used], self._known[used]
