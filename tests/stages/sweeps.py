"""Small sweeps for tests: searches of a moment, and a pool without processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from leapscli.artifacts.store import Workspace
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.jobs import Job, methods, plan_jobs
from leapscli.stages.sweep.pools import Workers
from leapscli.stages.sweep.worker import run_job

TINY = ("population=32", "states=4", "validation=8", "held_out=16", "target=null", "iterations=6", "climbers=4")


def tiny_jobs(place: Workspace, tasks: Sequence[str] = ("maze",), seeds: int = 2, *more: str) -> list[Job]:
    """Searches by hill climbing, which needs no model."""
    return plan_jobs(
        place, tasks, methods([], ["hill-climbing"]), seeds, overrides=(*TINY, *more), command="leaps test"
    )


class HerePool:
    """Runs a job when it is given; remembers their names."""

    def __init__(self, work: Callable[[Job, Path], Outcome] = run_job, size: int = 1) -> None:
        self.work, self.size, self.names = work, size, list[str]()

    def submit(self, job: Job, stop: Path) -> Future[Outcome]:
        self.names.append(job.name)
        future: Future[Outcome] = Future()
        try:
            future.set_result(self.work(job, stop))
        except Exception as error:  # a worker that dies
            future.set_exception(error)
        return future

    def open(self) -> AbstractContextManager[Workers]:
        return nullcontext(self)
