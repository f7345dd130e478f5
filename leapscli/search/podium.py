"""The best programs of a search, as a frozen record: what the winner is chosen from.

Thirty-two states overfit: of many programs with the same return on them, some do worse on others. So a search keeps its
best few dozen programs, and the winner is the one that does best on a second set of states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.tokens import TokenBatch

UNKNOWN = -np.inf


@dataclass(frozen=True, eq=False)
class Podium:
    """At most `size` distinct programs, best first: by return, then validated return, then shortness, then age.

    `returns` float64[P] on the searched states; `validated` float64[P] on the second set, -inf where not known.
    """

    tokens: TokenBatch
    hashes: NDArray[np.uint64]
    returns: NDArray[np.float64]
    validated: NDArray[np.float64]
    size: int = 64

    @classmethod
    def empty(cls, size: int = 64) -> Self:
        """One without programs."""
        nothing = np.zeros(0, np.float64)
        return cls(TokenBatch.concat([]), np.zeros(0, np.uint64), nothing, nothing, size)

    def __len__(self) -> int:
        return len(self.returns)

    @property
    def best(self) -> float:
        """The highest return on the searched states; -inf when empty."""
        return float(self.returns[0]) if len(self) else UNKNOWN

    def offer(self, more: Podium) -> Self:
        """This podium after those programs; they are distinct, and where they are already here nothing changes."""
        worst = self.returns[-1] if len(self) == self.size else UNKNOWN
        rows = np.flatnonzero((more.returns >= worst) & ~np.isin(more.hashes, self.hashes))
        if not len(rows):
            return self
        new = more.take(rows)
        joined = type(self)(
            TokenBatch.concat([self.tokens, new.tokens]),
            np.concatenate([self.hashes, new.hashes]),
            np.concatenate([self.returns, new.returns]),
            np.concatenate([self.validated, new.validated]),
            self.size,
        )
        order = np.lexsort((joined.tokens.lengths, -joined.validated, -joined.returns))  # stable: older first
        return joined.take(order[: self.size])

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Those rows, in that order."""
        parts = self.tokens[rows], self.hashes[rows], self.returns[rows], self.validated[rows]
        return type(self)(*parts, self.size)

    def validate(self, returns_of: Callable[[TokenBatch], NDArray[np.float64]]) -> Self:
        """With the validated return of every program known, float64[P], and the best by it first."""
        if not len(self):
            return self
        known = type(self)(self.tokens, self.hashes, self.returns, returns_of(self.tokens), self.size)
        return known.take(np.lexsort((known.tokens.lengths, -known.returns, -known.validated)))
