"""Searches that start from a program: the first candidates are that program and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.search.protocol import AnySearcher, Latents, LatentSpace, Points, Scored, Searcher
from leapscli.search.spaces import ProgramSpace
from leapscli.seeding import stream

SIGMA = 0.5  # of the noise around the program's vector
STARTS = 2**40  # beyond every iteration: mutants of their own


@dataclass(frozen=True, eq=False)
class StartingState:
    """`inner`: the searcher's state; `asked`: iterations so far."""

    seed: int
    asked: int
    inner: Any


class Starting(Searcher[StartingState, Points]):
    """`searcher`, whose first candidates are replaced by `program` and its neighbours, as many.

    They are mutants where it searches programs, and vectors around the program's mean where it searches `space`.
    """

    def __init__(self, searcher: AnySearcher, program: Program, space: LatentSpace | None) -> None:
        self.searcher, self.program, self.space = searcher, TokenBatch.of([program]), space

    def init(self, seed: int) -> StartingState:
        """The searcher's first state."""
        return StartingState(seed, 0, self.searcher.init(seed))

    def ask(self, state: StartingState) -> Points:
        """The neighbours of the program at first, then the searcher's candidates."""
        points: Points = self.searcher.ask(state.inner)
        if state.asked:
            return points
        same = self.program[np.zeros(len(points), np.int64)]
        if isinstance(points, TokenBatch) or self.space is None:
            return TokenBatch.concat([self.program, ProgramSpace().neighbours(same[1:], state.seed, STARTS)])
        noise = stream(state.seed, "starting").standard_normal(points.z.shape, np.float32)
        noise[0] = 0
        return Latents(self.space.encode(self.program) + np.float32(SIGMA) * noise, greedy=1, seed=points.seed)

    def tell(self, state: StartingState, points: Points, scored: Scored) -> StartingState:
        """Tells the searcher."""
        return StartingState(state.seed, state.asked + 1, self.searcher.tell(state.inner, points, scored))

    def floor(self, state: StartingState) -> float:
        """The searcher's."""
        return self.searcher.floor(state.inner)

    def converged(self, state: StartingState) -> bool:
        """The searcher's."""
        return self.searcher.converged(state.inner)

    def status(self, state: StartingState) -> Mapping[str, float]:
        """The searcher's."""
        return self.searcher.status(state.inner)
