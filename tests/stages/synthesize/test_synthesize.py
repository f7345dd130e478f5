"""The stage: what a search leaves behind, that it is repeatable, and that it can be taken up again."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from leapscli.artifacts.store import Workspace, verify
from leapscli.dsl.batch import TokenBatch
from leapscli.dsl.program import Program
from leapscli.engine.budget import Budget
from leapscli.errors import ArtifactError, Interrupted, TaskError
from leapscli.progress import SearchDone, Silent, StopFlag
from leapscli.search.protocol import Latents
from leapscli.search.recipe import recipe_type
from leapscli.stages.synthesize import plan as search_plan
from leapscli.stages.synthesize import states as search_states
from leapscli.stages.synthesize import synthesize as stage
from leapscli.tasks.registry import task
from tests.stages.space import SOLVER, fake_model, solvable_space
from tests.tasks.solutions import SOLUTIONS

RECIPE = recipe_type("cem")(
    population=24, sigma=0.5, elite=0.2, init="normal", patience=6, iterations=200, states=8, validation=16, held_out=40
)


class Stopper(Silent):
    """Asks to stop after some iterations; remembers what it was told."""

    def __init__(self, after: int, stop: StopFlag) -> None:
        self.after, self.stop, self.notes, self.updates = after, stop, [], []

    def update(self, event):
        self.updates.append(event)
        if event.done == self.after:
            self.stop.request()

    def note(self, message):
        self.notes.append(message)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    space = solvable_space()
    monkeypatch.setattr(search_plan, "load_space", lambda model, recipe, device: space)
    place = Workspace(tmp_path)
    fake_model(place)
    return place


def prepare(workspace, recipe=RECIPE, name="stairclimber"):
    return search_plan.prepare(recipe, workspace, task(name), None)


def stopped_after(workspace, iterations, recipe=RECIPE, resume=False):
    stop = StopFlag()
    return stage.synthesize(
        prepare(workspace, recipe), reporter=Stopper(iterations, stop), stop=stop, resume=resume, command="leaps test"
    )


def test_a_run_holds_the_program_its_returns_and_how_it_was_found(workspace):
    run = stage.synthesize(prepare(workspace), command="leaps synthesize --task stairclimber")
    text = run.file("program.txt").read_text()
    assert Program.parse(text) == SOLVER and text.startswith("# stairclimber 12×12: return 1.000 on 8 states, 1.000")
    metrics = run.manifest.metrics
    assert metrics["stop_reason"] == "target" and verify(run) == []
    assert metrics["return_searched"] == metrics["return_validation"] == metrics["return_held_out"] == 1.0
    assert 0 < metrics["evaluations"] <= 400 and metrics["candidates"] == 25 * metrics["iterations"]
    assert [parent.reference for parent in run.manifest.parents] == ["leaps@v1"]
    assert run.manifest.recipe["task"] == "stairclimber" and run.manifest.recipe["size"] == "12x12"
    rows = list(csv.DictReader(run.file("history.csv").open()))
    assert len(rows) == metrics["iterations"] and float(rows[-1]["best"]) == 1.0
    assert rows[-1]["evaluations"] == str(metrics["evaluations"]) and rows[0]["sigma"] == "0.5"


def test_equal_seeds_find_the_same_in_the_same_way(workspace):
    def trace(run):
        rows = csv.DictReader(run.file("history.csv").open())
        return run.file("program.txt").read_text(), [{**row, "seconds": ""} for row in rows]

    first, second = (stage.synthesize(prepare(workspace)) for _ in range(2))
    assert trace(first) == trace(second) and (first.version, second.version) == (1, 2)
    other = stage.synthesize(prepare(workspace, RECIPE.replace(seed=1)))
    assert trace(other)[1] != trace(first)[1]


def test_the_three_sets_of_states_share_no_stream():
    seeds = {search_states.state_seed(seed, name) for seed in (0, 1) for name in ("searched", "validation", "held-out")}
    assert len(seeds) == 6


def test_an_interrupted_search_keeps_its_best_and_goes_on_to_the_same_result(workspace, tmp_path):
    never_stopped = stage.synthesize(prepare(Workspace(tmp_path), RECIPE.replace(target=None, iterations=30)))
    recipe = RECIPE.replace(target=None, iterations=30)
    half = stopped_after(workspace, 7, recipe)
    assert half.manifest.metrics["stop_reason"] == "interrupted" and half.manifest.metrics["iterations"] == 7
    assert Program.parse(half.file("program.txt").read_text())
    rest = stage.synthesize(prepare(workspace, recipe), resume=True)
    assert rest.version == half.version + 1 and [p.sha256 for p in rest.manifest.resumed] == [half.sha256]
    same = ("return_searched", "return_held_out", "iterations", "candidates", "evaluations", "stop_reason")
    assert [rest.manifest.metrics[k] for k in same] == [never_stopped.manifest.metrics[k] for k in same]
    assert rest.file("program.txt").read_text() == never_stopped.file("program.txt").read_text()
    assert len(rest.file("history.csv").read_text().splitlines()) == 31


def test_a_killed_search_goes_on_from_its_checkpoint(workspace, monkeypatch):
    monkeypatch.setattr(stage, "CHECKPOINT_SECONDS", 0.0)
    recipe = RECIPE.replace(target=None, iterations=20)

    class Kill(Silent):
        def update(self, event):
            if event.done == 9:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage.synthesize(prepare(workspace, recipe), reporter=Kill())
    assert workspace.list("run") == []
    whole = stage.synthesize(prepare(workspace, recipe), resume=True)
    assert whole.manifest.metrics["iterations"] == 20
    assert len(whole.file("history.csv").read_text().splitlines()) == 21
    assert not list((workspace.root / "runs" / ".staging").glob("*/"))


def test_resuming_with_higher_limits_goes_on_and_without_returns_what_there_is(workspace):
    recipe = RECIPE.replace(target=None, iterations=5)
    first = stage.synthesize(prepare(workspace, recipe))
    listener = Stopper(-1, StopFlag())
    again = stage.synthesize(prepare(workspace, recipe), resume=True, reporter=listener)
    assert again == first and "nothing to resume" in listener.notes[-1]
    more = stage.synthesize(prepare(workspace, recipe.replace(iterations=9)), resume=True)
    assert more.manifest.metrics["iterations"] == 9 and more.version == 2
    assert [parent.sha256 for parent in more.manifest.resumed] == [first.sha256] and first.manifest.resumed == ()
    assert len(workspace.list("run")) == 2


def test_resuming_what_never_ran_begins_anew_and_says_so(workspace):
    listener = Stopper(-1, StopFlag())
    run = stage.synthesize(prepare(workspace), resume=True, reporter=listener)
    assert run.version == 1 and "starting again" in listener.notes[0]


def test_a_stop_before_the_first_iteration_leaves_nothing(workspace):
    stop = StopFlag()
    stop.request()
    with pytest.raises(Interrupted):
        stage.synthesize(prepare(workspace), stop=stop)
    assert workspace.list("run") == [] and not list((workspace.root / "runs" / ".staging").glob("*/"))


def test_the_same_search_twice_at_once_gives_two_runs(workspace):
    plan = prepare(workspace)
    with workspace.stage("run", plan.task.name, key=plan.key):
        assert stage.synthesize(plan).version == 1
        with pytest.raises(ArtifactError, match="another process"):
            stage.synthesize(prepare(workspace), resume=True)


def test_the_validation_states_choose_among_equals(workspace, monkeypatch):
    """Of programs with equal returns on one searched state, the one that does better elsewhere is published."""
    recipe = RECIPE.replace(states=1, validation=64, target=None, iterations=60, patience=3)
    run = stage.synthesize(prepare(workspace, recipe))
    assert Program.parse(run.file("program.txt").read_text()) == SOLVER
    assert run.manifest.metrics["return_validation"] == 1.0


def test_among_equals_the_one_that_works_on_larger_worlds_wins_where_asked(workspace, monkeypatch):
    """At 8×8 both harvest everything; the shorter counts its steps, the longer looks where the wall is."""
    counts = Program.parse("DEF run m( WHILE c( frontIsClear c) w( REPEAT R=6 r( move move pickMarker r) "
                           "turnLeft move move turnRight w) m)")  # fmt: skip
    looks = Program.parse(SOLUTIONS["harvester"])
    space = solvable_space(solvable=False)
    space.tokens = TokenBatch.concat([TokenBatch.of([counts, looks]), space.tokens[2:]])
    monkeypatch.setattr(search_plan, "load_space", lambda model, recipe, device: space)
    recipe = RECIPE.replace(searcher="random", population=400, iterations=60, target=None, patience=None)
    found = {}
    for general in (False, True):
        run = stage.synthesize(prepare(workspace, recipe.replace(general=general), "harvester"))
        found[general] = Program.parse(run.file("program.txt").read_text())
        returns = [run.manifest.metrics[f"return_{states}"] for states in ("searched", "validation")]
        assert returns == pytest.approx([1, 1])
        assert run.manifest.metrics["return_general"] == (pytest.approx(1) if general else None)
    assert "REPEAT" in str(found[False]) and "REPEAT" not in str(found[True])
    whole = stage.synthesize(prepare(workspace, recipe.replace(general=True, target=1.0), "harvester"))
    assert Program.parse(whole.file("program.txt").read_text()) == found[True]
    assert whole.manifest.metrics["stop_reason"] == "target" and whole.manifest.metrics["iterations"] < 60


def test_what_makes_no_difference_is_left_out_of_the_program(workspace, monkeypatch):
    idle = Program.parse("DEF run m( turnLeft turnRight WHILE c( noMarkersPresent c) w( turnRight move w) move m)")
    space = solvable_space(solvable=False)
    space.tokens = TokenBatch.concat([TokenBatch.of([idle]), space.tokens[1:]])
    monkeypatch.setattr(search_plan, "load_space", lambda model, recipe, device: space)
    run = stage.synthesize(prepare(workspace))
    assert Program.parse(run.file("program.txt").read_text()) == SOLVER
    assert run.manifest.metrics["return_held_out"] == 1.0


def test_a_task_of_one_size_has_no_general_programs(workspace):
    with pytest.raises(TaskError, match="general: cleanhouse at 42×66: the apartment has one size"):
        prepare(workspace, RECIPE.replace(general=True), "cleanhouse")


def test_a_larger_task_gives_its_runs_more_time():
    own, large = task("harvester"), task("harvester", height=16, width=16)
    assert search_states.engine_budget(RECIPE, own) == Budget.primitives(10_000)
    assert search_states.engine_budget(RECIPE, large) == Budget.primitives(40_000)
    assert search_states.larger(own, 12).height == 96
    assert search_states.larger(task("topoff", height=30), 12).height == 255


def test_without_a_model_the_way_to_one_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("leapscli.artifacts.store.shipped", lambda: tmp_path / "none")
    with pytest.raises(ArtifactError) as raised:
        search_plan.prepare(RECIPE, Workspace(tmp_path / "empty"), task("maze"), None)
    assert "leaps gen-data" in raised.value.hint and "leaps train" in raised.value.hint
    assert not (tmp_path / "empty").exists()


def test_reports_tell_a_view_what_it_shows(workspace):
    listener = Stopper(-1, StopFlag())
    stage.synthesize(prepare(workspace), reporter=listener)
    event = listener.updates[-1]
    assert isinstance(event, SearchDone) and event.done == len(listener.updates)
    assert event.best == 1 and event.evaluations >= event.distinct > 0 and event.seconds > 0
    assert event.sigma is not None and event.restarts is not None
    assert Program.parse(event.program) == SOLVER


def test_sampled_decoding_takes_the_mean_greedily_and_draws_the_rest():
    calls = []

    class Model:
        latent = 3

        def decode_tokens(self, z, *, greedy=True, seed=0):
            calls.append((len(z), greedy, seed))
            return solvable_space().tokens[np.arange(len(z))]

    points = Latents(np.zeros((5, 3), np.float32), greedy=1, seed=9)
    assert len(search_plan.ModelSpace(Model(), sampled=True).decode(points)) == 5
    search_plan.ModelSpace(Model(), sampled=False).decode(points)
    search_plan.ModelSpace(Model(), sampled=True).decode(replace(points, greedy=0))
    assert sorted(calls) == [(1, True, 0), (4, False, 9), (5, False, 9), (5, True, 0)]
