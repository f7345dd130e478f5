"""`leaps synthesize`: the program on stdout, progress on stderr, exit codes, bad input, nothing written for nothing."""

from __future__ import annotations

import json
import os
import signal

import pytest
from typer.testing import CliRunner

from leapscli.artifacts.store import Workspace
from leapscli.cli.main import build
from leapscli.dsl.program import Program
from leapscli.errors import ArtifactError, InputError, Interrupted, LeapsError, RecipeError, TaskError
from leapscli.search.loop import Search
from leapscli.stages.synthesize import plan as search_plan
from leapscli.stages.synthesize import publish as search_files
from tests import ROOT
from tests.stages.space import SOLVER, fake_model, solvable_space

runner = CliRunner()
QUICK = [
    "--recipe",
    "smoke",
    "--set",
    "population=24",
    "--set",
    "init=normal",
    "--set",
    "patience=6",
    "--set",
    "held_out=20",
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    space = solvable_space()
    monkeypatch.setattr(search_plan, "load_space", lambda model, recipe, device: space)
    monkeypatch.chdir(tmp_path)
    place = Workspace(tmp_path)
    fake_model(place)
    return place


def call(*arguments, task="stairclimber", code=0):
    result = runner.invoke(build(), ["synthesize", "--task", task, *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_stdout_is_the_program_with_what_is_known_of_it(place):
    result = call(*QUICK)
    assert Program.parse(result.stdout) == SOLVER  # the facts are comments
    lines = result.stdout.splitlines()
    assert "# return: 1.000 on the 16 states searched, 1.000 on 20 fresh ones" in lines
    assert lines[-2] == "# artifact: runs/stairclimber/v1 (stairclimber@v1)"
    assert lines[-1] == "# next: leaps run runs/stairclimber/v1/program.txt --task stairclimber"
    assert "synthesize stairclimber: until a return of 1.000, at most" in result.stderr
    assert place.resolve("stairclimber", "run").manifest.command.startswith("leaps")


def test_json_is_one_object_with_the_program_and_the_metrics(place):
    found = json.loads(call(*QUICK, "--json", "--seed", "3").stdout)
    assert Program.parse(found["program"]) == SOLVER
    assert found["artifact"] == "stairclimber@v1" and found["return_held_out"] == 1.0
    assert (found["task"], found["size"], found["seed"], found["stop_reason"]) == ("stairclimber", "12x12", 3, "target")


def test_the_model_computes_on_the_device_asked_for(place):
    call(*QUICK, "--device", "cpu")
    assert place.resolve("stairclimber", "run").manifest.environment["device"] == "cpu"
    with pytest.raises(InputError, match="no device is called 'gpu'"):
        call(*QUICK, "--device", "gpu")
    with pytest.raises(InputError, match="no device is called 'gpu'"):
        call(*QUICK, "--device", "gpu", "--seeds", "2")
    with pytest.raises(InputError, match="--device cuda: only the space of a model is searched on a device"):
        call("--searcher", "evolution", "--device", "cuda")


def test_general_programs_are_asked_for_with_one_word(place):
    result = call(*QUICK, "--prefer-general")
    assert "1.000 on 20 fresh ones, 1.000 on larger worlds" in result.stdout
    run = place.resolve("stairclimber", "run")
    assert run.manifest.recipe["general"] is True and run.manifest.metrics["return_general"] == 1.0
    with pytest.raises(TaskError, match="the apartment has one size"):
        call(*QUICK, "--prefer-general", task="cleanhouse")


def test_a_dry_run_writes_nothing(place):
    before = sorted(place.root.rglob("*"))
    result = call(*QUICK, "--dry-run")
    assert result.stdout == "" and "would search leaps@v1 for stairclimber at 12×12" in result.stderr
    plan = json.loads(call(*QUICK, "--dry-run", "--json").stdout)
    assert plan["recipe"]["population"] == 24 and plan["model"] == "leaps@v1"
    assert sorted(place.root.rglob("*")) == before


def test_the_size_goes_into_the_run_and_the_next_command(place):
    result = call(*QUICK, "--size", "10")
    assert result.stdout.splitlines()[-1].endswith("--task stairclimber --size 10x10")
    assert place.resolve("stairclimber", "run").manifest.recipe["size"] == "10x10"


def test_it_says_which_model_it_uses_and_warns_of_a_poor_one(place):
    def publish(name: str, share: float | None) -> None:
        weights = place.resolve("leaps", "model").file("weights.safetensors").read_bytes()
        with place.stage("model", name) as draft:
            (draft.path / "weights.safetensors").write_bytes(weights)
            draft.publish(recipe={}, seed=0, metrics={"validation": {"reconstruction": share}})

    publish("poor", 0.125)
    publish("good", 0.989)
    for more in (["--dry-run"], ["--dry-run", "--json"], ["--dry-run", "--seeds", "2"], []):
        said = call(*QUICK, "--model", "poor", *more).stderr.splitlines()
        assert said[0] == "model poor@v1: reconstructs 12.5% of programs" and said[1].startswith("note: under 90%")
        said = call(*QUICK, "--model", "good", *more).stderr.splitlines()
        assert said[0] == "model good@v1: reconstructs 98.9% of programs" and not any("note: under" in s for s in said)
    assert not call("--searcher", "evolution", "--dry-run").stderr.startswith("model")


def test_a_task_of_ones_own_is_a_file(place):
    own = ROOT / "docs" / "examples" / "sweeper.py"
    (place.root / "sweeper.py").write_text(own.read_text())
    result = call(*QUICK, "--set", "iterations=2", task="sweeper.py")
    lines = result.stdout.splitlines()
    assert "# task: sweeper.py 8×8" in lines and lines[-1].endswith("sweeper/v1/program.txt --task sweeper.py")
    assert place.resolve("sweeper", "run").manifest.recipe["task"] == str(place.root / "sweeper.py")


@pytest.mark.parametrize(
    ("arguments", "task", "error", "text"),
    [
        ([], "harvestr", TaskError, "harvestr"),
        (["--searcher", "cme"], "maze", RecipeError, "cme"),
        (["--set", "searcher=nonsense"], "maze", RecipeError, "nonsense"),
        (["--set", "populaton=3"], "maze", RecipeError, "population"),
        (["--recipe", "nonsense"], "maze", RecipeError, "nonsense"),
        (["--max-time", "soon"], "maze", RecipeError, "duration"),
        (["--size", "0"], "maze", InputError, "size"),
        (["--model", "other"], "maze", ArtifactError, "other"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(place, arguments, task, error, text):
    before = sorted(place.root.rglob("*"))
    with pytest.raises(error, match=text) as raised:
        call(*arguments, task=task)
    assert raised.value.exit_code == 2
    assert sorted(place.root.rglob("*")) == before


def test_a_preset_takes_the_papers_settings_of_the_task(place):
    plan = json.loads(call("--preset", "paper", "--dry-run", "--json", task="maze").stdout)["recipe"]
    assert (plan["population"], plan["sigma"], plan["init"], plan["states"]) == (16, 0.1, "ones", 10)
    assert plan["patience"] is None and plan["validation"] == 0 and plan["budget"] == "220 calls"
    faster = json.loads(call("--dry-run", "--json", "--max-time", "2m", "--searcher", "cem").stdout)["recipe"]
    assert faster["max_time"] == 120 and faster["patience"]


def test_ctrl_c_keeps_the_best_program_and_names_the_command_that_goes_on(place, monkeypatch):
    run = Search.run

    def interrupted(self, progress, limits, stop, watch):
        def watched(row, now):
            watch(row, now)
            if row.iteration == 3:
                os.kill(os.getpid(), signal.SIGINT)

        return run(self, progress, limits, stop, watched)

    monkeypatch.setattr(Search, "run", interrupted)
    with pytest.raises(Interrupted, match="stairclimber@v1") as raised:
        call(*QUICK, "--set", "target=null", "--set", "iterations=9")
    assert raised.value.exit_code == 130 and raised.value.hint.endswith("--resume")
    monkeypatch.setattr(Search, "run", run)
    result = call(*QUICK, "--set", "target=null", "--set", "iterations=9", "--resume")
    assert "stairclimber@v2" in result.stdout
    assert place.resolve("stairclimber@2", "run").manifest.metrics["iterations"] == 9


def test_a_program_that_is_worse_elsewhere_is_warned_of(place, monkeypatch):
    monkeypatch.setattr(search_files, "held_out_return", lambda plan, program: 0.8)
    assert "0.20 worse on fresh states" in call(*QUICK).stderr


def test_without_a_model_the_hint_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setattr("leapscli.artifacts.store.shipped", lambda: tmp_path / "none")
    with pytest.raises(LeapsError) as raised:
        call("--workspace", str(tmp_path / "empty"), "--recipe", "memetic")
    assert "leaps gen-data" in raised.value.hint


def test_the_task_may_be_an_argument(place):
    by_option, by_argument = call(*QUICK), runner.invoke(build(), ["synthesize", "stairclimber", *QUICK])
    assert (
        Program.parse(by_argument.stdout) == Program.parse(by_option.stdout)
        and "# task: stairclimber" in by_argument.stdout
    )
    runs = place.list("run")
    assert [run.manifest.metrics["search"] for run in runs] == [runs[0].manifest.metrics["search"]] * 2
    assert runner.invoke(build(), ["synthesize", "maze", "--task", "maze", "--dry-run", *QUICK]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["synthesize"], "no task to solve"),
        (["synthesize", "maze", "--task", "seeder"], "two tasks: maze, and --task seeder"),
        (["run", "-", "maze", "--task", "seeder"], "two tasks: maze, and --task seeder"),
        (["evaluate", "-", "maze", "--task", "seeder"], "two tasks: maze, and --task seeder"),
        (["synthesize", "leaps"], "leaps is a group of tasks"),
    ],
)
def test_one_task_is_named_once(place, arguments, message):
    result = runner.invoke(build(), arguments, input="DEF run m( move m)")
    assert isinstance(result.exception, InputError) and message in result.exception.message
    assert result.exception.exit_code == 2 and result.exception.hint
