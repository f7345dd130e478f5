"""Spaces to search: random places and their neighbours, in program space and in a model's latent space."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.edits import edit
from leapscli.dsl.mutation import mutate
from leapscli.dsl.parts import bodies
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.sampler import sample_programs
from leapscli.dsl.vocabulary import MAX_TOKENS, Vocabulary
from leapscli.search.protocol import Latents, LatentSpace
from leapscli.seeding import stream, stream_key

P = TypeVar("P", Latents, TokenBatch)


def settle(space: LatentSpace, tokens: TokenBatch, hashes: NDArray[np.uint64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The vectors of B programs, float32[B, Z], and whether each program decodes to itself there, bool[B]."""
    means = space.encode(tokens)
    return means, space.decode(Latents(means, greedy=len(means))).hashes() == hashes


class Space(Protocol[P]):
    """A space to search. B places are drawn from a stream of (seed, iteration)."""

    def starts(self, count: int, seed: int, iteration: int) -> P:
        """B random places."""

    def neighbours(self, places: P, seed: int, iteration: int) -> P:
        """One random neighbour of each of B places."""

    def join(self, before: P, after: P, moved: NDArray[np.bool_]) -> P:
        """B places: `after` where `moved`, else `before`."""


class ProgramSpace:
    """Places are programs, neighbours their mutants (dsl/mutation.py). At most `max_tokens` a program.

    They are of the `vocabulary`; `task` is the name of the task that is searched for.
    """

    def __init__(self, *, max_tokens: int = MAX_TOKENS, task: str = "", vocabulary: Vocabulary = PUBLISHED) -> None:
        self.max_tokens, self.task, self.vocabulary = max_tokens, task, vocabulary

    def starts(self, count: int, seed: int, iteration: int) -> TokenBatch:
        """Random programs."""
        key = int(stream_key(seed, "starts", iteration))
        return sample_programs(count, key, max_tokens=self.max_tokens, vocabulary=self.vocabulary)

    def neighbours(self, places: TokenBatch, seed: int, iteration: int) -> TokenBatch:
        """Mutants."""
        return mutate(places, int(stream_key(seed, "neighbours", iteration)), max_tokens=self.max_tokens)

    def join(self, before: TokenBatch, after: TokenBatch, moved: NDArray[np.bool_]) -> TokenBatch:
        """`after` where `moved`."""
        ids = np.where(moved[:, None], after.ids, before.ids)
        return TokenBatch(ids, np.where(moved, after.lengths, before.lengths), self.vocabulary)


class EditSpace(ProgramSpace):
    """Places are programs, neighbours are one edit away (dsl/edits.py).

    Of `parts` (`editor.Parts`) are drawn as many new statements as `parts.share` says, and as many random programs.
    """

    def __init__(self, parts: Any, *, max_tokens: int = MAX_TOKENS, vocabulary: Vocabulary = PUBLISHED) -> None:
        super().__init__(max_tokens=max_tokens, vocabulary=vocabulary)
        self.parts = parts

    def starts(self, count: int, seed: int, iteration: int) -> TokenBatch:
        """Random programs, and parts that are whole bodies."""
        fresh = super().starts(count, seed, iteration)
        rng, table = stream(seed, "known", iteration), self.parts.statements
        known = np.flatnonzero(rng.random(count) < self.parts.share)
        chosen = np.minimum(np.searchsorted(table.chances, rng.random(len(known)), side="right"), len(table.ids) - 1)
        return bodies(table.ids[chosen], table.lengths[chosen], at=known, among=fresh)

    def neighbours(self, places: TokenBatch, seed: int, iteration: int) -> TokenBatch:
        """Each with one edit."""
        return edit(places, int(stream_key(seed, "edits", iteration)), parts=self.parts, max_tokens=self.max_tokens)


class VectorSpace:
    """Places are vectors, neighbours lie around them with `sigma`."""

    def __init__(self, space: LatentSpace, *, sigma: float) -> None:
        self.latent, self.sigma, self.vocabulary = space.latent, sigma, space.vocabulary

    def starts(self, count: int, seed: int, iteration: int) -> Latents:
        """Draws from the prior N(0, I)."""
        return Latents(stream(seed, "starts", iteration).standard_normal((count, self.latent), np.float32))

    def neighbours(self, places: Latents, seed: int, iteration: int) -> Latents:
        """Draws from N(place, sigma²)."""
        noise = stream(seed, "neighbours", iteration).standard_normal(places.z.shape, np.float32)
        return Latents(places.z + np.float32(self.sigma) * noise)

    def join(self, before: Latents, after: Latents, moved: NDArray[np.bool_]) -> Latents:
        """`after` where `moved`."""
        return Latents(np.where(moved[:, None], after.z, before.z))
