"""How a sweep stands: spreads over seeds, and when it will be over."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.results.scoreboard import Scoreboard, Spread
from tests.stages.sweeps import tiny_jobs


def fake_run(**metrics):
    return SimpleNamespace(manifest=SimpleNamespace(metrics=metrics, recipe={"target": 1.0}))


@pytest.fixture
def jobs(tmp_path):
    return tiny_jobs(Workspace(tmp_path), ["maze", "seeder"], 2)


def test_spreads_are_those_of_samples():
    assert Spread.of([]) is None and Spread.of([0.5]) == Spread(0.5, None)
    spread = Spread.of([1.0, 0.0, 0.5])
    assert spread and (spread.mean, spread.deviation) == (0.5, 0.5)


def test_cells_count_what_is_over(jobs):
    board = Scoreboard(jobs)
    assert (board.tasks, board.methods) == (["maze", "seeder"], ["hill-climbing"])
    cell = board.cell(jobs[0])
    cell.runs.append(fake_run(return_held_out=0.5, evaluations=10))
    cell.failed += 1
    assert (cell.total, cell.left, board.done) == (2, 0, 2)
    assert cell.spread("evaluations") == Spread(10.0, None)
    record = cell.record()
    assert record["return_held_out"] == {"mean": 0.5, "standard_deviation": None}
    assert record["seconds"] is None and record["runs"] == 1


def test_a_cell_is_solved_by_the_best_return_of_its_task(jobs):
    cell = Scoreboard([replace(job, best=5.0) for job in jobs]).cell(jobs[0])
    assert not cell.solved
    cell.runs.append(fake_run(return_held_out=None, return_searched=5.000000000000001))
    assert cell.solved and cell.found == Spread(5.000000000000001, None)
    cell.runs.append(fake_run(return_held_out=4.9, return_searched=5.0))
    assert not cell.solved


def test_returns_of_older_manifests_are_told_without_their_rounding(jobs):
    cell = Scoreboard(jobs).cell(jobs[0])
    cell.runs.append(fake_run(return_held_out=1.0000000000000007))
    cell.runs.append(fake_run(return_held_out=1.0000000000000002))
    assert cell.record()["return_held_out"] == {"mean": 1.0, "standard_deviation": 0.0}


def test_what_is_left_is_taken_to_be_like_what_was_done(jobs):
    """One maze took 4 s; another and two seeders are left, of which 1 s has passed; two side by side."""
    now = [0.0]
    board = Scoreboard(jobs, clock=lambda: now[0])
    board.parallel = 2
    assert board.remaining() is None
    board.begin(jobs[0])
    now[0] = 4.0
    board.end(jobs[0])
    board.cell(jobs[0]).runs.append(fake_run())
    board.begin(jobs[1])
    now[0] = 5.0
    assert board.remaining() == pytest.approx((4 + 2 * 4 - 1) / 2)
    now[0] = 50.0  # longer than was likely: it may end at any moment
    assert board.remaining() == pytest.approx((4 + 2 * 4 - 4) / 2)
