"""What a sweep consists of, what its runs are called, and which of them count as made."""

from __future__ import annotations

import pickle

import pytest

from leapscli.artifacts.store import Workspace
from leapscli.errors import ArtifactError, InputError, RecipeError, TaskError
from leapscli.search.recipe import load_search_recipe
from leapscli.stages.sweep import jobs as sweep_jobs
from leapscli.stages.sweep.jobs import Method, find_finished, methods, plan_jobs, split, task_names
from leapscli.stages.synthesize import plan as search_plan
from leapscli.stages.synthesize import synthesize as stage
from leapscli.tasks.registry import task
from leapscli.tasks.suites import NAMES, groups
from tests import ROOT
from tests.stages.space import fake_model
from tests.stages.sweeps import TINY, tiny_jobs

SWEEPER = ROOT / "docs" / "examples" / "sweeper.py"


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path)


def test_tasks_are_named_one_by_one_or_in_groups():
    assert task_names(["maze,harvester", "maze"]) == ["maze", "harvester"]
    assert task_names(["all"]) == list(NAMES) and task_names(["llm-gs"]) == ["pathfollow", "wallavoider"]
    assert sorted(task_names(["leaps", "karel-hard", "llm-gs"])) == sorted(NAMES) and len(task_names(["leaps"])) == 6
    assert split(["a, b", "", "b,c"]) == ["a", "b", "c"]


def test_methods_are_every_recipe_with_every_searcher():
    assert methods([], []) == [Method()]
    assert [method.label for method in methods([], ["cem", "cebs"])] == ["cem", "cebs"]
    both = methods(["paper", "runs/Smoke.yaml"], ["cem", "cebs"])
    assert [method.label for method in both] == ["paper-cem", "paper-cebs", "smoke-cem", "smoke-cebs"]


def test_every_search_has_a_run_of_its_own_name(place):
    jobs = plan_jobs(place, ["maze", str(SWEEPER)], methods([], ["hill-climbing", "random"]), 2, model=None)
    assert [job.name for job in jobs] == [
        "maze-hill-climbing-s0",
        "sweeper-hill-climbing-s0",
        "maze-random-s0",
        "sweeper-random-s0",
        "maze-hill-climbing-s1",
        "sweeper-hill-climbing-s1",
        "maze-random-s1",
        "sweeper-random-s1",
    ]
    assert len({job.key for job in jobs}) == 8
    assert jobs[0].model is None and jobs[2].model is not None
    assert jobs[1].task == str(SWEEPER) and jobs[0].task == "maze"
    assert pickle.loads(pickle.dumps(jobs)) == jobs  # they go to other processes


def test_seeds_count_up_from_the_recipes(place):
    jobs = tiny_jobs(place, ["maze"], 3, "seed=7")
    assert [job.recipe.seed for job in jobs] == [7, 8, 9]


def test_a_search_has_the_key_that_synthesize_gives_it(place):
    fake_model(place)
    job = plan_jobs(place, ["maze"], methods([], ["random"]), 1, size=(10, 10))[0]
    recipe = load_search_recipe("random", (), place.root, task="maze")
    plain = search_plan.search_key(recipe, task("maze", height=10, width=10), search_plan.find_model(place, None))
    assert job.key == plain
    assert plan_jobs(place, ["maze"], methods([], ["random"]), 1)[0].key != plain


@pytest.mark.parametrize(
    ("tasks", "method", "error", "text"),
    [
        (["mase"], Method(), TaskError, "mase"),
        (["maze"], Method(searcher="nonsense"), RecipeError, "nonsense"),
        (["maze"], Method(recipe="nonsense"), RecipeError, "nonsense"),
        (["maze"], Method(recipe="my recipe.yaml"), ArtifactError, "cannot name"),
        (["maze", "maze"], Method(), InputError, "two tasks are called maze"),
    ],
)
def test_bad_input_is_refused(place, tasks, method, error, text):
    with pytest.raises(error, match=text):
        plan_jobs(place, tasks, [method], 1)


def run(place, *settings):
    """A search by `leaps synthesize`, not by a sweep."""
    chosen = load_search_recipe("hill-climbing", (*TINY, *settings), place.root)
    return stage.synthesize(search_plan.prepare(chosen, place, task("maze"), None))


def test_a_run_of_the_same_search_counts_whoever_made_it(place):
    first, second = tiny_jobs(place)
    made = run(place)
    assert find_finished([first, second], place) == {first.name: made}
    again = run(place)
    assert find_finished([first, second], place) == {first.name: again}


def test_other_limits_or_settings_do_not_count(place):
    run(place)
    for other in ("iterations=7", "max_time=9s", "held_out=0", "evaluations=999", "target=1.0", "population=33"):
        assert not find_finished(tiny_jobs(place, ["maze"], 1, other), place), other


def test_neither_does_what_was_interrupted_or_made_by_another_version(place, monkeypatch):
    made = run(place)
    jobs = tiny_jobs(place)
    monkeypatch.setitem(made.manifest.metrics, "stop_reason", "interrupted")
    assert not sweep_jobs._answers(made, jobs[0])
    monkeypatch.undo()
    assert sweep_jobs._answers(made, jobs[0])
    monkeypatch.setattr(sweep_jobs, "__version__", "99.0")
    assert not find_finished(jobs, place)


def test_a_damaged_run_does_not_count(place):
    made = run(place)
    (made.path / "manifest.yaml").write_text("nonsense")
    assert not find_finished(tiny_jobs(place), place)


def test_checkpoints_belong_to_a_search_with_its_limits(place):
    keys = {tiny_jobs(place, ["maze"], 1, *more)[0].exact_key for more in ((), ("max_time=9s",), ("population=33",))}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("text", "meant"), [("leap", "leaps"), ("karel_hard", "karel-hard"), ("al", "all"), ("mase", "maze")]
)
def test_an_unknown_group_or_task_is_told_what_is_meant(text, meant):
    with pytest.raises(TaskError, match=f"no task and no group of tasks is called '{text}'") as raised:
        task_names([f"maze,{text}"])
    assert raised.value.hint == f"did you mean {meant}?"


@pytest.mark.parametrize("group", groups())
def test_a_group_where_one_task_is_wanted_is_called_a_group(group):
    with pytest.raises(TaskError, match=f"{group} is a group of tasks") as raised:
        task(group)
    assert f"leaps sweep {group}" in raised.value.hint


def test_without_a_recipe_the_space_of_ones_own_model_is_searched_else_programs(place):
    (job,) = plan_jobs(place, ["maze"], methods([], []), 1)
    assert (job.method, job.recipe.searcher, job.model) == ("library-evolution", "library-evolution", None)
    (job,) = plan_jobs(place, ["maze"], methods([], []), 1, model="shipped")
    assert (job.method, job.recipe.searcher) == ("memetic", "memetic") and job.model
    own = fake_model(place)
    (job,) = plan_jobs(place, ["maze"], methods([], []), 1)
    assert (job.method, job.model) == ("memetic", str(own.path))
