"""The Cross-Entropy Method in the latent space (LEAPS, section 4.3; details from its published code).

    sample   z_i ~ N(mean, sigma²),  i = 1 … population
    select   the elite, the share of highest return
    move     mean ← Σ r_i z_i / Σ r_i over the elite

DEVIATION: negative returns weigh nothing, and if no elite has a positive one all weigh the same. The published code
divides by the sum of the returns whatever its sign, and moves the mean to the origin where all are 0.
DEVIATION: of candidates with equal returns the earlier ones are elite; there it is the alphabet of their programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, LatentSpace, Scored, Searcher
from leapscli.seeding import stream

Init = Literal["normal", "tiny_normal", "ones"]

FINAL_SIGMA = 0.1  # where a decaying sigma ends (LEAPS, appendix)
DECAY_ITERATIONS = 500  # half of the 1,000 iterations at most (published code)
STREAK = 10  # converged after so many iterations at the top (LEAPS, section 5)


class Settings(Recipe):
    """The settings of the Cross-Entropy Method."""

    population: int = Field(
        default=32, gt=1, le=1_000_000, description="candidates of one iteration (LEAPS: 16 to 64 by task)"
    )
    sigma: float = Field(
        default=0.5, gt=0, description="standard deviation around the mean (LEAPS: 0.1 to 0.5 by task)"
    )
    elite: float = Field(
        default=0.1, gt=0, le=1, description="share of the population that moves the mean (LEAPS: 0.05 to 0.2)"
    )
    decay: bool = Field(
        default=False, description="sigma falls exponentially to 0.1 over the first 500 iterations (LEAPS, by task)"
    )
    init: Init = Field(
        default="normal", description="initial mean: N(0, 1), N(0, 0.1), or 0.01 everywhere (LEAPS, by task)"
    )


@dataclass(frozen=True, eq=False)
class CEMState:
    """`mean` float32[Z]; `threshold`: the elite's lowest return.

    `streak`: for how many iterations the program of the mean has had the top return.
    """

    seed: int
    iteration: int
    mean: NDArray[np.float32]
    streak: int
    threshold: float


def initial_mean(init: Init, size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The first mean, float32[Z] (LEAPS, appendix: by task)."""
    if init == "ones":
        return np.full(size, 0.01, np.float32)
    return rng.standard_normal(size, np.float32) * np.float32(1.0 if init == "normal" else 0.1)


def elite_rows(returns: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The rows of the `count` highest returns, best first; of equals the earlier."""
    return np.argsort(-returns, kind="stable")[:count]


def weighted_mean(z: NDArray[np.float32], returns: NDArray[np.float64]) -> NDArray[np.float32]:
    """The mean of `z` [E, Z] weighted by `returns` [E]; see the deviation above."""
    weights = np.maximum(returns, 0.0)
    if not weights.any():
        weights = np.ones_like(returns)
    mean: NDArray[np.float32] = (weights @ z / weights.sum()).astype(np.float32)
    return mean


class CEM(Searcher[CEMState, Latents]):
    """Candidates around one mean. The first candidate of an iteration is the mean itself; it is never elite."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        self.settings, self.latent = settings, space.latent
        self.elites = max(1, round(settings.population * settings.elite))

    def sigma(self, iteration: int) -> float:
        """The standard deviation of an iteration, counted from 0."""
        sigma = self.settings.sigma
        if not self.settings.decay:
            return sigma
        progress = min(iteration, DECAY_ITERATIONS) / DECAY_ITERATIONS
        return float(sigma * (FINAL_SIGMA / sigma) ** progress)

    def init(self, seed: int) -> CEMState:
        """A state with the first mean."""
        return CEMState(seed, 0, initial_mean(self.settings.init, self.latent, stream(seed, "cem", "init")), 0, -np.inf)

    def ask(self, state: CEMState) -> Latents:
        """The mean, and the population around it: [1 + population, Z]."""
        rng = stream(state.seed, "cem", state.iteration)
        noise = rng.standard_normal((self.settings.population, self.latent), np.float32)
        z = state.mean + np.float32(self.sigma(state.iteration)) * noise
        return Latents(np.concatenate([state.mean[None], z]), greedy=1, seed=int(rng.integers(2**31)))

    def tell(self, state: CEMState, points: Latents, scored: Scored) -> CEMState:
        """Moves the mean to the elite."""
        z, returns = points.z[1:], scored.returns[1:]
        rows = elite_rows(returns, self.elites)
        return replace(
            state,
            iteration=state.iteration + 1,
            mean=weighted_mean(z[rows], returns[rows]),
            streak=state.streak + 1 if scored.solved[0] else 0,
            threshold=float(returns[rows[-1]]),
        )

    def converged(self, state: CEMState) -> bool:
        """True if the program of the mean has had the top return for ten iterations."""
        return state.streak >= STREAK

    def status(self, state: CEMState) -> Mapping[str, float]:
        """The sigma of the iteration last told, and its elite's lowest return."""
        return {"sigma": self.sigma(max(0, state.iteration - 1)), "threshold": state.threshold}
