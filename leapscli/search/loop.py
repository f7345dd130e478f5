"""The loop around a searcher: ask, score, tell, until there is a reason to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.published import PUBLISHED
from leapscli.dsl.vocabulary import Vocabulary
from leapscli.progress import StopFlag
from leapscli.results.limits import Limits
from leapscli.search.leaderboard import UNKNOWN, Podium
from leapscli.search.objective import Objective
from leapscli.search.protocol import AnySearcher, Scored, StopReason
from leapscli.tasks.returns import reaches


@dataclass(frozen=True, eq=False)
class Progress:
    """The state of a search: its searcher's state, its best programs, its counts and seconds of search so far.

    `episodes` is None where a part of the search was made by a version that did not count them.
    """

    iteration: int
    candidates: int
    evaluations: int
    episodes: int | None
    seconds: float
    podium: Podium
    searcher: Any


@dataclass(frozen=True)
class Row:
    """One iteration for the history.

    `best` return so far, `mean` of the candidates that were run on all states (NaN: none), `distinct` programs;
    `evaluations` are programs executed, `episodes` all their runs, those on validation states too.
    """

    iteration: int
    best: float
    mean: float
    distinct: int
    candidates: int
    evaluations: int
    episodes: int | None
    seconds: float
    status: Mapping[str, float]


Watch = Callable[[Row, Progress], None]


class Search:
    """A search that can be run, watched and taken up again.

    `validation` scores on the second set of states, `general` on larger worlds. Programs are of the `vocabulary`.
    """

    def __init__(
        self,
        searcher: AnySearcher,
        objective: Objective,
        validation: Objective | None = None,
        general: Objective | None = None,
        vocabulary: Vocabulary = PUBLISHED,
    ) -> None:
        self.vocabulary = vocabulary
        self.searcher, self.objective, self.validation, self.general = searcher, objective, validation, general

    def begin(self, seed: int) -> Progress:
        """Before the first iteration."""
        return Progress(0, 0, 0, 0, 0.0, Podium.empty(vocabulary=self.vocabulary), self.searcher.init(seed))

    def warm_up(self, seed: int) -> None:
        """Two iterations that leave nothing behind: what must be compiled is, outside the seconds that are counted."""
        objective, state = self.objective.afresh(), self.searcher.init(seed)
        for _ in range(2):
            points = self.searcher.ask(state)
            state = self.searcher.tell(state, points, objective(points, self.searcher.floor(state)))

    def check(self, progress: Progress) -> None:
        """Raises ValueError where what was read of a file cannot be a state of this search."""
        podium, counts = (
            progress.podium,
            (progress.iteration, progress.candidates, progress.evaluations, progress.episodes or 0),
        )
        columns = (podium.tokens, podium.hashes, podium.returns, podium.validated, podium.general)
        if len({len(column) for column in columns}) > 1 or not all(isinstance(n, int) and n >= 0 for n in counts):
            raise ValueError("its best programs or counts do not fit one another")
        for tokens in (podium.tokens, self.searcher.ask(progress.searcher)):
            if isinstance(tokens, TokenBatch) and not tokens.valid().all():
                raise ValueError("it holds token sequences that are not programs")
        if not isinstance(progress.seconds, int | float) or not np.isfinite(progress.seconds):
            raise ValueError("its seconds are not a number")

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
        counts, episodes = (self.objective.candidates, self.objective.evaluations), self._episodes()
        scored = self.objective(points, self.searcher.floor(progress.searcher))
        podium = progress.podium.offer(self._contenders(scored, progress.podium, target))
        stepped = Progress(
            progress.iteration + 1,
            progress.candidates + self.objective.candidates - counts[0],
            progress.evaluations + self.objective.evaluations - counts[1],
            None if progress.episodes is None else progress.episodes + self._episodes() - episodes,
            progress.seconds,
            podium,
            self.searcher.tell(progress.searcher, points, scored),
        )
        return stepped, scored

    def _episodes(self) -> int:
        """Runs of programs so far, on whatever states."""
        return sum(each.episodes for each in (self.objective, self.validation, self.general) if each)

    def _contenders(self, scored: Scored, podium: Podium, target: float | None) -> Podium:
        """The distinct programs of an iteration; those at the target are validated at once, and so on."""
        rows = scored.first[np.isfinite(scored.returns[scored.first])]
        tokens, returns = scored.tokens[rows], scored.returns[rows]
        validated = _further(self.validation, tokens, returns, target)
        general = _further(self.general, tokens, validated if self.validation else returns, target)
        return Podium(tokens, scored.hashes[rows], returns, validated, general)

    def reason(self, progress: Progress, limits: Limits, stop: StopFlag) -> StopReason | None:
        """The reason to stop now, or None. A target counts once a program reaches it on every set of states there
        is.
        """
        podium = progress.podium
        reached = podium.general if self.general else podium.validated if self.validation else podium.returns
        if limits.target is not None and reaches(reached.max(initial=UNKNOWN), limits.target):
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
        passed = np.isfinite(scored.returns)
        return Row(
            progress.iteration,
            progress.podium.best,
            float(scored.returns[passed].mean()) if passed.any() else float("nan"),
            len(scored.first),
            progress.candidates,
            progress.evaluations,
            progress.episodes,
            progress.seconds,
            self.searcher.status(progress.searcher),
        )

    def choose(self, progress: Progress) -> Podium:
        """The best programs, the winner first: by return on the second set of states, then on larger worlds."""
        podium, validation, general = progress.podium, self.validation, self.general
        if validation:
            podium = podium.validate(lambda tokens: validation(tokens).returns)
        if general:
            podium = podium.generalize(lambda tokens: general(tokens).returns)
        return podium


def _further(
    objective: Objective | None, tokens: TokenBatch, returns: NDArray[np.float64], target: float | None
) -> NDArray[np.float64]:
    """The returns by `objective` of the programs whose `returns` reach the target; of the others nothing is known."""
    found = np.full(len(tokens), UNKNOWN)
    if objective and target is not None:
        rows = np.flatnonzero(reaches(returns, target))
        if len(rows):
            found[rows] = objective(tokens[rows]).returns
    return found
