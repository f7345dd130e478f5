"""Hill climbing, in program space and in latent space: go to the first neighbour that is better.

Carvalho, Tjhia & Lelis (ICLR 2024, section 4): from a random start, draw neighbours one by one and go to the first with
a higher return; after `neighbours` (k = 250) without one the place is a local optimum, and a new start is drawn.

DEVIATION: several climbers stand side by side, and each has a handful of neighbours scored at once: that is what a
batch of the engine or the decoder is good for. A climber goes to the first better one of the handful, and a start is
the best of a handful.

Scheduled hill climbing (LLM-GS: Liu et al., ICLR 2025, section 4.3) gives up early at first and later less and less: k
grows with the candidates so far. DEVIATION: by the k of the moment, not that of the climb's start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leapscli.search.protocol import Points, Scored, Searcher
from leapscli.search.spaces import Space, take

FRESH = -1  # a climber's count of neighbours before it stands anywhere


@dataclass(frozen=True, eq=False)
class ClimbingState:
    """C climbers: their places, `returns` float64[C] there, and how many neighbours each has tried, `tried` int64[C].

    `restarts`: how often a climber was stuck so far.
    """

    seed: int
    iteration: int
    places: Points
    returns: NDArray[np.float64]
    tried: NDArray[np.int64]
    restarts: int


def scheduled(first: int, last: int, horizon: int) -> Callable[[int], int]:
    """k after so many candidates: from `first` to `last` at `horizon` of them, along a sine of log(candidates)."""

    def neighbours(candidates: int) -> int:
        share = min(1.0, math.log(max(1, candidates)) / math.log(horizon))
        share = (math.sin((2 * share - 1) * math.pi / 2) + 1) / 2
        return math.ceil(first * math.pow(last / first, share) - 1e-9)

    return neighbours


class Climbing(Searcher[ClimbingState]):
    """`climbers` side by side, which together draw `population` candidates an iteration.

    k is `neighbours`, of the number of candidates so far.
    """

    def __init__(self, space: Space, *, climbers: int, population: int, neighbours: Callable[[int], int]) -> None:
        self.space, self.climbers, self.neighbours = space, climbers, neighbours
        self.handful = max(1, population // climbers)

    def init(self, seed: int) -> ClimbingState:
        """Climbers that stand nowhere yet."""
        count = self.climbers
        nowhere = self.space.starts(count, seed, 0)
        return ClimbingState(seed, 0, nowhere, np.full(count, -np.inf), np.full(count, FRESH), 0)

    def ask(self, state: ClimbingState) -> Points:
        """A handful for each climber: neighbours, or starts where it is fresh. [C × handful]."""
        places = _repeat(state.places, self.handful)
        neighbours = self.space.neighbours(places, state.seed, state.iteration)
        fresh = np.repeat(state.tried == FRESH, self.handful)
        if not fresh.any():
            return neighbours
        return self.space.join(neighbours, self.space.starts(len(fresh), state.seed, state.iteration + 1), fresh)

    def tell(self, state: ClimbingState, points: Points, scored: Scored) -> ClimbingState:
        """Each climber goes to the first better candidate of its handful, if there is one."""
        returns = scored.returns.reshape(self.climbers, self.handful)
        fresh = state.tried == FRESH
        better = returns > state.returns[:, None] + 1e-9
        chosen = np.where(fresh, returns.argmax(axis=1), better.argmax(axis=1))
        moved = fresh | better.any(axis=1)
        rows = np.arange(self.climbers) * self.handful + chosen
        tried = np.where(moved, 0, state.tried + self.handful)
        stuck = tried >= self.neighbours((state.iteration + 1) * self.climbers * self.handful)
        reached = np.where(moved, scored.returns[rows], state.returns)
        return ClimbingState(
            state.seed,
            state.iteration + 1,
            self.space.join(state.places, take(points, rows), moved),
            np.where(stuck, -np.inf, reached),
            np.where(stuck, FRESH, tried),
            state.restarts + int(stuck.sum()),
        )

    def status(self, state: ClimbingState) -> Mapping[str, float]:
        """How many new starts there were."""
        return {"restarts": state.restarts}


def _repeat(places: Points, times: int) -> Points:
    return take(places, np.repeat(np.arange(len(places)), times))
