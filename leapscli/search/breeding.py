"""Evolution: children of a pool of programs join it, the best stay, few of a kind (pool.py).

Three searchers in one, by how children are made. `evolution`, in program space: a random node of the parent's tree is
replaced by a fresh one, as hill climbing does (Carvalho, Tjhia & Lelis, ICLR 2024). `latent-evolution`: a parent is a
vector, its children lie around it; that is CEBS (same source) with a pool that lasts. `memetic`: both in turn, in the
latent space: what mutation finds is taken in where the encoder puts it, if it decodes to itself there (memetic
algorithms: Moscato, 1989).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leapscli.search.pool import Pool
from leapscli.search.protocol import NO_FLOOR, Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.spaces import ProgramSpace, Space, VectorSpace
from leapscli.seeding import stream


@dataclass(frozen=True, eq=False)
class EvolutionState:
    """Where it stands: the pool, empty before the first iteration."""

    seed: int
    iteration: int
    pool: Pool


class Evolution(Searcher[EvolutionState]):
    """`population` children an iteration, of parents drawn evenly from a pool of `pool` with `copies` of a kind.

    The children of an iteration are neighbours in one of `spaces`, each in its turn; vectors, and what decodes from
    them, are those of the `latent` space.
    """

    def __init__(
        self, spaces: Sequence[Space], *, population: int, pool: int, copies: int, latent: LatentSpace | None = None
    ) -> None:
        self.spaces, self.population, self.size, self.copies, self.latent = spaces, population, pool, copies, latent

    def init(self, seed: int) -> EvolutionState:
        """An empty pool."""
        return EvolutionState(seed, 0, Pool.empty(self._length))

    def ask(self, state: EvolutionState) -> Points:
        """Children of the pool, or random places where it is empty."""
        space, pool = self._space(state.iteration), state.pool
        if not len(pool):
            return self.spaces[0].starts(self.population, state.seed, state.iteration)
        parents = stream(state.seed, "parents", state.iteration).integers(len(pool), size=self.population)
        places: Points = pool.tokens[parents] if isinstance(space, ProgramSpace) else Latents(pool.z[parents])
        return space.neighbours(places, state.seed, state.iteration)

    def tell(self, state: EvolutionState, points: Points, scored: Scored) -> EvolutionState:
        """The best of pool and children; before they have neighbours in the latent space, they are settled there."""
        rows, pool = scored.first, state.pool
        new = rows[np.isfinite(scored.returns[rows]) & ~np.isin(scored.hashes[rows], pool.hashes)]
        joined = pool.joined(Pool.of(points, scored, new, self._length))
        best = joined[joined.best(self.size, self.copies, stream(state.seed, "survivors", state.iteration))]
        if self.latent and not isinstance(self._space(state.iteration + 1), ProgramSpace):
            best = best.settled(self.latent)
        return EvolutionState(state.seed, state.iteration + 1, best)

    def _space(self, iteration: int) -> Space:
        return self.spaces[iteration % len(self.spaces)]

    @property
    def _length(self) -> int:
        return self.latent.latent if self.latent else 0

    def floor(self, state: EvolutionState) -> float:
        """The least that the pool has on the screening states: who has less is hardly better than all of it on all."""
        return state.pool.floor if 2 * len(state.pool) >= self.size else NO_FLOOR

    def status(self, state: EvolutionState) -> Mapping[str, float]:
        """The lowest return in the pool, and the sigma of its latent steps."""
        status = {"threshold": float(state.pool.known.returns.min())} if len(state.pool) else {}
        if isinstance(self.spaces[0], VectorSpace):
            status["sigma"] = self.spaces[0].sigma
        return status
