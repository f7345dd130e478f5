"""The loop around a searcher: ask, score, tell, until there is a reason to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from leapscli.progress import StopFlag
from leapscli.search.objective import Objective
from leapscli.search.podium import UNKNOWN, Podium
from leapscli.search.protocol import AnySearcher, Scored, StopReason


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When to stop; None: no such limit. Seconds are of search, over all sessions of a resumed one."""

    iterations: int
    evaluations: int | None = None
    seconds: float | None = None
    target: float | None = None


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a search stands: its searcher's state, its best programs, its counts and seconds of search so far."""

    iteration: int
    candidates: int
    evaluations: int
    seconds: float
    podium: Podium
    searcher: Any


@dataclass(frozen=True)
class Row:
    """One iteration for the history. `best` return so far, `mean` of the candidates; `distinct` programs among them."""

    iteration: int
    best: float
    mean: float
    distinct: int
    candidates: int
    evaluations: int
    seconds: float
    status: Mapping[str, float]


Watch = Callable[[Row, Progress], None]


class Search:
    """A search that can be run, watched and taken up again. `validation` scores on the second set of states."""

    def __init__(self, searcher: AnySearcher, objective: Objective, validation: Objective | None = None) -> None:
        self.searcher, self.objective, self.validation = searcher, objective, validation

    def begin(self, seed: int) -> Progress:
        """Before the first iteration."""
        return Progress(0, 0, 0, 0.0, Podium.empty(), self.searcher.init(seed))

    def warm_up(self, seed: int) -> None:
        """Compiles what must be compiled and decodes once, outside the seconds that are counted."""
        self.objective.warm_up(self.searcher.ask(self.searcher.init(seed)))

    def run(self, progress: Progress, limits: Limits, stop: StopFlag, watch: Watch) -> tuple[Progress, StopReason]:
        """Iterates until a limit is met; `watch` sees every iteration."""
        started = perf_counter() - progress.seconds
        while (reason := self.reason(progress, limits, stop)) is None:
            progress, scored = self._step(progress, limits.target)
            progress = replace(progress, seconds=perf_counter() - started)
            watch(self._row(progress, scored), progress)
        return progress, reason

    def _step(self, progress: Progress, target: float | None) -> tuple[Progress, Scored]:
        points = self.searcher.ask(progress.searcher)
        counts = self.objective.candidates, self.objective.evaluations
        scored = self.objective(points)
        stepped = Progress(
            progress.iteration + 1,
            progress.candidates + self.objective.candidates - counts[0],
            progress.evaluations + self.objective.evaluations - counts[1],
            progress.seconds,
            progress.podium.offer(self._contenders(scored, progress.podium, target)),
            self.searcher.tell(progress.searcher, points, scored),
        )
        return stepped, scored

    def _contenders(self, scored: Scored, podium: Podium, target: float | None) -> Podium:
        """The distinct programs of an iteration; those at the target are validated at once."""
        rows = scored.first
        tokens, returns = scored.tokens[rows], scored.returns[rows]
        validated = np.full(len(rows), UNKNOWN)
        reached = np.flatnonzero(returns >= target - 1e-9) if target is not None else rows[:0]
        if len(reached) and self.validation:
            validated[reached] = self.validation(tokens[reached]).returns
        return Podium(tokens, scored.hashes[rows], returns, validated)

    def reason(self, progress: Progress, limits: Limits, stop: StopFlag) -> StopReason | None:
        """Why to stop now, if at all. A target counts once a program reaches it on both sets of states."""
        reached = progress.podium.validated if self.validation else progress.podium.returns
        if limits.target is not None and reached.max(initial=UNKNOWN) >= limits.target - 1e-9:
            return StopReason.TARGET
        if self.searcher.converged(progress.searcher):
            return StopReason.CONVERGED
        if progress.iteration >= limits.iterations:
            return StopReason.ITERATIONS
        if limits.evaluations is not None and progress.evaluations >= limits.evaluations:
            return StopReason.EVALUATIONS
        if limits.seconds is not None and progress.seconds >= limits.seconds:
            return StopReason.TIME
        return StopReason.INTERRUPTED if stop.requested else None

    def _row(self, progress: Progress, scored: Scored) -> Row:
        return Row(
            progress.iteration,
            progress.podium.best,
            float(scored.returns.mean()),
            len(scored.first),
            progress.candidates,
            progress.evaluations,
            progress.seconds,
            self.searcher.status(progress.searcher),
        )

    def choose(self, progress: Progress) -> Podium:
        """The best programs, the winner first: by return on the second set of states where there is one."""
        validation = self.validation
        return progress.podium.validate(lambda tokens: validation(tokens).returns) if validation else progress.podium
