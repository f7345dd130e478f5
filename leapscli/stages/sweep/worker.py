"""One search of a sweep, as a worker runs it: in a process that has others beside it, on one thread.

The way to ask it to stop is a file, which works between processes and between the machines of a cluster alike.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from leapscli.artifacts.store import Workspace
from leapscli.errors import Interrupted, LeapsError, bounded, debugging
from leapscli.progress import StopFlag
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.jobs import Job
from leapscli.stages.synthesize.plan import prepare
from leapscli.stages.synthesize.synthesize import conclude
from leapscli.tasks.registry import Task
from leapscli.tasks.registry import task as find_task

POLL = 0.2  # seconds between looks at the stop file


def run_job(job: Job, stop: Path) -> Outcome:
    """Searches until the end, or until the file `stop` exists; raises nothing."""
    try:
        task = _task(job.task, *job.size)
        plan = prepare(job.recipe, Workspace(job.workspace), task, job.model, threads=1, device=job.device)
        with _stop_file(stop) as flag:
            run = conclude(plan, job.name, job.exact_key, stop=flag, resume=job.resume, command=job.command)
            return Outcome(job, run)
    except Interrupted:
        return Outcome(job)
    except LeapsError as error:
        return Outcome(job, error=error.message, hint=error.hint)
    except Exception as error:
        if debugging():
            return Outcome(job, error=traceback.format_exc())
        return Outcome(job, error=bounded(f"unexpected {type(error).__name__}: {' '.join(str(error).split())}"))


@cache
def _task(name: str, height: int, width: int) -> Task:
    """A task, once a worker: one of the user's own would be compiled anew."""
    return find_task(name, height=height, width=width)


@contextmanager
def _stop_file(path: Path) -> Iterator[StopFlag]:
    """A flag that is set once the file exists."""
    flag, over = StopFlag(), threading.Event()

    def watch() -> None:
        while not path.exists():
            if over.wait(POLL):
                return
        flag.request()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield flag
    finally:
        over.set()
        watcher.join()
