"""CEBS, the Cross-Entropy Beam Search (Carvalho, Tjhia & Lelis, ICLR 2024, section 5.1).

As CEM, but the elite don't become one mean: each keeps its own neighbourhood. It converges when the mean return of the
elite no longer rises; then the published search begins anew, and so does this one under `patience`.

`snap` is not in the paper: before its neighbourhood is drawn, an elite vector moves to where the encoder puts its
program, if that decodes to the same program. There a vector's neighbours decode to far more similar programs
(docs/search.md). DEVIATION with it: elites stay candidates, so that a good program is left only for a better one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leapscli.search.protocol import Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.searchers.cem import Init, elite_rows, initial_mean
from leapscli.seeding import stream


@dataclass(frozen=True, eq=False)
class CEBSState:
    """`elite` float32[E, Z], one row before the first iteration; `best`: their highest mean return; `done`: it fell."""

    seed: int
    iteration: int
    elite: NDArray[np.float32]
    best: float
    done: bool
    threshold: float


class CEBS(Searcher[CEBSState]):
    """`population` candidates around the elite, each of which has as many."""

    def __init__(
        self, space: LatentSpace, *, population: int, sigma: float, elite: float, init: Init, snap: bool = False
    ) -> None:
        self.space, self.population, self.sigma, self.initial, self.snap = space, population, sigma, init, snap
        self.elites = max(1, round(population * elite))

    def init(self, seed: int) -> CEBSState:
        """One vector, whose neighbours come first."""
        first = initial_mean(self.initial, self.space.latent, stream(seed, "cebs", "init"))
        return CEBSState(seed, 0, first[None], -np.inf, False, -np.inf)

    def ask(self, state: CEBSState) -> Latents:
        """The neighbours of each elite in turn, [population, Z]; with `snap` the elite themselves first."""
        rng = stream(state.seed, "cebs", state.iteration)
        centres = state.elite[np.arange(self.population) % len(state.elite)]
        z = centres + np.float32(self.sigma) * rng.standard_normal(centres.shape, np.float32)
        kept = len(state.elite) if self.snap else 0
        z[:kept] = state.elite[:kept]
        return Latents(z, greedy=kept, seed=int(rng.integers(2**31)))

    def tell(self, state: CEBSState, points: Points, scored: Scored) -> CEBSState:
        """The elite of these candidates take over."""
        assert isinstance(points, Latents)
        rows = elite_rows(scored.returns, self.elites)
        if self.snap:  # one vector a program: copies would crowd the elite
            rows = scored.first[elite_rows(scored.returns[scored.first], self.elites)]
        mean, elite = float(scored.returns[rows].mean()), points.z[rows]
        if self.snap:
            elite = self._snapped(elite, scored, rows)
        done = not self.snap and mean <= state.best
        threshold = float(scored.returns[rows[-1]])
        return CEBSState(state.seed, state.iteration + 1, elite, max(mean, state.best), done, threshold)

    def _snapped(self, elite: NDArray[np.float32], scored: Scored, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        means = self.space.encode(scored.tokens[rows])
        same = self.space.decode(Latents(means, greedy=len(means))).hashes() == scored.hashes[rows]
        return np.where(same[:, None], means, elite)

    def converged(self, state: CEBSState) -> bool:
        """Whether the mean return of the elite did not rise."""
        return state.done

    def status(self, state: CEBSState) -> Mapping[str, float]:
        """The sigma, and the elite's lowest return."""
        return {"sigma": self.sigma, "threshold": state.threshold}
