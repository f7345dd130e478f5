"""Workers for the searches of a sweep: processes of this machine, which end when it does."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Protocol

from leapscli.engine.engine import core_count
from leapscli.kernel_cache import kernel_cache
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.jobs import Job
from leapscli.stages.sweep.worker import run_job

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}  # BLAS and torch read them when they load


class Workers(Protocol):
    """Takes jobs, up to `size` at a time; the future of one whose worker died has an exception."""

    size: int

    def submit(self, job: Job, stop: Path) -> Future[Outcome]:
        """Begins a job, which ends early once the file `stop` exists."""


@contextmanager
def processes(count: int | None = None) -> Iterator[Workers]:
    """`count` processes side by side, one a core by default; they die with this one, whatever ends it."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    pool = _Processes(count or core_count())
    try:
        yield pool
        pool.close()
    finally:
        pool.abandon()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


class _Processes:
    """Spawned, never forked: compiled code and BLAS hold threads. One that died is replaced at the next job."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._context = get_context("spawn")
        self._open()

    def _open(self) -> None:
        self._watched, self._lifeline = self._context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(
            self.size, mp_context=self._context, initializer=_begin, initargs=(self._watched,)
        )

    def submit(self, job: Job, stop: Path) -> Future[Outcome]:
        """Begins a job."""
        with _without_main():
            try:
                return self._executor.submit(run_job, job, stop)
            except BrokenProcessPool:
                self.abandon()
                self._open()
                return self._executor.submit(run_job, job, stop)

    def close(self) -> None:
        """Waits for the processes to end."""
        self._executor.shutdown()

    def abandon(self) -> None:
        """Ends them at once."""
        self._lifeline.close()
        self._executor.shutdown(cancel_futures=True)
        self._watched.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """A new process does not execute the script that this one runs, which may do more than define: jobs need none."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(lifeline: Connection) -> None:
    """In a new process: Ctrl-C and warnings are the parent's matter, and without a parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel_cache().warn = lambda text: None  # the parent has said it

    def watch() -> None:
        lifeline.poll(None)  # returns when the other end is closed: nothing is ever sent
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
