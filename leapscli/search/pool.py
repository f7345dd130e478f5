"""A pool of good programs, few of a kind: what evolution breeds from.

Of a kind are programs with the same return on every state. Keeping only a few of each is what keeps a pool from filling
with copies of one program (Jackson, PPSN 2010: phenotypic diversity); which few is drawn anew each time, so that
equals drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.search.memory import Known
from leapscli.search.protocol import NO_FLOOR, Latents, LatentSpace, Points, Scored
from leapscli.search.spaces import settle


@dataclass(frozen=True, eq=False)
class Pool:
    """K distinct programs, what is known of them, and where each lies: `z` float32[K, Z]; Z is 0 in program space.

    `placed` bool[K]: whether z is where a latent space wants the program; until then z is what it was decoded from, NaN
    if it was not.
    """

    tokens: TokenBatch
    hashes: NDArray[np.uint64]
    known: Known
    z: NDArray[np.float32]
    placed: NDArray[np.bool_]

    @classmethod
    def empty(cls, latent: int, vocabulary: Vocabulary) -> Self:
        """Without programs."""
        z = np.zeros((0, latent), np.float32)
        return cls(TokenBatch.empty(vocabulary), np.zeros(0, np.uint64), Known.nothing(0), z, np.zeros(0, np.bool_))

    @classmethod
    def of(cls, points: Points, scored: Scored, rows: NDArray[np.int64], latent: int) -> Self:
        """The pool of those candidates, not placed yet."""
        z = points.z[rows] if isinstance(points, Latents) else np.full((len(rows), latent), np.nan, np.float32)
        known = Known(scored.screened[rows], scored.returns[rows], scored.behaviours[rows])
        return cls(scored.tokens[rows], scored.hashes[rows], known, z, np.zeros(len(rows), np.bool_))

    def __len__(self) -> int:
        return len(self.hashes)

    def __getitem__(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.tokens[rows], self.hashes[rows], self.known[rows], self.z[rows], self.placed[rows])

    def settled(self, space: LatentSpace) -> Self:
        """Each program where the encoder puts it, if it decodes to itself there; else where it was decoded from.

        Programs that were not decoded from anywhere, and don't decode to themselves, are left out.
        """
        new = np.flatnonzero(~self.placed)
        if not len(new):
            return self
        means, same = settle(space, self.tokens[new], self.hashes[new])
        z = self.z.copy()
        z[new[same]] = means[same]
        whole = type(self)(self.tokens, self.hashes, self.known, z, np.ones(len(self), np.bool_))
        return whole[np.flatnonzero(~np.isnan(z).any(axis=1))]

    def joined(self, other: Pool) -> Self:
        """These programs, then those."""
        tokens = TokenBatch.concat([self.tokens, other.tokens])
        hashes, z = np.concatenate([self.hashes, other.hashes]), np.concatenate([self.z, other.z])
        placed = np.concatenate([self.placed, other.placed])
        return type(self)(tokens, hashes, self.known.joined(other.known), z, placed)

    def best(self, size: int, copies: int, rng: np.random.Generator, *, parsimony: bool = False) -> NDArray[np.int64]:
        """The rows of the `size` best, best first, at most `copies` of a kind; among equals, drawn.

        With `parsimony` of programs with equal returns the shortest come first, and only among those it is drawn.
        """
        length = self.tokens.lengths if parsimony else np.zeros(len(self), np.int32)
        order = np.lexsort((rng.random(len(self)), length, -self.known.returns))
        kinds = self.known.behaviours[order]
        by_kind = np.argsort(kinds, kind="stable")
        _, first, counts = np.unique(kinds[by_kind], return_index=True, return_counts=True)
        place = np.empty(len(self), np.int64)
        place[by_kind] = np.arange(len(self)) - np.repeat(first, counts)
        return order[place < copies][:size]

    @property
    def floor(self) -> float:
        """The lowest mean return on the screening states."""
        return float(self.known.screened.min()) if len(self) else NO_FLOOR
