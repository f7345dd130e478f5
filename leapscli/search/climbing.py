"""Hill climbing, in program space and in latent space: go to the first neighbour that is better.

Carvalho, Tjhia & Lelis (ICLR 2024, section 4): from a random start, draw neighbours one by one and go to the first with
a higher return; after `neighbours` (k = 250) without one the place is a local optimum, and a new start is drawn.

DEVIATION: several climbers stand side by side, and each has a handful of neighbours scored at once: that is what a
batch of the engine or the decoder is good for. A climber goes to the first better one of the handful, and a start is
the best of a handful.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leapscli.dsl.batch import TokenBatch
from leapscli.recipes.base import Recipe
from leapscli.search.protocol import Latents, Scored, Searcher
from leapscli.search.spaces import Space

FRESH = -1  # a climber's count of neighbours before it stands anywhere


P = TypeVar("P", Latents, TokenBatch)


class ClimbingSettings(Recipe):
    """The settings of hill climbing in any space."""

    population: int = Field(
        default=32, gt=1, le=1_000_000, description="candidates of one iteration, of all climbers together"
    )
    climbers: int = Field(default=8, gt=0, le=1_000_000, description="climbers side by side (published: 1)")
    neighbours: int = Field(default=250, gt=0, description="neighbours tried before a restart, k (published: 250)")


@dataclass(frozen=True, eq=False)
class ClimbingState(Generic[P]):
    """C climbers: their places, `returns` float64[C] there, and how many neighbours each has tried, `tried` int64[C].

    `restarts`: how often a climber was stuck so far.
    """

    seed: int
    iteration: int
    places: P
    returns: NDArray[np.float64]
    tried: NDArray[np.int64]
    restarts: int


class Climbing(Searcher[ClimbingState[P], P], Generic[P]):
    """`climbers` side by side, which together draw `population` candidates an iteration."""

    def __init__(self, settings: ClimbingSettings, space: Space[P]) -> None:
        self.space: Space[P] = space
        self.climbers, self.neighbours = settings.climbers, settings.neighbours
        self.handful = max(1, settings.population // settings.climbers)

    def patience(self, candidates: int) -> int:
        """k, the neighbours tried before a restart, after so many candidates."""
        return self.neighbours

    def init(self, seed: int) -> ClimbingState[P]:
        """Climbers that stand nowhere yet."""
        count = self.climbers
        nowhere = self.space.starts(count, seed, 0)
        return ClimbingState(seed, 0, nowhere, np.full(count, -np.inf), np.full(count, FRESH), 0)

    def ask(self, state: ClimbingState[P]) -> P:
        """A handful for each climber: neighbours, or starts where it is fresh. [C × handful]."""
        places = _repeat(state.places, self.handful)
        neighbours = self.space.neighbours(places, state.seed, state.iteration)
        fresh = np.repeat(state.tried == FRESH, self.handful)
        if not fresh.any():
            return neighbours
        return self.space.join(neighbours, self.space.starts(len(fresh), state.seed, state.iteration + 1), fresh)

    def tell(self, state: ClimbingState[P], points: P, scored: Scored) -> ClimbingState[P]:
        """Each climber goes to the first better candidate of its handful, if there is one."""
        returns = scored.returns.reshape(self.climbers, self.handful)
        fresh = state.tried == FRESH
        better = returns > state.returns[:, None] + 1e-9
        chosen = np.where(fresh, returns.argmax(axis=1), better.argmax(axis=1))
        moved = fresh | better.any(axis=1)
        rows = np.arange(self.climbers) * self.handful + chosen
        tried = np.where(moved, 0, state.tried + self.handful)
        stuck = tried >= self.patience((state.iteration + 1) * self.climbers * self.handful)
        reached = np.where(moved, scored.returns[rows], state.returns)
        return ClimbingState(
            state.seed,
            state.iteration + 1,
            self.space.join(state.places, points[rows], moved),
            np.where(stuck, -np.inf, reached),
            np.where(stuck, FRESH, tried),
            state.restarts + int(stuck.sum()),
        )

    def status(self, state: ClimbingState[P]) -> Mapping[str, float]:
        """The number of restarts."""
        return {"restarts": state.restarts}


def _repeat(places: P, times: int) -> P:
    return places[np.repeat(np.arange(len(places)), times)]
