"""Restarts of a searcher that no longer improves.

DEVIATION from LEAPS, which searches once: a population that has collapsed around one program finds nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leapscli.search.protocol import AnySearcher, Points, Scored, Searcher
from leapscli.seeding import stream_key


@dataclass(frozen=True, eq=False)
class RestartState:
    """`inner`: the searcher's state; `best`: its best return since it began; `stale`: iterations since."""

    seed: int
    restarts: int
    best: float
    stale: int
    inner: Any


class Restarting(Searcher[RestartState, Points]):
    """`searcher`, restarted after `patience` iterations without a better return, or when converged."""

    def __init__(self, searcher: AnySearcher, *, patience: int) -> None:
        self.searcher, self.patience = searcher, patience

    def init(self, seed: int) -> RestartState:
        """The first of its searches."""
        return self._begin(seed, 0)

    def _begin(self, seed: int, restarts: int) -> RestartState:
        inner = self.searcher.init(int(stream_key(seed, "restart", restarts)) >> 1)  # 63 bits: JSON, int64
        return RestartState(seed, restarts, -np.inf, 0, inner)

    def ask(self, state: RestartState) -> Points:
        """The searcher's candidates."""
        points: Points = self.searcher.ask(state.inner)
        return points

    def tell(self, state: RestartState, points: Points, scored: Scored) -> RestartState:
        """Tells the searcher, or restarts it."""
        inner = self.searcher.tell(state.inner, points, scored)
        found = float(scored.returns.max())
        better = found > state.best + 1e-9
        stale = 0 if better else state.stale + 1
        if stale >= self.patience or self.searcher.converged(inner):
            return self._begin(state.seed, state.restarts + 1)
        return RestartState(state.seed, state.restarts, max(found, state.best), stale, inner)

    def floor(self, state: RestartState) -> float:
        """The searcher's."""
        return self.searcher.floor(state.inner)

    def status(self, state: RestartState) -> Mapping[str, float]:
        """The searcher's, and how often it began anew."""
        return {**self.searcher.status(state.inner), "restarts": state.restarts}
