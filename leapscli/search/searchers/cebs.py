"""CEBS, the Cross-Entropy Beam Search (Carvalho, Tjhia & Lelis, ICLR 2024, section 5.1).

As CEM, but the elite don't become one mean: each keeps its own neighbourhood. It converges when the mean return of the
elite no longer rises; then the published search restarts, and so does this one under `patience`.

`snap` is not in the paper: before its neighbourhood is drawn, an elite vector moves to where the encoder puts its
program, if that decodes to the same program. There a vector's neighbours decode to far more similar programs
(docs/search.md). DEVIATION with it: elites stay candidates, so that a good program is left only for a better one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, LatentSpace, Scored, Searcher
from leapscli.search.searchers.cem import Init, elite_rows, initial_mean
from leapscli.search.spaces import settle
from leapscli.seeding import stream


class Settings(Recipe):
    """The settings of CEBS."""

    population: int = Field(default=32, gt=1, le=1_000_000, description="candidates of one iteration")
    sigma: float = Field(default=0.5, gt=0, description="standard deviation around each of the elite")
    elite: float = Field(default=0.1, gt=0, le=1, description="share of the population that is kept")
    init: Init = Field(default="normal", description="first vector: N(0, 1), N(0, 0.1), or 0.01 everywhere")
    snap: bool = Field(
        default=False, description="move the elite to where the encoder puts their programs (published: no)"
    )


@dataclass(frozen=True, eq=False)
class CEBSState:
    """`elite` float32[E, Z], one row before the first iteration; `best`: their highest mean return; `done`: it fell."""

    seed: int
    iteration: int
    elite: NDArray[np.float32]
    best: float
    done: bool
    threshold: float


class CEBS(Searcher[CEBSState, Latents]):
    """`population` candidates around the elite, each of which has as many."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        self.space, self.settings, self.snap = space, settings, settings.snap
        self.elites = max(1, round(settings.population * settings.elite))

    def init(self, seed: int) -> CEBSState:
        """One vector, whose neighbours come first."""
        first = initial_mean(self.settings.init, self.space.latent, stream(seed, "cebs", "init"))
        return CEBSState(seed, 0, first[None], -np.inf, False, -np.inf)

    def ask(self, state: CEBSState) -> Latents:
        """The neighbours of each elite in turn, [population, Z]; with `snap` the elite themselves first."""
        rng = stream(state.seed, "cebs", state.iteration)
        centres = state.elite[np.arange(self.settings.population) % len(state.elite)]
        z = centres + np.float32(self.settings.sigma) * rng.standard_normal(centres.shape, np.float32)
        kept = len(state.elite) if self.snap else 0
        z[:kept] = state.elite[:kept]
        return Latents(z, greedy=kept, seed=int(rng.integers(2**31)))

    def tell(self, state: CEBSState, points: Latents, scored: Scored) -> CEBSState:
        """The elite of these candidates take over."""
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
        means, same = settle(self.space, scored.tokens[rows], scored.hashes[rows])
        return np.where(same[:, None], means, elite)

    def converged(self, state: CEBSState) -> bool:
        """True if the mean return of the elite did not rise."""
        return state.done

    def status(self, state: CEBSState) -> Mapping[str, float]:
        """The sigma, and the elite's lowest return."""
        return {"sigma": self.settings.sigma, "threshold": state.threshold}
