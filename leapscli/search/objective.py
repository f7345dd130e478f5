"""From candidates to returns: decode, drop duplicates, execute what is unknown as one batch, remember.

No Python runs per program: decoding, hashing, looking up and executing are batches.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.search.memory import Known, Memory
from leapscli.search.protocol import NO_FLOOR, Latents, Points, Scored
from leapscli.seeding import stream
from leapscli.tasks.returns import reaches

Score = Callable[[TokenBatch], NDArray[np.float64]]
"""P programs → float64[P, N], the return of each on each of N states."""

MILLIONTHS = 1e6  # returns are compared to so many parts of one: sums of the same rewards differ by their rounding


class Objective:
    """Scores candidates and counts: `candidates` seen, `evaluations` (programs executed) and `episodes` (their runs,
    one for each state) so far.

    `score` runs programs on the states; with `screen` it is the others of them that it runs on, after the few that
    `screen` runs on, and only the programs that do well enough on those. `best` is the most that a state pays.
    """

    def __init__(
        self,
        score: Score,
        decode: Callable[[Latents], TokenBatch] | None = None,
        screen: Score | None = None,
        best: float = 1.0,
    ) -> None:
        self._score, self._decode, self._screen, self._best = score, decode, screen, best
        self.memory = Memory()
        self.candidates = self.evaluations = self.episodes = 0

    def __call__(self, points: Points, floor: float = NO_FLOOR) -> Scored:
        """The programs and mean returns of B candidates, at least one.

        A program with a mean under `floor` on the screening states is not run on the others: its return is -inf.
        """
        tokens = self._tokens(points)
        hashes = tokens.hashes()
        distinct, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        known = self.memory.get(distinct)
        unseen = np.isnan(known.screened)
        wanted = np.flatnonzero(unseen | (np.isneginf(known.returns) & (known.screened >= floor)))
        if len(wanted):
            known.write(wanted, self._execute(tokens[first[wanted]], floor))
            self.memory.put(distinct[wanted], known[wanted])
        self.candidates += len(tokens)
        self.evaluations += int(unseen.sum())
        spread = known[inverse]
        solved = reaches(spread.returns, self._best)
        return Scored(tokens, hashes, spread.returns, np.sort(first), spread.screened, spread.behaviours, solved)

    def _execute(self, tokens: TokenBatch, floor: float) -> Known:
        if self._screen is None:
            by_state = self._run(self._score, tokens)
            means = by_state.mean(axis=1)
            return Known(means, means, _behaviours(by_state))
        few = self._run(self._screen, tokens)
        known = Known.nothing(len(tokens))
        known.screened[:] = few.mean(axis=1)
        passed = np.flatnonzero(known.screened >= floor)
        if len(passed):
            by_state = np.concatenate([few[passed], self._run(self._score, tokens[passed])], axis=1)
            known.write(passed, Known(known.screened[passed], by_state.mean(axis=1), _behaviours(by_state)))
        return known

    def _run(self, score: Score, tokens: TokenBatch) -> NDArray[np.float64]:
        """The returns by state, the episodes counted."""
        by_state = score(tokens)
        self.episodes += by_state.size
        return by_state

    def afresh(self) -> Objective:
        """One that scores alike, and has counted and remembers nothing."""
        return Objective(self._score, self._decode, self._screen, self._best)

    def _tokens(self, points: Points) -> TokenBatch:
        if isinstance(points, TokenBatch):
            return points
        if self._decode is None:
            raise TypeError("vectors need a decoder")
        return self._decode(points)


def _behaviours(by_state: NDArray[np.float64]) -> NDArray[np.uint64]:
    """float64[P, N] → uint64[P], a hash of each row: the sum of its parts, each times a random odd number."""
    parts = np.rint(by_state * MILLIONTHS).astype(np.int64).view(np.uint64)
    hashes: NDArray[np.uint64] = (parts * _odd_numbers(parts.shape[1])).sum(axis=1, dtype=np.uint64)
    return hashes


@cache
def _odd_numbers(count: int) -> NDArray[np.uint64]:
    """Always the same: states saved and taken up again agree on what behaves alike."""
    return stream(0, "behaviours").integers(2**63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
