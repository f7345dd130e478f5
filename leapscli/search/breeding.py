"""Evolution: children of a pool of programs join it, the best stay, few of a kind (pool.py).

The searchers that share it differ in how children are made (searchers/). With `parsimony`, the shortest of equal
programs stay: lexicographic parsimony pressure (Luke & Panait, GECCO 2002). Without it programs grow until edits find
no room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from leapscli.recipes.base import Recipe
from leapscli.search.pool import Pool
from leapscli.search.protocol import NO_FLOOR, Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.spaces import ProgramSpace, VectorSpace
from leapscli.seeding import stream


class BreedingSettings(Recipe):
    """The settings of evolution in any space."""

    population: int = Field(default=32, gt=1, le=1_000_000, description="children of one iteration")
    pool: int = Field(default=64, gt=0, le=1_000_000, description="programs that children are bred from")
    copies: int = Field(
        default=2, gt=0, le=1_000_000, description="programs with equal returns on all states that the pool keeps"
    )
    parsimony: bool = Field(
        default=False, description="of programs with equal returns the shortest stay; else it is drawn"
    )


@dataclass(frozen=True, eq=False)
class BreedingState:
    """The pool, empty before the first iteration."""

    seed: int
    iteration: int
    pool: Pool


class Breeding(Searcher[BreedingState, Points]):
    """`population` children an iteration, of parents drawn evenly from a pool of `pool` with `copies` of a kind.

    The children of an iteration are neighbours in one of `spaces`, each in its turn; vectors, and what decodes from
    them, are those of the `latent` space.
    """

    def __init__(
        self,
        settings: BreedingSettings,
        spaces: Sequence[ProgramSpace | VectorSpace],
        latent: LatentSpace | None = None,
    ) -> None:
        self.spaces, self.latent = spaces, latent
        self.population, self.size, self.copies = settings.population, settings.pool, settings.copies
        self.parsimony = settings.parsimony

    def init(self, seed: int) -> BreedingState:
        """An empty pool."""
        return BreedingState(seed, 0, Pool.empty(self._length, self.spaces[0].vocabulary))

    def ask(self, state: BreedingState) -> Points:
        """Children of the pool, or random places where it is empty."""
        space, pool = self._space(state.iteration), state.pool
        if not len(pool):
            return self.spaces[0].starts(self.population, state.seed, state.iteration)
        parents = stream(state.seed, "parents", state.iteration).integers(len(pool), size=self.population)
        if isinstance(space, ProgramSpace):
            return space.neighbours(pool.tokens[parents], state.seed, state.iteration)
        return space.neighbours(Latents(pool.z[parents]), state.seed, state.iteration)

    def tell(self, state: BreedingState, points: Points, scored: Scored) -> BreedingState:
        """The best of pool and children; before they have neighbours in the latent space, they are settled there."""
        rows, pool = scored.first, state.pool
        new = rows[np.isfinite(scored.returns[rows]) & ~np.isin(scored.hashes[rows], pool.hashes)]
        joined = pool.joined(Pool.of(points, scored, new, self._length))
        draws = stream(state.seed, "survivors", state.iteration)
        best = joined[joined.best(self.size, self.copies, draws, parsimony=self.parsimony)]
        if self.latent and not isinstance(self._space(state.iteration + 1), ProgramSpace):
            best = best.settled(self.latent)
        return BreedingState(state.seed, state.iteration + 1, best)

    def _space(self, iteration: int) -> ProgramSpace | VectorSpace:
        return self.spaces[iteration % len(self.spaces)]

    @property
    def _length(self) -> int:
        return self.latent.latent if self.latent else 0

    def floor(self, state: BreedingState) -> float:
        """The pool's lowest return on the screening states: candidates below it are unlikely to enter the pool."""
        return state.pool.floor if 2 * len(state.pool) >= self.size else NO_FLOOR

    def status(self, state: BreedingState) -> Mapping[str, float]:
        """The lowest return in the pool, and the sigma of its latent steps."""
        status = {"threshold": float(state.pool.known.returns.min())} if len(state.pool) else {}
        if isinstance(self.spaces[0], VectorSpace):
            status["sigma"] = self.spaces[0].sigma
        return status
