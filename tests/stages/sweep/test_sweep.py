"""A sweep makes what is missing, goes on where it was stopped, and lives with searches that fail."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from leapscli.artifacts.store import Workspace, verify
from leapscli.errors import ArtifactError
from leapscli.progress import Silent, StopFlag
from leapscli.results.sweep import Outcome
from leapscli.search.loop import Search
from leapscli.stages.sweep.sweep import Sweep, best_run
from leapscli.stages.sweep.worker import run_job
from tests.stages.sweeps import HerePool, tiny_jobs

SAME = ("return_searched", "return_held_out", "iterations", "candidates", "evaluations", "stop_reason", "search")


class Listener(Silent):
    """Remembers what came, and asks to stop after so many outcomes."""

    def __init__(self, stop=None, after=0):
        self.counts, self.stop, self.after = [], stop, after

    def update(self, event):
        self.counts.append(event.done)
        if self.stop and event.done == self.after:
            self.stop.request()


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path)


def swept(place, jobs, pool=None, **how):
    sweep = Sweep(jobs, place)
    sweep.run((pool or HerePool()).open(), **how)
    return sweep


def test_every_search_is_an_ordinary_run(place):
    jobs = tiny_jobs(place, ["maze", "harvester"])
    listener = Listener()
    sweep = swept(place, jobs, reporter=listener)
    assert not sweep.left and not sweep.failures and listener.counts == [0, 1, 2, 3, 4]
    assert {run.name for run in place.list("run")} == {job.name for job in jobs}
    for job, run in sweep.runs():
        assert verify(run) == [] and run.manifest.command == "leaps test"
        assert (run.manifest.seed, run.manifest.recipe["task"]) == (job.recipe.seed, job.title)
    assert not list((place.root / "runs" / ".staging").glob("*/"))
    assert not list((place.root / "runs" / ".staging").glob("*.stop"))


def test_nothing_is_made_twice(place):
    jobs = tiny_jobs(place)
    first = swept(place, jobs)
    pool = HerePool()
    second = swept(place, jobs, pool)
    assert pool.names == [] and [run for _, run in second.runs()] == [run for _, run in first.runs()]
    more = HerePool()
    swept(place, tiny_jobs(place, ["maze"], 3), more)
    assert more.names == ["maze-hill-climbing-s2"]


def test_a_stopped_sweep_goes_on_to_the_same_results(place, tmp_path, monkeypatch):
    """The stop comes while the second search is at its third iteration."""
    whole = swept(Workspace(tmp_path / "whole"), tiny_jobs(Workspace(tmp_path / "whole")))
    stop, run = StopFlag(), Search.run

    def stopping(self, progress, limits, flag, watch):
        def watched(row, now):
            watch(row, now)
            if len(place.list("run")) == 1 and row.iteration == 3:
                flag.request()
                stop.request()

        return run(self, progress, limits, flag, watched)

    monkeypatch.setattr(Search, "run", stopping)
    jobs = tiny_jobs(place)
    half = swept(place, jobs, stop=stop)
    assert [job.name for job in half.left] == [jobs[1].name] and len(place.list("run")) == 1
    monkeypatch.setattr(Search, "run", run)
    rest = swept(place, jobs)
    for (_, one), (_, other) in zip(whole.runs(), rest.runs(), strict=True):
        assert [one.manifest.metrics[name] for name in SAME] == [other.manifest.metrics[name] for name in SAME]
        assert one.file("program.txt").read_text() == other.file("program.txt").read_text()
    assert len(rest.runs()[1][1].file("history.csv").read_text().splitlines()) == 7


def test_no_more_is_begun_once_a_stop_was_asked_for(place):
    stop = StopFlag()
    pool = HerePool()
    sweep = swept(place, tiny_jobs(place, ["maze"], 3), pool, stop=stop, reporter=Listener(stop, after=1))
    assert len(pool.names) == 1 and len(sweep.left) == 2


def test_the_workers_see_the_stop_as_a_file(place):
    stop, seen = StopFlag(), []

    def work(job, file):
        stop.request()
        seen.append(file)
        return Outcome(job)  # as one that was stopped

    sweep = swept(place, tiny_jobs(place), HerePool(work), stop=stop)
    assert len(sweep.left) == 2 and not sweep.failures and not seen[0].exists()
    job = tiny_jobs(place)[0]
    (place.root / "now").touch()
    outcome = run_job(replace(job, recipe=job.recipe.replace(iterations=10**9)), place.root / "now")
    assert outcome.run is None and outcome.error is None


def test_a_checkpoint_that_cannot_be_read_is_begun_anew(place):
    job = tiny_jobs(place, ["maze"], 1)[0]
    with pytest.raises(KeyboardInterrupt), place.stage("run", job.name, key=job.exact_key, resume=True) as draft:
        (draft.path / "state.npz").write_bytes(b"nonsense")
        raise KeyboardInterrupt
    assert swept(place, [job]).runs()


def test_one_that_fails_does_not_sink_the_others(place):
    good = tiny_jobs(place, ["maze"], 2)
    bad = replace(good[0], task="mase", key="x", title="mase")
    odd = replace(good[0], recipe=good[0].recipe.replace(seed=9), workspace=None, key="y")
    sweep = swept(place, [bad, odd, *good])
    assert len(sweep.runs()) == 2 and not sweep.left
    assert "mase" in sweep.failures[0].error and "did you mean maze" in sweep.failures[0].hint
    assert "unexpected" in sweep.failures[1].error
    assert sweep.board.cell(bad).failed == 1
    record = sweep.record()
    assert [each["run"] for each in record["failed"]] == ["mase-hill-climbing-s0", "maze-hill-climbing-s9"]
    assert len(record["runs"]) == 2 and record["runs"][0]["run"] == "maze-hill-climbing-s0@v1"


def test_a_worker_that_dies_is_replaced_and_its_search_tried_once_more(place):
    deaths = []

    def work(job, file):
        if job.recipe.seed == 1 or not deaths:
            deaths.append(job.name)
            raise MemoryError
        return run_job(job, file)

    sweep = swept(place, tiny_jobs(place), HerePool(work))
    assert deaths == ["maze-hill-climbing-s0", "maze-hill-climbing-s1", "maze-hill-climbing-s1"]
    assert [job.recipe.seed for job, _ in sweep.runs()] == [0]
    assert sweep.failures[0].error == "its worker died 2 times"


def test_a_run_that_is_written_elsewhere_is_missed(place, tmp_path):
    def work(job, file):
        outcome = run_job(replace(job, workspace=tmp_path / "elsewhere"), file)
        shutil.rmtree(tmp_path / "elsewhere")  # as on another machine's disk
        return outcome

    sweep = swept(place, tiny_jobs(place, ["maze"], 1), HerePool(work))
    assert "its run is not in" in sweep.failures[0].error and "same path" in sweep.failures[0].hint


def test_the_same_search_at_once_in_two_sweeps_fails_in_one(place):
    job = tiny_jobs(place, ["maze"], 1)[0]
    with place.stage("run", job.name, key=job.exact_key):
        assert "another process" in swept(place, [job]).failures[0].error
    assert swept(place, [job]).runs()


def fake(validation, searched, program, held_out=0.0, general=None, folder=None):
    metrics = {"return_validation": validation, "return_searched": searched, "return_held_out": held_out}
    metrics |= {"return_general": general}
    path = folder / f"{id(metrics)}.txt"
    path.write_text(f"DEF run m( {program} m)")
    return SimpleNamespace(manifest=SimpleNamespace(metrics=metrics), file=lambda name: path)


def test_of_several_seeds_the_validation_states_choose(tmp_path):
    worst = fake(0.5, 1.0, "move", held_out=1.0, folder=tmp_path)  # what is held out decides nothing
    long, short = (fake(0.9, 0.9, program, folder=tmp_path) for program in ("move move", "move"))
    assert best_run([worst, long, short]) is short
    better = fake(0.9, 1.0, "move move move", folder=tmp_path)
    assert best_run([short, better]) is better
    wider = fake(0.9, 1.0 - 1e-15, "move move move", general=0.5, folder=tmp_path)  # rounding decides nothing
    assert best_run([better, wider]) is wider
    unvalidated = [fake(None, value, "move", folder=tmp_path) for value in (0.1, 0.4, 0.2)]
    assert best_run(unvalidated) is unvalidated[1]


def test_a_closed_workspace_is_one_error(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(ArtifactError, match="cannot be written"):
        swept(Workspace(tmp_path), tiny_jobs(Workspace(tmp_path)))
