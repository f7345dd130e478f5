"""CMA-ES in the latent space, separable (Ros & Hansen, PPSN 2008), by the library `cmaes` (Nomura & Shibata, 2024).

Separable: of the covariance matrix only the diagonal is learnt. The full one has 32,896 numbers at 256 dimensions, far
more than a search has candidates to learn them from, and an iteration of 64 takes 90 ms for it alone instead of 2.

The library's object is rebuilt from the state for every `ask` and `tell`, through the fields that it saves of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leapscli.errors import MissingExtra
from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, LatentSpace, Scored, Searcher
from leapscli.search.searchers.cem import Init, initial_mean
from leapscli.seeding import stream

Vector = NDArray[np.float64]


class Settings(Recipe):
    """The settings of CMA-ES."""

    population: int = Field(default=32, gt=1, le=1_000_000, description="candidates of one iteration")
    sigma: float = Field(default=0.5, gt=0, description="first step size")
    init: Init = Field(default="normal", description="first mean: N(0, 1), N(0, 0.1), or 0.01 everywhere")


@dataclass(frozen=True, eq=False)
class CMAESState:
    """The variables of the library's object, by the names of the literature.

    `sigma`: the step size; float64[Z] each: the `mean`, the `variances` (the diagonal of C), and the evolution paths
    `path_sigma` and `path_c`. `extremes`: the lowest and highest returns of late, by which it knows that it is flat.
    """

    seed: int
    iteration: int
    sigma: float
    mean: Vector
    variances: Vector
    path_sigma: Vector
    path_c: Vector
    extremes: Vector
    threshold: float


class CMAES(Searcher[CMAESState, Latents]):
    """`population` candidates around one mean, with a step size and, for each dimension, a variance that adapt."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        self.latent, self.population, self.sigma0, self.initial = (
            space.latent,
            settings.population,
            settings.sigma,
            settings.init,
        )
        self._library = _library()

    def init(self, seed: int) -> CMAESState:
        """A first mean, and no knowledge of directions."""
        mean = initial_mean(self.initial, self.latent, stream(seed, "cmaes", "init")).astype(np.float64)
        fresh = self._library(mean=mean, sigma=self.sigma0, population_size=self.population).__getstate__()
        nothing = np.zeros(self.latent)
        extremes = np.zeros_like(fresh["_funhist_values"])
        return CMAESState(seed, 0, self.sigma0, mean, np.ones(self.latent), nothing, nothing, extremes, -np.inf)

    def ask(self, state: CMAESState) -> Latents:
        """Draws from N(mean, sigma² C), [population, Z]."""
        rng = stream(state.seed, "cmaes", state.iteration)
        strategy = self._rebuilt(state)
        strategy.reseed_rng(int(rng.integers(2**32)))
        z = np.stack([strategy.ask() for _ in range(self.population)])
        return Latents(z.astype(np.float32), seed=int(rng.integers(2**31)))

    def tell(self, state: CMAESState, points: Latents, scored: Scored) -> CMAESState:
        """The library's update; it minimizes."""
        strategy = self._rebuilt(state)
        strategy.tell([(z, -value) for z, value in zip(points.z.astype(np.float64), scored.returns, strict=True)])
        after = strategy.__getstate__()
        return CMAESState(
            state.seed,
            state.iteration + 1,
            float(after["_sigma"]),
            after["_mean"],
            after["_C"],
            after["_p_sigma"],
            after["_pc"],
            after["_funhist_values"],
            float(np.sort(scored.returns)[-(self.population // 2)]),
        )

    def converged(self, state: CMAESState) -> bool:
        """True if one of the library's criteria is met: flat returns for long, a step size too small or too large."""
        return bool(self._rebuilt(state).should_stop())

    def status(self, state: CMAESState) -> Mapping[str, float]:
        """The step size, and the lowest return among the better half, which moved the mean."""
        return {"sigma": state.sigma, "threshold": state.threshold}

    def _rebuilt(self, state: CMAESState) -> Any:
        """The library's object as it was; it shares no array with the state."""
        strategy = self._library(mean=state.mean.copy(), sigma=self.sigma0, population_size=self.population)
        fields = {
            "_g": state.iteration,
            "_sigma": state.sigma,
            "_C": state.variances.copy(),
            "_p_sigma": state.path_sigma.copy(),
            "_pc": state.path_c.copy(),
            "_funhist_values": state.extremes.copy(),
        }
        strategy.__setstate__({**strategy.__getstate__(), **fields})
        return strategy


def _library() -> Any:
    """The library's class. Raises InputError where it is not installed."""
    try:
        from cmaes import SepCMA
    except ImportError:
        raise MissingExtra("cmaes, which the searcher cmaes needs,", "cmaes") from None
    return SepCMA
