"""Where searchers walk: random places, and what lies around them. Program space and a model's latent space."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.mutation import mutate
from leapscli.dsl.sampler import sample_programs
from leapscli.search.protocol import Latents, LatentSpace, Points
from leapscli.seeding import stream, stream_key


class Space(Protocol):
    """Where searchers walk. B places are drawn from a stream of (seed, iteration)."""

    def starts(self, count: int, seed: int, iteration: int) -> Points:
        """B random places."""

    def neighbours(self, places: Points, seed: int, iteration: int) -> Points:
        """One random neighbour of each of B places."""

    def join(self, before: Points, after: Points, moved: NDArray[np.bool_]) -> Points:
        """B places: `after` where `moved`, else `before`."""


class ProgramSpace:
    """Places are programs, neighbours their mutants (mutation.py)."""

    def __init__(self, *, max_tokens: int) -> None:
        self.max_tokens = max_tokens

    def starts(self, count: int, seed: int, iteration: int) -> TokenBatch:
        """Random programs."""
        return sample_programs(count, int(stream_key(seed, "starts", iteration)), max_tokens=self.max_tokens)

    def neighbours(self, places: Points, seed: int, iteration: int) -> TokenBatch:
        """Mutants."""
        assert isinstance(places, TokenBatch)
        return mutate(places, int(stream_key(seed, "neighbours", iteration)), max_tokens=self.max_tokens)

    def join(self, before: Points, after: Points, moved: NDArray[np.bool_]) -> TokenBatch:
        """`after` where `moved`."""
        assert isinstance(before, TokenBatch) and isinstance(after, TokenBatch)
        ids = np.where(moved[:, None], after.ids, before.ids)
        return TokenBatch(ids, np.where(moved, after.lengths, before.lengths))


class VectorSpace:
    """Places are vectors, neighbours lie around them with `sigma`."""

    def __init__(self, space: LatentSpace, *, sigma: float) -> None:
        self.latent, self.sigma = space.latent, sigma

    def starts(self, count: int, seed: int, iteration: int) -> Latents:
        """Draws from the prior N(0, I)."""
        return Latents(stream(seed, "starts", iteration).standard_normal((count, self.latent), np.float32))

    def neighbours(self, places: Points, seed: int, iteration: int) -> Latents:
        """Draws from N(place, sigma²)."""
        assert isinstance(places, Latents)
        noise = stream(seed, "neighbours", iteration).standard_normal(places.z.shape, np.float32)
        return Latents(places.z + np.float32(self.sigma) * noise)

    def join(self, before: Points, after: Points, moved: NDArray[np.bool_]) -> Latents:
        """`after` where `moved`."""
        assert isinstance(before, Latents) and isinstance(after, Latents)
        return Latents(np.where(moved[:, None], after.z, before.z))


def take(points: Points, rows: NDArray[np.int64]) -> Points:
    """Those rows."""
    return points[rows] if isinstance(points, TokenBatch) else Latents(points.z[rows])
