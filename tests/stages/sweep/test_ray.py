"""A sweep on a Ray cluster of this machine: the same runs, and the cluster is gone afterwards."""

from __future__ import annotations

import os
import signal

import pytest

from leapscli.artifacts.store import Workspace, verify
from leapscli.stages.sweep.ray import ray_tasks
from leapscli.stages.sweep.sweep import Sweep
from tests.stages.sweeps import HerePool, tiny_jobs


def test_ray_makes_the_runs_that_processes_make(tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setitem(os.environ, "RAY_USAGE_STATS_ENABLED", "0")
    there, here = (Workspace(tmp_path / name) for name in ("there", "here"))
    sweep, same = Sweep(tiny_jobs(there), there), Sweep(tiny_jobs(here), here)
    before = signal.getsignal(signal.SIGTERM)
    sweep.run(ray_tasks(1))
    assert signal.getsignal(signal.SIGTERM) is before
    same.run(HerePool().open())
    assert not sweep.failures and not sweep.left and not ray.is_initialized()
    for (_, one), (_, other) in zip(sweep.runs(), same.runs(), strict=True):
        assert verify(one) == [] and one.path.is_relative_to(there.root)
        assert one.file("program.txt").read_text() == other.file("program.txt").read_text()
        assert one.manifest.metrics["evaluations"] == other.manifest.metrics["evaluations"]
    assert not Sweep(tiny_jobs(there), there).left
