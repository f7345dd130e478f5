"""Random search: every candidate is drawn afresh from the prior N(0, I) of the latent space.

With one iteration of 8 or 64 candidates it is LEAPS-rand-8 and -64 (LEAPS, section 5.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, LatentSpace, Scored, Searcher
from leapscli.seeding import stream


class Settings(Recipe):
    """The settings of random search."""

    population: int = Field(default=32, gt=1, le=1_000_000, description="candidates of one iteration")


@dataclass(frozen=True)
class SamplingState:
    """The position in its random stream."""

    seed: int
    iteration: int


class RandomSearch(Searcher[SamplingState, Latents]):
    """`population` vectors an iteration."""

    needs_model: ClassVar[bool] = True

    def __init__(self, settings: Settings, space: LatentSpace) -> None:
        self.latent, self.population = space.latent, settings.population

    def init(self, seed: int) -> SamplingState:
        """The beginning of the stream."""
        return SamplingState(seed, 0)

    def ask(self, state: SamplingState) -> Latents:
        """Fresh vectors, [population, Z]."""
        rng = stream(state.seed, "random", state.iteration)
        z = rng.standard_normal((self.population, self.latent), np.float32)
        return Latents(z, seed=int(rng.integers(2**31)))

    def tell(self, state: SamplingState, points: Latents, scored: Scored) -> SamplingState:
        """Learns nothing."""
        return replace(state, iteration=state.iteration + 1)
