"""From candidates to returns: decode, drop duplicates, execute what is unknown as one batch, remember.

No Python runs per program: decoding, hashing, looking up and executing are batches.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.tokens import TokenBatch
from leapscli.search.memory import Memory
from leapscli.search.protocol import Latents, Points, Scored

Score = Callable[[TokenBatch], NDArray[np.float64]]
"""P programs → float64[P, N], the return of each on each of N states."""


class Objective:
    """Scores candidates and counts: `candidates` seen so far, `evaluations` (programs executed) so far."""

    def __init__(self, score: Score, decode: Callable[[Latents], TokenBatch] | None = None) -> None:
        self._score, self._decode = score, decode
        self.memory = Memory()
        self.candidates = self.evaluations = 0

    def __call__(self, points: Points) -> Scored:
        """The programs and mean returns of B candidates, at least one."""
        tokens = self._tokens(points)
        hashes = tokens.hashes()
        distinct, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        returns = self.memory.get(distinct)
        unknown = np.isnan(returns)
        if unknown.any():
            returns[unknown] = self._score(tokens[first[unknown]]).mean(axis=1)
            self.memory.put(distinct[unknown], returns[unknown])
        self.candidates += len(tokens)
        self.evaluations += int(unknown.sum())
        return Scored(tokens, hashes, returns[inverse], np.sort(first))

    def warm_up(self, points: Points) -> None:
        """Everything that scoring does, on one candidate, uncounted and forgotten."""
        one = self._tokens(points)[:1]
        self.memory.get(one.hashes())
        self._score(one)

    def _tokens(self, points: Points) -> TokenBatch:
        if isinstance(points, TokenBatch):
            return points
        if self._decode is None:
            raise TypeError("vectors need a decoder")
        return self._decode(points)
