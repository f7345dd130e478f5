"""The best programs of a search, as a frozen record: what the winner is chosen from.

Thirty-two states overfit: of many programs with the same return on them, some do worse on others. So a search keeps its
best few dozen programs, and the winner is the one that does best on a second set of states. One size overfits, too:
where asked, a third set, of larger worlds, decides among those that are equal on both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary

UNKNOWN = -np.inf

Judge = Callable[[TokenBatch], NDArray[np.float64]]
"""P programs → the return of each, float64[P]."""


@dataclass(frozen=True, eq=False)
class Podium:
    """At most `size` distinct programs, best first: by return, then validated, then general, then shortness, then age.

    `returns` float64[P] on the searched states; `validated` float64[P] on the second set, `general` float64[P] on the
    larger worlds, -inf where not known.
    """

    tokens: TokenBatch
    hashes: NDArray[np.uint64]
    returns: NDArray[np.float64]
    validated: NDArray[np.float64]
    general: NDArray[np.float64]
    size: int = 64

    @classmethod
    def empty(cls, size: int = 64, vocabulary: Vocabulary = PUBLISHED) -> Self:
        """One without programs."""
        nothing = np.zeros(0, np.float64)
        return cls(TokenBatch.empty(vocabulary), np.zeros(0, np.uint64), nothing, nothing, nothing, size)

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
            np.concatenate([self.general, new.general]),
            self.size,
        )
        order = np.lexsort((joined.tokens.lengths, -joined.general, -joined.validated, -joined.returns))
        return joined.take(order[: self.size])  # a stable order: older first

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The programs of those rows, in that order."""
        parts = self.tokens[rows], self.hashes[rows], self.returns[rows], self.validated[rows], self.general[rows]
        return type(self)(*parts, self.size)

    def validate(self, judge: Judge) -> Self:
        """With the validated return of every program known, and the best by it first."""
        if not len(self):
            return self
        known = replace(self, validated=judge(self.tokens))
        return known.take(np.lexsort((known.tokens.lengths, -known.returns, -known.validated)))

    def generalize(self, judge: Judge) -> Self:
        """With the return on larger worlds known of those that are as good as the first, and the best by it first."""
        if not len(self):
            return self
        equal = [np.isclose(column, column[0], rtol=0, atol=1e-9) for column in (self.returns, self.validated)]
        alike, general = np.flatnonzero(equal[0] & equal[1]), self.general.copy()
        general[alike] = judge(self.tokens[alike])
        ranked = alike[np.lexsort((self.tokens.lengths[alike], -general[alike]))]
        rest = np.setdiff1d(np.arange(len(self)), alike)
        return replace(self, general=general).take(np.concatenate([ranked, rest]))
