"""Many searches side by side, each of them an ordinary run; what is there already is not made again.

A stopped or killed sweep goes on where it was: every search has its own checkpoint.
"""

from __future__ import annotations

import secrets
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from leapscli.artifacts.artifact import Artifact
from leapscli.artifacts.files import disk_errors
from leapscli.artifacts.layout import MANIFEST, PROGRAM
from leapscli.artifacts.manifest import FOLDERS
from leapscli.artifacts.staging import STAGING
from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.progress import Reporter, Silent, StopFlag
from leapscli.results.scoreboard import Scoreboard
from leapscli.results.sweep import Outcome, SweepDone
from leapscli.stages.sweep.jobs import Job, find_finished
from leapscli.stages.sweep.pools import Workers

TRIES = 2  # of a search whose worker died
POLL = 0.25  # seconds between looks at the stop flag


class Sweep:
    """A sweep of `jobs` over one workspace: its scoreboard, and its outcomes in the order in which they came."""

    def __init__(self, jobs: Sequence[Job], workspace: Workspace) -> None:
        self.jobs, self.workspace = jobs, workspace
        self.found = find_finished(jobs, workspace)
        self.board = Scoreboard(jobs)
        self.outcomes: list[Outcome] = []
        for job in jobs:
            if job.name in self.found:
                self._take(Outcome(job, self.found[job.name]))

    @property
    def left(self) -> list[Job]:
        """The jobs that are not over."""
        over = {outcome.job.name for outcome in self.outcomes}
        return [job for job in self.jobs if job.name not in over]

    @property
    def failures(self) -> list[Outcome]:
        """The searches that failed."""
        return [outcome for outcome in self.outcomes if outcome.error is not None]

    def runs(self) -> list[tuple[Job, Artifact]]:
        """The runs there are, in the order of the jobs."""
        found = {outcome.job.name: outcome.run for outcome in self.outcomes}
        return [(job, run) for job in self.jobs if (run := found.get(job.name)) is not None]

    def record(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        runs = [
            {"run": run.reference, "task": job.title, "method": job.method, "seed": job.recipe.seed}
            | {name: value for name, value in run.manifest.metrics.items() if name != "search"}
            for job, run in self.runs()
        ]
        failed = [{"run": each.job.name, "error": each.error, "hint": each.hint} for each in self.failures]
        return {"cells": [cell.record() for cell in self.board.rows], "runs": runs, "failed": failed}

    def run(
        self,
        pool: AbstractContextManager[Workers],
        *,
        reporter: Reporter[SweepDone] | None = None,
        stop: StopFlag | None = None,
    ) -> None:
        """Makes what is missing, until all is over or `stop` was requested; then checkpoints are kept."""
        reporter, stop = reporter or Silent(), stop or StopFlag()
        reporter.start("sweep", len(self.jobs), "searches")
        reporter.update(SweepDone(self.board.done, board=self.board))
        if not self.left:
            return
        with _stop_file(self.workspace) as file, pool as workers:
            self.board.parallel = min(workers.size, len(self.left))
            for outcome in _outcomes(self.left, workers, file, self.board, stop):
                if outcome.run or outcome.error is not None:  # else it was stopped
                    self._take(outcome)
                    reporter.update(SweepDone(self.board.done, board=self.board, outcome=outcome))

    def _take(self, outcome: Outcome) -> None:
        """Writes an outcome down."""
        if outcome.run and not (outcome.run.path / MANIFEST).exists():
            hint = "every node needs the workspace under the same path, on a disk that they share"
            outcome = Outcome(outcome.job, error=f"its run is not in {self.workspace.root}", hint=hint)
        self.outcomes.append(outcome)
        cell = self.board.cell(outcome.job)
        if outcome.run:
            cell.runs.append(outcome.run)
        else:
            cell.failed += 1


def _outcomes(jobs: Sequence[Job], pool: Workers, file: Path, board: Scoreboard, stop: StopFlag) -> Iterator[Outcome]:
    """Every job's outcome as it comes; a job whose worker died is tried once more."""
    waiting, running, deaths = deque(jobs), dict[Future[Outcome], Job](), Counter[str]()
    while running or (waiting and not stop.requested):
        while waiting and len(running) < pool.size and not stop.requested:
            job = waiting.popleft()
            running[pool.submit(job, file)] = job
            board.begin(job)
        over, _ = wait(running, POLL, FIRST_COMPLETED)
        if stop.requested:
            file.touch()
        for future in over:
            job = running.pop(future)
            board.end(job)
            error = future.exception()
            deaths[job.name] += error is not None
            if error is None:
                yield future.result()
            elif deaths[job.name] < TRIES:
                waiting.appendleft(job)
            else:
                yield Outcome(job, error=f"its worker died {TRIES} times", hint="less side by side: --parallel 1")


@contextmanager
def _stop_file(workspace: Workspace) -> Iterator[Path]:
    """A path for the file that tells the workers to stop; it does not exist before, nor afterwards."""
    file = workspace.root / FOLDERS["run"] / STAGING / f"sweep-{secrets.token_hex(6)}.stop"
    with disk_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def best_run(runs: Sequence[Artifact]) -> Artifact:
    """The one to show of several seeds: by return on validation states, then searched ones, then larger worlds.

    Among equals the shorter program. Held-out returns decide nothing: they only tell how good the chosen one is.
    """

    def rank(run: Artifact) -> tuple[float, ...]:
        names = ("return_validation", "return_searched", "return_general")
        returns = (run.manifest.metrics.get(name) for name in names)
        program = Program.parse(run.file(PROGRAM).read_text(encoding="utf-8"))
        return (*(round(value, 9) if value is not None else 0.0 for value in returns), -len(program.tokens))

    return max(runs, key=rank)
