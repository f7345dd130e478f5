"""The searches of a sweep as tasks of a Ray cluster: the same function as in a process of this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leapscli.engine.engine import core_count
from leapscli.errors import LeapsError, MissingExtra
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.jobs import Job
from leapscli.stages.sweep.pools import Workers
from leapscli.stages.sweep.worker import run_job


def find_ray() -> Any:
    """The library. Raises InputError where it is not installed."""
    try:
        import ray
    except ImportError:
        raise MissingExtra("Ray", "ray") from None
    return ray


@contextmanager
def ray_tasks(count: int | None = None) -> Iterator[Workers]:
    """Ray tasks of one CPU each, at most `count` at a time; by default as many as the cluster has CPUs.

    The cluster is that of the environment's RAY_ADDRESS, else one that runs on this machine, else one that is begun
    here, with `count` CPUs, and ends with the sweep. Every node needs leaps, and the workspace under the same path.
    """
    ray = find_ray()
    connected = ray.is_initialized()
    if not connected:
        asked = signal.getsignal(signal.SIGTERM)
        _connect(ray, count)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, asked)  # which Ray takes for itself
    try:
        yield _RayTasks(ray, count or int(ray.cluster_resources().get("CPU", 1)))
    finally:
        if not connected:
            ray.shutdown()


def _connect(ray: Any, count: int | None) -> None:
    address = os.environ.get("RAY_ADDRESS")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else Ray reports home
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    try:
        ray.init(None if address else "auto", **quiet)
    except Exception as error:
        if address:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise LeapsError(f"no Ray cluster at {address}: {reason}", "RAY_ADDRESS says where it is") from error
        ray.init("local", num_cpus=count or core_count(), include_dashboard=False, **quiet)


class _RayTasks:
    """Remote calls."""

    def __init__(self, ray: Any, size: int) -> None:
        self.size = size
        self._remote = ray.remote(num_cpus=1, max_retries=0)(run_job)

    def submit(self, job: Job, stop: Path) -> Future[Outcome]:
        """Begins a job."""
        future: Future[Outcome] = self._remote.remote(job, stop).future()
        return future
