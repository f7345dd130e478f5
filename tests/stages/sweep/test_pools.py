"""Real processes: they work on one thread, are replaced when they die, and never outlive who started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.progress import Silent
from leapscli.stages.sweep.pools import processes
from leapscli.stages.sweep.sweep import Sweep
from tests import ROOT
from tests.stages.sweeps import TINY, tiny_jobs

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
ENDLESS = ("iterations=1_000_000_000", "max_time=1h")


def children(of: int) -> list[int]:
    """The processes that a process has spawned and that are alive, but for Python's own resource tracker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == of and state != "Z" and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def until(holds, seconds=60.0):
    """Waits for it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_sweep_in_processes_one_of_which_is_killed(tmp_path, monkeypatch):
    """The only worker is killed after the first of two searches; another takes its place."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    place = Workspace(tmp_path)
    jobs = tiny_jobs(place, ["maze"], 2, "iterations=2_000")
    sweep, killed = Sweep(jobs, place), []

    class Killer(Silent):
        def update(self, event):
            if event.done == 1 and not killed:
                killed.extend(children(os.getpid()))
                os.kill(killed[-1], signal.SIGKILL)

    sweep.run(processes(1), reporter=Killer())
    assert len(sweep.runs()) == 2 and not sweep.failures and len(killed) == 1
    assert "OMP_NUM_THREADS" not in os.environ
    until(lambda: not children(os.getpid()))


def test_leaving_early_ends_the_processes_at_once(tmp_path):
    job = tiny_jobs(Workspace(tmp_path), ["maze"], 1, *ENDLESS)[0]
    futures: list[Future] = []
    with pytest.raises(KeyboardInterrupt), processes(1) as pool:
        futures.append(pool.submit(job, tmp_path / "stop"))
        until(lambda: list((tmp_path / "runs" / ".staging").glob("*/")))
        raise KeyboardInterrupt
    assert not children(os.getpid())
    assert wait(futures, 5).done and futures[0].exception() is not None


def test_no_worker_outlives_a_command_that_is_killed_or_stopped(tmp_path):
    settings = [part for text in (*TINY, *ENDLESS) for part in ("--set", text)]
    command = [sys.executable, "-m", "leapscli", "sweep", "--task", "maze", "--searcher", "hill-climbing"]
    command += ["--seeds", "1", "--parallel", "1", "--workspace", str(tmp_path), *settings]
    staging = tmp_path / "runs" / ".staging"
    for number in (signal.SIGKILL, signal.SIGINT):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda process=process: children(process.pid) and list(staging.glob("*/")))
        (worker,) = children(process.pid)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        until(lambda worker=worker: not Path(f"/proc/{worker}").exists(), 10)
    assert process.returncode == 130 and "the same command goes on: leaps sweep --task maze" in said
    assert Workspace(tmp_path).list("run") == []
