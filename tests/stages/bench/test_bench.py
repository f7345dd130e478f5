"""What `leaps bench` compares, with what, and how programs do on larger worlds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.dsl.program import Program
from leapscli.recipes.kinds import DEFAULTS
from leapscli.recipes.loading import recipe_files
from leapscli.results.literature import FILE, published
from leapscli.results.sweep import Outcome
from leapscli.stages.bench import measure
from leapscli.stages.sweep.sweep import Sweep
from leapscli.tasks.suites import NAMES
from tests.stages.space import SOLVER
from tests.stages.sweeps import HerePool, tiny_jobs

POOR = Program.parse("DEF run m( turnRight m)")


def test_the_default_comes_first_and_every_recipe_exists():
    assert measure.RECIPES[0] == DEFAULTS["search"] and len(set(measure.RECIPES)) == len(measure.RECIPES)
    assert set(measure.RECIPES) <= set(recipe_files("search"))


def test_what_was_published_is_of_our_tasks_and_cited():
    tables = {name: published(name) for name in ("returns", "larger")}
    for methods in tables.values():
        assert all(set(method.means) <= set(NAMES) and method.source for method in methods)
        assert all(-1 <= mean <= 1 for method in methods for mean in method.means.values())
        assert all(set(method.deviations) <= set(method.means) for method in methods)
    assert set(tables["larger"][0].means) == set(measure.LARGER)
    leaps = tables["returns"][0]
    assert (leaps.method, leaps.means["topoff"], leaps.deviations["topoff"]) == ("LEAPS", 0.81, 0.07)
    for paper in ("2108.13643", "2301.12950"):
        assert paper in FILE.read_text()


def publish(place, job, program, held_out):
    with place.stage("run", job.name) as draft:
        (draft.path / "program.txt").write_text(program.pretty())
        return draft.publish(recipe=job.recipe.resolved(), seed=0, metrics={"return_held_out": held_out})


def test_programs_are_scored_on_larger_worlds_by_task_and_method(tmp_path):
    """Of three programs for stairclimber two solve their own size, and one of those is as good on a large one."""
    place = Workspace(tmp_path)
    jobs = tiny_jobs(place, ["stairclimber", "seeder"], 3)
    climb = [job for job in jobs if job.title == "stairclimber"]
    calls = climb[2].recipe.replace(budget="220 calls")  # its runs end sooner, on large worlds, too
    climb[2] = replace(climb[2], recipe=calls)
    found = [(climb[0], SOLVER, 1.0), (climb[1], POOR, 1.0), (climb[2], SOLVER, 0.5)]
    runs = {job.name: publish(place, job, program, held_out) for job, program, held_out in found}

    def work(job, stop):
        return Outcome(job, runs.get(job.name), None if job.name in runs else "no luck")

    sweep = Sweep([*climb, jobs[1]], place)
    sweep.run(HerePool(work).open())
    larger = measure.on_larger_worlds(sweep)
    assert list(larger) == [("stairclimber", "hill-climbing")]  # seeder is none of the paper's
    cell = larger["stairclimber", "hill-climbing"]
    assert (cell.solved, cell.general) == (2, 1)
    assert cell.spread.mean == pytest.approx((1.0 + 0.0 + 1.0) / 3)


def test_the_circumstances_are_those_of_the_runs(tmp_path):
    place = Workspace(tmp_path)
    sweep = Sweep(tiny_jobs(place), place)
    assert measure.circumstances(sweep)["measured"] == "never"
    sweep.run(HerePool().open())
    facts = measure.circumstances(sweep)
    assert facts["leaps"].startswith("0.1.0") and facts["model"] == "none" and "cores" in facts["machine"]
    assert facts["measured"] == sweep.runs()[0][1].manifest.created[:10]
