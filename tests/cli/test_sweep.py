"""`leaps sweep` and `leaps synthesize --seeds`: the table, JSON, exit codes, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sys
import threading
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli import sweep_options as side_by_side
from leapscli.cli.main import build
from leapscli.dsl.program import Program
from leapscli.errors import InputError, Interrupted, LeapsError, RecipeError, TaskError
from leapscli.kernel_cache import KernelCache
from leapscli.results.sweep import Outcome
from leapscli.stages.sweep.worker import run_job
from tests.stages.sweeps import TINY, HerePool

runner = CliRunner()
SETTINGS = [part for text in TINY for part in ("--set", text)]
SWEEP = ["sweep", "--tasks", "maze,harvester", "--searcher", "hill-climbing", "--seeds", "2", *SETTINGS]
SEEDS = ["synthesize", "--task", "harvester", "--searcher", "hill-climbing", "--seeds", "3", *SETTINGS]


@pytest.fixture
def pool(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pool = HerePool()
    monkeypatch.setattr(side_by_side, "_pool", lambda parallel, ray: pool.open())
    return pool


def call(arguments, code=0):
    result = runner.invoke(build(), arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_the_table_has_a_row_for_each_task_and_searcher(pool, tmp_path):
    result = call(SWEEP)
    head, *rows = result.stdout.splitlines()
    assert head.split() == ["task", "searcher", "runs", "return", "seconds", "programs"]
    assert [row.split()[:3] for row in rows] == [["maze", "hill-climbing", "2"], ["harvester", "hill-climbing", "2"]]
    assert "sweep: 0 of 4 searches are there already" in result.stderr
    assert "4 of 4: harvester hill-climbing seed 1: " in result.stderr
    assert result.stderr.splitlines()[-1].endswith("leaps run harvester-hill-climbing-s1")
    run = Workspace(tmp_path).resolve("harvester-hill-climbing-s1", "run")
    assert run.manifest.command.startswith("leaps")
    again = call(SWEEP)
    assert again.stdout == result.stdout and "4 of 4 searches are there already" in again.stderr
    assert len(pool.names) == 4


def test_json_has_every_run_and_the_means(pool):
    found = json.loads(call([*SWEEP, "--json"]).stdout)
    assert [(each["run"], each["seed"]) for each in found["runs"]][:2] == [
        ("maze-hill-climbing-s0@v1", 0),
        ("harvester-hill-climbing-s0@v1", 0),
    ]
    cell = found["cells"][1]
    returns = [each["return_held_out"] for each in found["runs"] if each["task"] == "harvester"]
    assert cell["task"] == "harvester" and cell["return_held_out"]["mean"] == pytest.approx(sum(returns) / 2)
    assert cell["return_held_out"]["standard_deviation"] == pytest.approx(abs(returns[0] - returns[1]) / 2**0.5)


def test_a_dry_run_says_what_is_left(pool, tmp_path):
    call([*SWEEP, "--seeds", "1"])
    before = sorted(tmp_path.rglob("*"))
    assert "would make 2 searches, and find 2 made already" in call([*SWEEP, "--dry-run"]).stderr
    plan = json.loads(call([*SWEEP, "--dry-run", "--json"]).stdout)
    assert [each["left"] for each in plan] == [False, False, True, True] and plan[0]["recipe"]["states"] == 4
    assert sorted(tmp_path.rglob("*")) == before


def test_failures_are_listed_at_the_end_with_exit_code_1(pool):
    def work(job, stop):
        return Outcome(job, error="no luck", hint="try again") if job.title == "maze" else run_job(job, stop)

    pool.work = work
    with pytest.raises(LeapsError, match="2 of 4 searches failed") as raised:
        call(SWEEP)
    assert raised.value.exit_code == 1
    result = runner.invoke(build(), SWEEP)
    assert "failed: maze-hill-climbing-s0: no luck (try again)" in result.stderr
    assert "0 of 2" in result.stdout and "harvester" in result.stdout


def test_without_a_kernel_cache_one_warning_comes_before_any_worker_compiles(pool, tmp_path, monkeypatch):
    cache = KernelCache(tmp_path / "file" / "leaps" / "code")
    (tmp_path / "file").touch()
    monkeypatch.setattr("leapscli.kernel_cache.kernel_cache", lambda: cache)
    first, second = call(SEEDS).stderr.splitlines()[:2]
    assert "LEAPS_CACHE" in first and second.endswith("compiling the engine first (some 20 seconds)")


def test_a_stop_names_the_command_that_goes_on(pool):
    def work(job, stop):
        os.kill(os.getpid(), signal.SIGINT)
        return run_job(job, stop)

    pool.work = work
    with pytest.raises(Interrupted, match="stopped with 1 of 4") as raised:
        call(SWEEP)
    assert raised.value.exit_code == 130 and "the same command goes on: leaps" in raised.value.hint


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (["sweep", "--task", "mase"], TaskError, "mase"),
        (["sweep", "--task", "maze,mase"], TaskError, "mase"),
        (["sweep", "--tasks", "leap"], TaskError, "no group of tasks is called 'leap'"),
        (["sweep", "maze", "--searcher", "paper"], RecipeError, "paper is a recipe, not a searcher"),
        (["sweep", "--task", "maze", "--searcher", "cme"], RecipeError, "cme"),
        (["sweep", "--task", "maze", "--set", "populaton=3"], RecipeError, "population"),
        (["sweep", "--task", "maze", "--max-time", "soon"], RecipeError, "duration"),
        (["sweep", "--task", ","], InputError, "no task"),
        (["synthesize", "--task", "mase", "--seeds", "2"], TaskError, "mase"),
        (["synthesize", "--task", "maze", "--parallel", "2"], InputError, "--parallel"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(pool, tmp_path, arguments, error, text):
    with pytest.raises(error, match=text) as raised:
        call(arguments)
    assert raised.value.exit_code == 2 and not list(tmp_path.iterdir())


def test_ray_is_asked_for_by_name_where_it_is_missing(pool, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match="Ray is not installed") as raised:
        call([*SWEEP, "--ray"])
    assert "leaps[ray]" in raised.value.hint and not pool.names


def test_of_several_seeds_the_best_is_shown_and_a_line_for_each(pool, tmp_path):
    result = call(SEEDS)
    lines = result.stdout.splitlines()
    assert Program.parse(result.stdout)  # the facts are comments
    assert "# task: harvester 8×8" in lines
    assert [line.split(": ")[0] for line in lines[-3:]] == ["# seed 0", "# seed 1", "# seed 2"]
    runs = Workspace(tmp_path).list("run")
    validated = [run.manifest.metrics["return_validation"] for run in runs]
    best = runs[validated.index(max(validated))]
    assert f"({best.reference})" in next(line for line in lines if line.startswith("# artifact"))
    assert f"{max(validated):.3f} validation" in lines[-3 + runs.index(best)]
    found = json.loads(call([*SEEDS, "--json"]).stdout)
    assert len(pool.names) == 3 and [each["seed"] for each in found["seeds"]] == [0, 1, 2]
    assert found["artifact"] == best.reference and found["seeds"][0]["program"].startswith("DEF run m(")


def test_seeds_and_sweeps_share_their_runs(pool):
    call(SEEDS)
    call([*SWEEP, "--seeds", "3"])
    assert sorted(pool.names) == [f"{name}-hill-climbing-s{i}" for name in ("harvester", "maze") for i in range(3)]


def test_a_failed_seed_does_not_hide_the_best(pool):
    def work(job, stop):
        outcome = run_job(job, stop)
        return outcome if job.recipe.seed else replace(outcome, run=None, error="no luck")

    pool.work = work
    result = runner.invoke(build(), SEEDS)
    assert isinstance(result.exception, LeapsError) and result.exception.exit_code == 1
    assert "# seed 1: " in result.stdout and "# seed 0" not in result.stdout
    assert "failed: harvester-hill-climbing-s0: no luck" in result.stderr


def test_a_dry_run_of_seeds_says_how_many(pool):
    assert "would make 3 searches" in call([*SEEDS, "--dry-run"]).stderr and not pool.names


def history(place, name="harvester-hill-climbing-s0"):
    """The rows of the newest run of that name, with the seconds that tell when each was made."""
    return place.resolve(name, "run").file("history.csv").read_text().splitlines()


@pytest.mark.parametrize("seeds", [["--seeds", "1"], ["--seeds", "3"]])
def test_seeds_with_resume_go_on_from_what_they_reached_within_other_limits(pool, tmp_path, seeds, monkeypatch):
    ticks = count()  # of a clock that goes faster and faster: the seconds of a row are those of no other search
    monkeypatch.setattr("leapscli.search.loop.perf_counter", lambda: 1e-4 * next(ticks) ** 2)
    place = Workspace(tmp_path)
    call([*SEEDS, *seeds])
    before = history(place)
    call([*SEEDS, *seeds, "--set", "iterations=9", "--resume"])
    after = history(place)
    assert len(before) == 7 and len(after) == 10 and after[:7] == before
    call([*SEEDS, *seeds, "--set", "iterations=12"])
    assert len(history(place)) == 13 and history(place)[:7] != before


def test_seeds_with_resume_take_up_a_search_made_without_seeds(pool, tmp_path):
    place, alone = Workspace(tmp_path), [text for text in SEEDS if text not in ("--seeds", "3")]
    call(alone)
    call([*SEEDS, "--seeds", "1", "--set", "iterations=9", "--resume"])
    assert history(place)[:7] == history(place, "harvester") and len(history(place)) == 10


def test_seeds_with_resume_take_up_what_was_stopped_within_other_limits(pool, tmp_path):
    place, jobs = Workspace(tmp_path), [*SEEDS, "--seeds", "1"]

    def stopped(job, stop):
        threading.Timer(0.5, stop.touch).start()
        return run_job(job, stop)

    pool.work = stopped
    with pytest.raises(Interrupted):
        call([*jobs, "--set", "iterations=1000000"])
    (state,) = (tmp_path / "runs" / ".staging").glob("*/state.npz")
    reached = np.load(state)["history"]
    pool.work = run_job
    call([*jobs, "--set", f"iterations={len(reached) + 3}", "--resume"])
    seconds = [float(line.rpartition(",")[2]) for line in history(place)[1:]]
    assert len(seconds) == len(reached) + 3 and seconds[: len(reached)] == [row[-1] for row in reached]


def test_seeds_with_resume_of_nothing_begin_anew(pool, tmp_path):
    call([*SEEDS, "--seeds", "1", "--resume"])
    assert len(history(Workspace(tmp_path))) == 7


def test_tasks_may_be_arguments(pool):
    call(["sweep", "maze,harvester", "stairclimber", "--searcher", "hill-climbing", "--seeds", "1", *SETTINGS])
    assert pool.names == [f"{name}-hill-climbing-s0" for name in ("maze", "harvester", "stairclimber")]


def test_a_grid_searches_with_every_combination(pool, tmp_path):
    line = ["sweep", "maze", "--searcher", "hill-climbing", "--seeds", "1", *SETTINGS]
    result = call([*line, "--grid", "climbers=2,4", "--grid", "states=3,5", "--csv"])
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert sorted(row["method"] for row in rows) == [
        f"hill-climbing-climbers{climbers}-states{states}" for climbers in (2, 4) for states in (3, 5)
    ]
    recipes = [run.manifest.recipe for run in Workspace(tmp_path).list("run")]
    assert sorted((each["climbers"], each["states"]) for each in recipes) == [(2, 3), (2, 5), (4, 3), (4, 5)]


@pytest.mark.parametrize(
    ("grid", "error", "message"),
    [
        ("climbers", InputError, "not a key with values"),
        ("climbers=", InputError, "not a key with values"),
        ("=3", InputError, "not a key with values"),
        ("nosuch=3,4", RecipeError, "nosuch"),
        ("climbers=two,3", RecipeError, "climbers"),
        ("climbers=3,3", InputError, "two methods are called"),
    ],
)
def test_a_grid_that_is_none_is_refused(pool, grid, error, message):
    with pytest.raises(error, match=message):
        call(["sweep", "maze", "--searcher", "hill-climbing", *SETTINGS, "--grid", grid])
    assert pool.names == []


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.PDF", b"%PDF")])
def test_the_courses_of_the_searches_are_drawn(pool, tmp_path, name, begins):
    result = call(["sweep", "maze", "--searcher", "hill-climbing", "--seeds", "2", *SETTINGS, "--plot", name])
    assert (tmp_path / name).read_bytes().startswith(begins) and f"the courses of the searches: {name}" in result.stderr


def test_a_plot_that_cannot_be_is_refused_before_the_search(pool, tmp_path):
    for name, message in (("a.txt", "not a picture"), ("nosuch/a.png", "there is no folder")):
        with pytest.raises(InputError, match=message):
            call(["sweep", "maze", "--searcher", "hill-climbing", *SETTINGS, "--plot", name])
    assert pool.names == []
